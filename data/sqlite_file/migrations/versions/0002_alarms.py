"""Version 1 → 2: prices, and the journal of alarms, malfunctions and commands."""

from __future__ import annotations

from data.sqlite_file.upgrade import run_script

revision = "0002"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See the .sql file of the same name."""
    run_script(__file__)


def downgrade() -> None:
    """What was added would be lost."""
    raise NotImplementedError("restore a backup instead")
