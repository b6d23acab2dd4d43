"""The one SQLite file of telemetry and journal: connecting, creating, upgrading, transactions."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

from data.errors import SettingError, StoreError
from data.meter import received
from data.quality import Quality
from data.sqlite_file.limited import LimitedConnection

#: `user_version` of the file: the number of the newest revision of migrations/versions.
SCHEMA_VERSION = 6
#: The oldest version whose processes can go on with this schema: while they are replaced one by
#: one, and if they have to come back. A migration that they cannot work with raises it to its own
#: number (docs/decisions/0026).
WORKS_WITH = 6
#: The file keeps WORKS_WITH in the low half of its `application_id`, behind these letters.
_MARK = int.from_bytes(b"MW") << 16
#: A statement that waits longer for a lock fails, so that nothing hangs behind a stuck writer.
BUSY_TIMEOUT_S = 2.0
#: A statement that works longer is stopped, as PostgreSQL does it.
STATEMENT_TIMEOUT_S = 10.0
#: A reader that starts with the writer gives it this long to create or upgrade the file.
UPGRADE_WAIT_S = 3.0


def path_of(url: str) -> str:
    """The path in a URL `sqlite:///path`. Raises SettingError for any other."""
    scheme, _, path = url.partition(":///")
    if scheme != "sqlite" or not path:
        raise SettingError(
            "DATABASE_URL", url, "sqlite:///path/to/file or postgresql://user@host/name"
        )
    return path


def connect(
    path: str, readonly: bool = False, statement_s: float = STATEMENT_TIMEOUT_S
) -> sqlite3.Connection:
    """Open the file; creates and upgrades it unless `readonly`. Raises StoreError.

    From then on a statement that works longer than `statement_s` seconds is stopped.
    """
    try:
        db = _open_readonly(Path(path)) if readonly else _open(Path(path))
    except (sqlite3.Error, OSError, StoreError) as error:
        raise StoreError(f"cannot open the store {path}: {error}") from error
    db.limit(statement_s)
    return db


def version_of(db: sqlite3.Connection) -> int:
    """The version of the schema, 0 for a new file. Raises sqlite3.Error."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def fits(db: sqlite3.Connection) -> bool:
    """Whether this Meltwatch can work with the file as it is: it has this version, or a newer one
    that says so. Raises sqlite3.Error."""
    version = version_of(db)
    if version <= SCHEMA_VERSION:
        return version == SCHEMA_VERSION
    (kept,) = db.execute("PRAGMA application_id").fetchone()
    return 0 < int(kept) - _MARK <= SCHEMA_VERSION


def tell_version(db: sqlite3.Connection) -> None:
    """Write into the file, within a transaction, which version it has and which it works with."""
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    db.execute(f"PRAGMA application_id = {_MARK + WORKS_WITH}")


def revision(version: int) -> str:
    """What Alembic calls a version; the first was before Alembic."""
    return f"{version:04}" if version > 1 else "base"


def wrong_version(version: int) -> str:
    """Why a file of this version is not opened."""
    what = f"its schema is version {version}, this Meltwatch needs {SCHEMA_VERSION}"
    if version > SCHEMA_VERSION:
        return f"{what}: use the newer Meltwatch that wrote it"
    return f"{what}: start a worker or ingest of this version, which upgrades it"


def statements(script: str) -> Iterator[str]:
    """Statements one by one: `executescript` would commit the open transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All statements or none, durable at the end; sqlite3's errors become StoreError."""
    try:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("COMMIT")
    except BaseException as error:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        if isinstance(error, sqlite3.Error):
            raise StoreError(f"the store failed: {error}") from error
        raise


def query(db: sqlite3.Connection, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """All rows that a statement finds. Raises StoreError."""
    try:
        found = db.execute(sql, parameters).fetchall()
    except sqlite3.Error as error:
        raise StoreError(f"the store failed: {error}") from error
    received(found)
    return found


def _open(path: Path) -> LimitedConnection:
    path.parent.mkdir(parents=True, exist_ok=True)
    db = _connect(path, "rwc")
    try:
        _use_wal(db)
        # FULL: a reading that append() returned for survives a power cut. One fsync a second.
        db.execute("PRAGMA synchronous = FULL")
        if not fits(db):
            _make_current(db)
    except BaseException:
        db.close()
        raise
    return db


def _use_wal(db: sqlite3.Connection) -> None:
    """SQLite's own busy timeout does not hold for this while others open a new file too."""
    until = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def _open_readonly(path: Path) -> LimitedConnection:
    until = time.monotonic() + UPGRADE_WAIT_S
    while True:
        db = _connect(path, "ro")
        version = version_of(db)
        if fits(db):
            return db
        db.close()
        if version > SCHEMA_VERSION or time.monotonic() > until:
            raise sqlite3.DatabaseError(wrong_version(version))
        time.sleep(0.05)


def _connect(path: Path, mode: str) -> LimitedConnection:
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    return sqlite3.connect(
        uri,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        uri=True,
        factory=LimitedConnection,
    )


def _make_current(db: sqlite3.Connection) -> None:
    """Create the schema, or bring it up to date, in one transaction."""
    if version_of(db) == 0:
        with transaction(db):  # two processes may start at once on one file
            if version_of(db) == 0:
                _create(db)
    if not fits(db):
        from data.sqlite_file.upgrade import upgrade  # noqa: PLC0415  Alembic: slow, needed once

        upgrade(db)


def _create(db: sqlite3.Connection) -> None:
    for statement in statements(files("data.sqlite_file").joinpath("schema.sql").read_text()):
        db.execute(statement)
    factors = [(exponent, 2.0 ** (exponent - 150)) for exponent in range(256)]
    db.executemany("INSERT INTO float32_exponent VALUES (?, ?)", factors)
    codes = [(int(code), code.name) for code in Quality]
    db.executemany("INSERT INTO quality_codes VALUES (?, ?)", codes)
    db.execute("INSERT INTO alembic_version VALUES (?)", (revision(SCHEMA_VERSION),))
    tell_version(db)
