"""Version 5 → 6: where extruders stand, and what tokens see of them."""

from __future__ import annotations

from data.sqlite_file.upgrade import run_script

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See the .sql file of the same name."""
    run_script(__file__)


def downgrade() -> None:
    """What was added would be lost."""
    raise NotImplementedError("restore a backup instead")
