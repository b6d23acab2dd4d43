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
from data.quality import Quality

SCHEMA_VERSION = 3
#: A statement that waits longer for a lock fails, so that nothing hangs behind a stuck writer.
BUSY_TIMEOUT_S = 2.0
#: A reader that starts with the writer gives it this long to create or upgrade the file.
UPGRADE_WAIT_S = 3.0

_MIGRATIONS = {2: "002_alarms.sql", 3: "003_history.sql"}


def path_of(url: str) -> str:
    """The path in a URL `sqlite:///path`. Raises SettingError for any other."""
    scheme, _, path = url.partition(":///")
    if scheme != "sqlite" or not path:
        raise SettingError(
            "DATABASE_URL", url, "sqlite:///path/to/file or postgresql://user@host/name"
        )
    return path


def connect(path: str, readonly: bool = False) -> sqlite3.Connection:
    """Open the file; creates and upgrades it unless `readonly`. Raises StoreError."""
    try:
        return _open_readonly(Path(path)) if readonly else _open(Path(path))
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"cannot open the store {path}: {error}") from error


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
        return db.execute(sql, parameters).fetchall()
    except sqlite3.Error as error:
        raise StoreError(f"the store failed: {error}") from error


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    db = _connect(path, "rwc")
    try:
        _use_wal(db)
        # FULL: a reading that append() returned for survives a power cut. One fsync a second.
        db.execute("PRAGMA synchronous = FULL")
        if _version(db) != SCHEMA_VERSION:
            _upgrade(db)
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


def _open_readonly(path: Path) -> sqlite3.Connection:
    until = time.monotonic() + UPGRADE_WAIT_S
    while True:
        db = _connect(path, "ro")
        version = _version(db)
        if version == SCHEMA_VERSION:
            return db
        db.close()
        if version > SCHEMA_VERSION or time.monotonic() > until:
            raise sqlite3.DatabaseError(_wrong(version))
        time.sleep(0.05)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, timeout=BUSY_TIMEOUT_S, isolation_level=None, uri=True)


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _wrong(version: int) -> str:
    what = f"its schema is version {version}, this Meltwatch needs {SCHEMA_VERSION}"
    if version > SCHEMA_VERSION:
        return f"{what}: use the newer Meltwatch that wrote it"
    return f"{what}: start a worker or ingest of this version, which upgrades it"


def _upgrade(db: sqlite3.Connection) -> None:
    """Create the schema, or bring it up to date, in one transaction."""
    db.execute("BEGIN IMMEDIATE")  # two processes may start at once on one file
    try:
        version = _version(db)
        if version > SCHEMA_VERSION:
            raise sqlite3.DatabaseError(_wrong(version))
        if version == 0:
            _create(db)
        else:
            for number in range(version + 1, SCHEMA_VERSION + 1):
                _run(db, f"migrations/{_MIGRATIONS[number]}")
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


def _create(db: sqlite3.Connection) -> None:
    _run(db, "schema.sql")
    factors = [(exponent, 2.0 ** (exponent - 150)) for exponent in range(256)]
    db.executemany("INSERT INTO float32_exponent VALUES (?, ?)", factors)
    codes = [(int(code), code.name) for code in Quality]
    db.executemany("INSERT INTO quality_codes VALUES (?, ?)", codes)


def _run(db: sqlite3.Connection, script: str) -> None:
    for statement in _statements(files("data.sqlite_file").joinpath(script).read_text()):
        db.execute(statement)


def _statements(script: str) -> Iterator[str]:
    """Statements one by one: `executescript` would commit the open transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
