"""Telemetry in one SQLite file in WAL mode: one process writes while others read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path

import numpy as np

from data.errors import StoreError
from data.extruders import Catalogue, Limits
from data.quality import Quality
from data.telemetry import Appended, ImportMark
from data.telemetry.sqlite_catalogue import SqliteCatalogue
from data.windows import Row, fit, overlay

SCHEMA_VERSION = 1
#: A statement that waits longer for a lock fails, so that nothing hangs behind a stuck writer.
BUSY_TIMEOUT_S = 2.0

_COLUMNS = 'seq, extruder, ts, "values", quality'
# Not INSERT OR IGNORE: that would use up a seq for every row that is already there.
_INSERT = (
    'INSERT INTO readings (extruder, ts, "values", quality) SELECT ?1, ?2, ?3, ?4'
    " WHERE NOT EXISTS (SELECT 1 FROM readings WHERE extruder = ?1 AND ts = ?2)"
)


class SqliteStore:
    """A TelemetryStore on one SQLite file; creates file and schema unless `readonly`."""

    def __init__(self, path: str, readonly: bool = False) -> None:
        self.statements = 0
        try:
            self._db = _connect(Path(path), readonly)
            self._db.set_trace_callback(self._count)
            self._catalogue = SqliteCatalogue(self._db, self._all)
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"cannot open the store {path}: {error}") from error

    def _count(self, _statement: str) -> None:
        self.statements += 1

    def append(self, rows: Sequence[Row], mark: tuple[str, ImportMark] | None = None) -> Appended:
        """See TelemetryStore.append."""
        with self._transaction():
            result = self._insert(rows)
            if mark is not None:
                self._save_mark(*mark)
        return result

    def _insert(self, rows: Sequence[Row]) -> Appended:
        before = self._db.total_changes
        self._db.executemany(_INSERT, [_pack(row) for row in rows])
        stored = self._db.total_changes - before
        if stored == len(rows):  # nearly always: no row was there before
            return Appended(stored)
        corrected = sum(self._correct(row) for row in rows)
        return Appended(stored, corrected, len(rows) - stored - corrected)

    def _correct(self, row: Row) -> bool:
        old = self.rows_between(row.extruder, row.ts, row.ts + 1)[0]
        size = max(len(old.values), len(row.values))
        packed = _pack(overlay(fit(old, size), fit(row, size)))
        if packed == _pack(old):
            return False
        self._db.execute("DELETE FROM readings WHERE seq = ?", (old.seq,))
        self._db.execute(_INSERT, packed)
        return True

    def rows_since(self, seq: int, limit: int) -> list[Row]:
        """See TelemetryStore.rows_since."""
        sql = f"SELECT {_COLUMNS} FROM readings WHERE seq > ? ORDER BY seq LIMIT ?"
        return [_unpack(*r) for r in self._all(sql, seq, limit)]

    def last_seq(self) -> int:
        """See TelemetryStore.last_seq."""
        found = self._all("SELECT seq FROM sqlite_sequence WHERE name = 'readings'")
        return int(found[0][0]) if found else 0

    def last_ts(self, extruder: int) -> int | None:
        """See TelemetryStore.last_ts."""
        newest = self._all("SELECT max(ts) FROM readings WHERE extruder = ?", extruder)[0][0]
        return None if newest is None else int(newest)

    def rows_between(self, extruder: int, start: int, end: int) -> list[Row]:
        """See TelemetryStore.rows_between."""
        sql = (
            f"SELECT {_COLUMNS} FROM readings WHERE extruder = ? AND ts >= ? AND ts < ? ORDER BY ts"
        )
        return [_unpack(*r) for r in self._all(sql, extruder, start, end)]

    def rows_thinned(
        self, extruder: int, start: int, end: int, every_ms: int, first_ms: int
    ) -> list[Row]:
        """See TelemetryStore.rows_thinned."""
        sql = (
            f"SELECT {_COLUMNS} FROM readings"
            " WHERE extruder = ? AND ts >= ? AND ts < ? AND ts % ? < ? ORDER BY ts"
        )
        found = self._all(sql, extruder, start, end, every_ms, first_ms)
        return [_unpack(*r) for r in found]

    def catalogue_version(self) -> int:
        """See TelemetryStore.catalogue_version."""
        return self._catalogue.version()

    def catalogue(self) -> Catalogue:
        """See TelemetryStore.catalogue."""
        return self._catalogue.read()

    def put_catalogue(
        self, catalogue: Catalogue, source: str, reason: str, complete: bool = False
    ) -> None:
        """See TelemetryStore.put_catalogue."""
        with self._transaction(), self._catalogue.change():
            self._catalogue.put(catalogue, source, reason)
            if complete:
                self._catalogue.retire_others(catalogue, source)

    def set_limits(
        self, extruder: int, product: int, limits: Mapping[str, Limits], author: str, reason: str
    ) -> None:
        """See TelemetryStore.set_limits."""
        with self._transaction(), self._catalogue.change():
            self._catalogue.set_limits(extruder, product, limits, author, reason)

    def import_mark(self, key: str) -> ImportMark:
        """See TelemetryStore.import_mark."""
        found = self._all("SELECT rows, done FROM imports WHERE key = ?", key)
        return ImportMark(found[0][0], bool(found[0][1])) if found else ImportMark()

    def close(self) -> None:
        """See TelemetryStore.close."""
        self._db.close()

    def _save_mark(self, key: str, mark: ImportMark) -> None:
        self._db.execute(
            "INSERT INTO imports VALUES (?, ?, ?) ON CONFLICT (key)"
            " DO UPDATE SET rows = excluded.rows, done = excluded.done",
            (key, mark.rows, int(mark.done)),
        )

    def _all(self, sql: str, *parameters: object) -> list[tuple]:  # type: ignore[type-arg]
        try:
            return self._db.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"the store failed: {error}") from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise StoreError(f"the store failed: {error}") from error
            raise


def _connect(path: Path, readonly: bool) -> sqlite3.Connection:
    if not readonly:
        path.parent.mkdir(parents=True, exist_ok=True)
    uri = f"{path.resolve().as_uri()}?mode={'ro' if readonly else 'rwc'}"
    db = sqlite3.connect(uri, timeout=BUSY_TIMEOUT_S, isolation_level=None, uri=True)
    if not readonly:
        db.execute("PRAGMA journal_mode = WAL")
        # FULL: a reading that append() returned for survives a power cut. One fsync a second.
        db.execute("PRAGMA synchronous = FULL")
        _migrate(db)
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION:
        db.close()
        raise sqlite3.DatabaseError(f"schema version {version}, expected {SCHEMA_VERSION}")
    return db


def _migrate(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")  # two processes may start at once on a new file
    try:
        if db.execute("PRAGMA user_version").fetchone()[0] == 0:
            _create(db)
    finally:
        db.execute("COMMIT")


def _create(db: sqlite3.Connection) -> None:
    for statement in _statements(files("data.telemetry").joinpath("schema.sql").read_text()):
        db.execute(statement)
    factors = [(exponent, 2.0 ** (exponent - 150)) for exponent in range(256)]
    db.executemany("INSERT INTO float32_exponent VALUES (?, ?)", factors)
    codes = [(int(code), code.name) for code in Quality]
    db.executemany("INSERT INTO quality_codes VALUES (?, ?)", codes)
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _statements(script: str) -> Iterator[str]:
    """Statements one by one: `executescript` would commit the open transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _pack(row: Row) -> tuple[int, int, bytes, bytes | None]:
    quality = row.quality.tobytes() if row.quality.any() else None
    return row.extruder, row.ts, row.values.astype("<f4", copy=False).tobytes(), quality


def _unpack(seq: int, extruder: int, ts: int, values: bytes, quality: bytes | None) -> Row:
    numbers = np.frombuffer(values, "<f4")
    codes = np.frombuffer(quality, np.uint8) if quality else np.zeros(len(numbers), np.uint8)
    return Row(ts, extruder, numbers, codes, seq)
