"""Version 3 → 4: progress of the rollups by bucket of extruders."""

from __future__ import annotations

from data.sqlite_file.upgrade import run_script

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See the .sql file of the same name."""
    run_script(__file__)


def downgrade() -> None:
    """What was added would be lost."""
    raise NotImplementedError("restore a backup instead")
