"""Version 2 → 3: rollups, and what the history of malfunctions needs."""

from __future__ import annotations

from data.sqlite_file.upgrade import run_script

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See the .sql file of the same name."""
    run_script(__file__)


def downgrade() -> None:
    """What was added would be lost."""
    raise NotImplementedError("restore a backup instead")
