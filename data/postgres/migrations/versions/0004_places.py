"""Where extruders stand, and what tokens see of them."""

from __future__ import annotations

from importlib.resources import files

from data.schema import run_statements

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See the .sql file of the same name."""
    script = files("data.postgres.migrations.versions").joinpath("0004_places.sql")
    run_statements([script.read_text("utf-8")])


def downgrade() -> None:
    """What was added would be lost."""
    raise NotImplementedError("restore a backup instead")
