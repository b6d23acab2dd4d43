"""Telemetry, rollups and journal, as data/sqlite_file/schema.sql has them in SQLite."""

from __future__ import annotations

from importlib.resources import files

import sqlalchemy as sa
from alembic import op

from data.quality import Quality
from data.schema import run_statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables, and the view of readings by name."""
    for script in ("0001_telemetry.sql", "0001_journal.sql"):
        text = files("data.postgres.migrations.versions").joinpath(script).read_text("utf-8")
        run_statements([text])
    codes = sa.table("quality_codes", sa.column("code"), sa.column("name"))
    op.bulk_insert(codes, [{"code": int(code), "name": code.name} for code in Quality])


def downgrade() -> None:
    """There is nothing before this."""
    raise NotImplementedError("drop the database instead")
