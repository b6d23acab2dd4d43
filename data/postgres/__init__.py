"""The PostgreSQL database of telemetry and journal: connecting, upgrading, transactions."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeAlias

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from data.errors import SettingError, StoreError
from data.meter import asked, received

#: The newest revision of data/postgres/migrations/versions.
SCHEMA_VERSION = "0004"
#: The oldest revision whose processes can go on with this schema, as in data/sqlite_file. The
#: comment of the table `alembic_version` keeps it.
WORKS_WITH = "0003"
CONNECT_TIMEOUT_S = 2
#: A server that a network swallowed is given up after so long; Linux would try for 15 minutes.
TCP_TIMEOUT_MS = 10_000
#: A statement that waits longer for a lock fails, so that nothing hangs behind a stuck writer.
LOCK_TIMEOUT_MS = 2_000
#: A statement that works longer is cancelled by the server.
STATEMENT_TIMEOUT_MS = 10_000
#: A frozen process must not hold its locks for longer than this.
IDLE_TIMEOUT_MS = 10_000
#: A reader that starts with the writer gives it this long to create or upgrade the schema.
UPGRADE_WAIT_S = 3.0

_KEPT = "works with "
Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"

#: A string literal or quoted name (kept as it is), or one of the signs that are translated.
_SIGNS = re.compile(r"""'[^']*'|"[^"]*"|\?""")


def connect(url: str, readonly: bool = False) -> Connection:
    """Open a connection; creates and upgrades the schema unless `readonly`.

    Autocommit: what is not inside `transaction` is one by itself. Raises SettingError for a URL
    that is none, StoreError if the database cannot be opened.
    """
    conninfo = _conninfo(url, readonly)
    try:
        # Nothing is prepared: a plan for any parameters would look into every day's partition.
        db = psycopg.connect(conninfo, autocommit=True, prepare_threshold=None)
    except psycopg.Error as error:
        raise StoreError(f"cannot open the store {_told(url)}: {error}") from error
    try:
        _wait_for_schema(db) if readonly else _ensure_schema(db, url)
    except psycopg.Error as error:
        db.close()
        raise StoreError(f"cannot open the store {_told(url)}: {error}") from error
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def transaction(db: Connection) -> Iterator[None]:
    """All statements or none, durable at the end; psycopg's errors become StoreError."""
    try:
        with db.transaction():
            yield
    except psycopg.Error as error:
        raise StoreError(f"the store failed: {error}") from error


def query(db: Connection, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """All rows that a statement finds, [] for one that finds none. Raises StoreError."""
    try:
        cursor = execute(db, sql, *parameters)
        found = cursor.fetchall() if cursor.description else []
    except psycopg.Error as error:
        raise StoreError(f"the store failed: {error}") from error
    received(found)
    return found


def execute(db: Connection, sql: str, *parameters: object) -> psycopg.Cursor[tuple[Any, ...]]:
    """Run a statement whose parameters are `?`, as SQLite's are. Raises psycopg's errors.

    Values travel in binary: bytea is bytes, and costs half.
    """
    asked()
    return db.execute(translated(sql), parameters, binary=True)


@lru_cache(maxsize=500)
def translated(sql: str) -> str:
    """`?` as psycopg's `%s`, outside quotes; `%` as it wants it."""
    return _SIGNS.sub(lambda m: "%s" if m[0] == "?" else m[0], sql.replace("%", "%%"))


def schema_version(db: Connection) -> str:
    """The revision that the schema has, '' before the first. Raises psycopg's errors."""
    found = db.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
    if found != (True,):
        return ""
    rows = db.execute("SELECT version_num FROM alembic_version").fetchall()
    return str(rows[0][0]) if rows else ""


def tell_works_with(db: Connection) -> None:
    """Write into the database which revision it works with. Raises psycopg's errors."""
    db.execute(f"COMMENT ON TABLE alembic_version IS '{_KEPT}{WORKS_WITH}'")


def _fits(db: Connection, version: str) -> bool:
    """Whether this Meltwatch can work with a schema: of this revision, or a newer that says so."""
    if version <= SCHEMA_VERSION:
        return version == SCHEMA_VERSION
    kept = db.execute("SELECT obj_description('alembic_version'::regclass)").fetchone()
    text = str(kept and kept[0])
    return text.startswith(_KEPT) and text.removeprefix(_KEPT) <= SCHEMA_VERSION


def _conninfo(url: str, readonly: bool) -> str:
    """`url` with the limits that it does not set itself."""
    try:
        given = conninfo_to_dict(url)
    except psycopg.Error as error:
        raise SettingError("DATABASE_URL", _told(url), "postgresql://user@host/name") from error
    limits = {
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "lock_timeout": LOCK_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": IDLE_TIMEOUT_MS,
        "default_transaction_read_only": "on" if readonly else "off",
    }
    own = " ".join(f"-c {name}={value}" for name, value in limits.items())
    defaults: dict[str, Any] = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "application_name": "meltwatch",
        "tcp_user_timeout": TCP_TIMEOUT_MS,
    }
    # Later options win: those of the URL.
    options = f"{own} {given.get('options') or ''}".strip()
    return make_conninfo("", **{**defaults, **given, "options": options})


def _told(url: str) -> str:
    """The URL without its password."""
    return re.sub(r"(?<=://)([^:/@]*):[^@/]*@", r"\1:…@", url)


def _ensure_schema(db: Connection, url: str) -> None:
    version = schema_version(db)
    if _fits(db, version):
        return
    if version > SCHEMA_VERSION:
        raise StoreError(f"cannot open the store {_told(url)}: {_wrong(version)}")
    from data.postgres.upgrade import upgrade  # noqa: PLC0415  Alembic: slow, needed once

    upgrade(db)


def _wait_for_schema(db: Connection) -> None:
    until = time.monotonic() + UPGRADE_WAIT_S
    while True:
        version = schema_version(db)
        if _fits(db, version):
            return
        if version > SCHEMA_VERSION or time.monotonic() > until:
            raise StoreError(f"cannot open the store: {_wrong(version)}")
        time.sleep(0.05)


def _wrong(version: str) -> str:
    what = f"its schema is version {version or 'none'}, this Meltwatch needs {SCHEMA_VERSION}"
    if version > SCHEMA_VERSION:
        return f"{what}: use the newer Meltwatch that wrote it"
    return f"{what}: start a worker or ingest of this version, which upgrades it"
