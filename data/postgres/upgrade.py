"""Brings the schema of a PostgreSQL database up to date, with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command

from data.postgres import Connection, tell_works_with
from data.schema import migrating

VERSIONS = Path(__file__).parent / "migrations" / "versions"
#: Advisory lock of whoever upgrades: two processes may start at once on one database.
UPGRADE_LOCK = 0x6D77_0001
_FIRST = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL lock_timeout = '60s'",
    f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})",
)


def upgrade(db: Connection) -> None:
    """Run what is missing of VERSIONS in one transaction. Raises StoreError."""
    db.autocommit = False
    try:
        with migrating("postgresql+psycopg://", db, VERSIONS, _FIRST) as config:
            command.upgrade(config, "head")
            tell_works_with(db)
    finally:
        if not db.closed:
            db.rollback()
            db.autocommit = True
