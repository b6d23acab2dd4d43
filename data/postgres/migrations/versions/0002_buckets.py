"""Progress of the rollups by bucket of extruders."""

from __future__ import annotations

from importlib.resources import files

from data.schema import run_statements

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row for each bucket, as far as the rollups of all extruders were."""
    script = files("data.postgres.migrations.versions").joinpath("0002_buckets.sql")
    run_statements([script.read_text("utf-8")])


def downgrade() -> None:
    """Rollups of buckets that went different ways cannot be told by one number."""
    raise NotImplementedError("restore a backup instead")
