"""Brings the schema of a PostgreSQL database up to date, with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from data.errors import StoreError
from data.postgres import Connection

#: Advisory lock of whoever upgrades: two processes may start at once on one database.
UPGRADE_LOCK = 0x6D77_0001


def upgrade(db: Connection) -> None:
    """Run what is missing of migrations/versions in one transaction. Raises StoreError."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    # SQLAlchemy opens and ends the transaction on this very connection.
    engine = create_engine("postgresql+psycopg://", creator=lambda: db, poolclass=StaticPool)
    db.autocommit = False
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except SQLAlchemyError as error:
        raise StoreError(f"the upgrade of the schema failed: {error}") from error
    finally:
        if not db.closed:
            db.rollback()
            db.autocommit = True
