"""Version 4 → 5: people, tokens and the audit journal."""

from __future__ import annotations

from data.sqlite_file.upgrade import run_script

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See the .sql file of the same name."""
    run_script(__file__)


def downgrade() -> None:
    """What was added would be lost."""
    raise NotImplementedError("restore a backup instead")
