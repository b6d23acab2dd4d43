"""Telemetry in one SQLite file in WAL mode: one process writes while others read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from data.extruders import Catalogue, Limits
from data.rollups import HOUR_MS, Rollups
from data.shards import WHOLE, within
from data.sqlite_file.session import SqliteSession
from data.telemetry import Appended, ImportMark
from data.telemetry.catalogue import StoredCatalogue
from data.telemetry.sqlite_rollups import SqliteRollups
from data.telemetry.sqlite_rows import COLUMNS, LAST_TS, ROWS_BETWEEN, ROWS_SINCE, pack, unpack
from data.windows import Row, fit, overlay

# Not INSERT OR IGNORE: that would use up a seq for every row that is already there.
_INSERT = (
    'INSERT INTO readings (extruder, ts, "values", quality) SELECT ?1, ?2, ?3, ?4'
    " WHERE NOT EXISTS (SELECT 1 FROM readings WHERE extruder = ?1 AND ts = ?2)"
)


class SqliteStore:
    """A TelemetryStore on one SQLite file; creates file and schema unless `readonly`."""

    def __init__(self, path: str, readonly: bool = False) -> None:
        self.statements = 0
        self._session = SqliteSession(path, readonly, self._count)
        self._db = self._session.db
        self._catalogue = StoredCatalogue(self._session)
        self._rollups = SqliteRollups(self._db, self._all, self.rows_between)

    def _count(self, statements: int) -> None:
        self.statements += statements

    def append(self, rows: Sequence[Row], mark: tuple[str, ImportMark] | None = None) -> Appended:
        """See TelemetryStore.append."""
        with self._transaction():
            result = self._insert(rows)
            if mark is not None:
                self._save_mark(*mark)
        return result

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

    def rollup_seqs(self) -> list[int]:
        """See TelemetryStore.rollup_seqs."""
        return self._rollups.seqs()

    def merge_rollups(
        self, minutes: Rollups, rows: int, from_seq: int, to_seq: int, buckets: range = WHOLE
    ) -> bool:
        """See TelemetryStore.merge_rollups."""
        with self._transaction():
            return self._rollups.merge(minutes, rows, from_seq, to_seq, buckets)

    def reading_spans(self, until: int) -> dict[int, tuple[int, int | None]]:
        """See TelemetryStore.reading_spans."""
        return self._rollups.spans(until)

    def unframed_onsets(self, since: int) -> dict[int, int]:
        """See TelemetryStore.unframed_onsets."""
        return self._rollups.unframed(since)

    def delete_readings(self, before: Mapping[int, int], limit: int) -> int:
        """See TelemetryStore.delete_readings."""
        with self._transaction():
            return self._rollups.delete_readings(before, limit)

    def delete_rollups(self, period_ms: int, before: int, limit: int) -> int:
        """See TelemetryStore.delete_rollups."""
        whole = before // HOUR_MS * HOUR_MS
        due = self._rollups.due(period_ms, whole)
        if not due:
            return 0
        with self._transaction():
            return self._rollups.delete(period_ms, due, whole, limit)

    def close(self) -> None:
        """See TelemetryStore.close."""
        self._session.close()

    def _save_mark(self, key: str, mark: ImportMark) -> None:
        self._db.execute(
            "INSERT INTO imports VALUES (?, ?, ?) ON CONFLICT (key)"
            " DO UPDATE SET rows = excluded.rows, done = excluded.done",
            (key, mark.rows, int(mark.done)),
        )

    def _all(self, sql: str, *parameters: object) -> list[tuple]:  # type: ignore[type-arg]
        return self._session.all(sql, *parameters)

    def _transaction(self) -> AbstractContextManager[None]:
        return self._session.transaction()
