"""Brings the schema of a SQLite file up to date, with Alembic."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command

from data.schema import migrating, run_statements
from data.sqlite_file import (
    SCHEMA_VERSION,
    fits,
    revision,
    statements,
    tell_version,
    version_of,
    wrong_version,
)

VERSIONS = Path(__file__).parent / "migrations" / "versions"


def upgrade(db: sqlite3.Connection) -> None:
    """Run what is missing of VERSIONS in one transaction. Raises StoreError, sqlite3.Error.

    What counts is `user_version`, which also files have that are older than Alembic's table.
    """
    with migrating("sqlite://", db, VERSIONS, ["BEGIN IMMEDIATE"]) as config:
        if fits(db):  # another process has been here meanwhile
            return
        version = version_of(db)
        if version > SCHEMA_VERSION:
            raise sqlite3.DatabaseError(wrong_version(version))
        command.stamp(config, revision(version), purge=True)
        command.upgrade(config, revision(SCHEMA_VERSION))
        tell_version(db)


def run_script(migration: str) -> None:
    """The statements of the .sql file beside a migration."""
    run_statements(list(statements(Path(migration).with_suffix(".sql").read_text("utf-8"))))
