"""Telemetry in one SQLite file in WAL mode: one process writes while others read."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from data.shards import WHOLE, within
from data.sqlite_file.session import SqliteSession
from data.telemetry import Appended
from data.telemetry.sqlite_retention import SqliteRetention
from data.telemetry.sqlite_rows import COLUMNS, LAST_TS, ROWS_BETWEEN, ROWS_SINCE, pack, unpack
from data.telemetry.stored import StoredTelemetry
from data.windows import Row, fit, overlay

# Not INSERT OR IGNORE: that would use up a seq for every row that is already there.
_INSERT = (
    'INSERT INTO readings (extruder, ts, "values", quality) SELECT ?1, ?2, ?3, ?4'
    " WHERE NOT EXISTS (SELECT 1 FROM readings WHERE extruder = ?1 AND ts = ?2)"
)


class SqliteStore(StoredTelemetry):
    """A TelemetryStore on one SQLite file; creates file and schema unless `readonly`."""

    def __init__(self, path: str, readonly: bool = False) -> None:
        self._session = SqliteSession(path, readonly, self._count)
        self._db = self._session.db
        super().__init__(self._session, SqliteRetention(self._session))

    def _insert(self, rows: Sequence[Row]) -> Appended:
        before = self._db.total_changes
        self._db.executemany(_INSERT, [pack(row) for row in rows])
        stored = self._db.total_changes - before
        if stored == len(rows):  # nearly always: no row was there before
            return Appended(stored)
        deleted = [old for old in map(self._correct, rows) if old is not None]
        if deleted:
            self._rollups.without(deleted)
        return Appended(stored, len(deleted), len(rows) - stored - len(deleted))

    def _correct(self, row: Row) -> Row | None:
        """The row as it was, None if there was nothing to correct."""
        old = self.rows_between(row.extruder, row.ts, row.ts + 1)[0]
        size = max(len(old.values), len(row.values))
        packed = pack(overlay(fit(old, size), fit(row, size)))
        if packed == pack(old):
            return None
        self._db.execute("DELETE FROM readings WHERE seq = ?", (old.seq,))
        self._db.execute(_INSERT, packed)
        return old

    def rows_since(self, seq: int, limit: int, buckets: range = WHOLE) -> list[Row]:
        """See TelemetryStore.rows_since."""
        sql = ROWS_SINCE.replace(" ORDER", f"{within(buckets)} ORDER")
        return [unpack(*r) for r in self._all(sql, seq, limit)]

    def last_seq(self) -> int:
        """See TelemetryStore.last_seq."""
        found = self._all("SELECT seq FROM sqlite_sequence WHERE name = 'readings'")
        return int(found[0][0]) if found else 0

    def last_ts(self, extruder: int) -> int | None:
        """See TelemetryStore.last_ts."""
        newest = self._all(LAST_TS, extruder)[0][0]
        return None if newest is None else int(newest)

    def rows_between(self, extruder: int, start: int, end: int) -> list[Row]:
        """See TelemetryStore.rows_between."""
        return [unpack(*r) for r in self._all(ROWS_BETWEEN, extruder, start, end)]

    def rows_thinned(
        self, extruder: int, start: int, end: int, every_ms: int, first_ms: int
    ) -> list[Row]:
        """See TelemetryStore.rows_thinned."""
        sql = (
            f"SELECT {COLUMNS} FROM readings"
            " WHERE extruder = ? AND ts >= ? AND ts < ? AND ts % ? < ? ORDER BY ts"
        )
        found = self._all(sql, extruder, start, end, every_ms, first_ms)
        return [unpack(*r) for r in found]

    def _known(
        self, table: str, extruders: Sequence[int], starts: Sequence[int]
    ) -> list[tuple[Any, ...]]:
        sql = f"SELECT extruder, ts, signals FROM {table} WHERE extruder = ? AND ts = ?"
        keys = zip(extruders, starts, strict=True)
        return [row for key in keys for row in self._all(sql, *key)]

    def _writing(self) -> AbstractContextManager[None]:
        return self._session.transaction()
