"""Telemetry in PostgreSQL: readings as real[] in daily partitions, written by binary COPY."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from data.postgres.session import PostgresSession
from data.shards import WHOLE, within
from data.telemetry import Appended
from data.telemetry.postgres_partitions import make
from data.telemetry.postgres_retention import PostgresRetention
from data.telemetry.postgres_rows import (
    COLUMNS,
    COPY,
    LAST_TS,
    ROWS_BETWEEN,
    ROWS_SINCE,
    pack,
    same,
    unpack,
)
from data.telemetry.stored import StoredTelemetry
from data.windows import Row, fit, overlay

#: Whoever writes keeps this row locked until the commit. So nobody commits a `seq` after a
#: greater one: a reader that has seen a seq has seen all before it.
_LOCK = "SELECT seq FROM reading_seq FOR UPDATE"
_TAKE_SEQ = "UPDATE reading_seq SET seq = seq + ? RETURNING seq"
#: One look-up for each row: for a join the planner reads a whole day while it looks small.
#: BETWEEN leaves all days out that the rows are not of.
_THERE = """
    SELECT extruder, ts FROM unnest(?::bigint[], ?::bigint[]) AS n (extruder, ts)
    WHERE (SELECT 1 FROM readings r
        WHERE r.extruder = n.extruder AND r.ts = n.ts AND r.ts BETWEEN ? AND ?) IS NOT NULL"""
_KNOWN = """
    SELECT t.extruder, t.ts, t.signals FROM unnest(?::bigint[], ?::bigint[]) AS k (extruder, ts)
    JOIN {} t ON t.extruder = k.extruder AND t.ts = k.ts"""


class PostgresStore(StoredTelemetry):
    """A TelemetryStore on one PostgreSQL database; creates the schema unless `readonly`."""

    _session: PostgresSession

    def __init__(self, url: str, readonly: bool = False) -> None:
        self._session = PostgresSession(url, readonly, self._count)
        super().__init__(self._session, PostgresRetention(self._session))

    def _insert(self, rows: Sequence[Row]) -> Appended:
        if not rows:
            return Appended()
        known = self._there(rows)
        fresh: list[Row] = []
        others: list[Row] = []
        for row in rows:
            key = (row.extruder, row.ts)
            (others if key in known else fresh).append(row)
            known.add(key)
        self._copy(fresh)
        deleted = [old for old in map(self._correct, others) if old is not None]
        if deleted:
            self._rollups.without(deleted)
        return Appended(len(fresh), len(deleted), len(others) - len(deleted))

    def _there(self, rows: Sequence[Row]) -> set[tuple[int, int]]:
        """Extruder and time of those that the store has already."""
        times = [row.ts for row in rows]
        extruders = [row.extruder for row in rows]
        found = self._all(_THERE, extruders, times, min(times), max(times))
        return {(extruder, ts) for extruder, ts in found}

    def _copy(self, rows: Sequence[Row]) -> None:
        """Insert rows, in a new order of arrival."""
        if not rows:
            return
        make(self._session, (row.ts for row in rows))
        first = int(self._all(_TAKE_SEQ, len(rows))[0][0]) - len(rows) + 1
        self._session.copy(COPY, pack(replace(r, seq=first + n) for n, r in enumerate(rows)))

    def _correct(self, row: Row) -> Row | None:
        """The row as it was, None if there was nothing to correct."""
        old = self.rows_between(row.extruder, row.ts, row.ts + 1)[0]
        size = max(len(old.values), len(row.values))
        new = overlay(fit(old, size), fit(row, size))
        if same(new, old):
            return None
        sql = "DELETE FROM readings WHERE extruder = ? AND ts = ?"
        self._session.run(sql, row.extruder, row.ts)
        self._copy([new])
        return old

    def rows_since(self, seq: int, limit: int, buckets: range = WHOLE) -> list[Row]:
        """See TelemetryStore.rows_since."""
        return self._rows(ROWS_SINCE.replace(" ORDER", f"{within(buckets)} ORDER"), seq, limit)

    def last_seq(self) -> int:
        """See TelemetryStore.last_seq."""
        return int(self._all("SELECT seq FROM reading_seq")[0][0])

    def last_ts(self, extruder: int) -> int | None:
        """See TelemetryStore.last_ts."""
        newest = self._all(LAST_TS, extruder)
        return int(newest[0][0]) if newest else None

    def rows_between(self, extruder: int, start: int, end: int) -> list[Row]:
        """See TelemetryStore.rows_between."""
        return self._rows(ROWS_BETWEEN, extruder, start, end)

    def rows_thinned(
        self, extruder: int, start: int, end: int, every_ms: int, first_ms: int
    ) -> list[Row]:
        """See TelemetryStore.rows_thinned."""
        sql = (
            f"SELECT {COLUMNS} FROM readings"
            " WHERE extruder = ? AND ts >= ? AND ts < ? AND ts % ? < ? ORDER BY ts"
        )
        return self._rows(sql, extruder, start, end, every_ms, first_ms)

    def _known(
        self, table: str, extruders: Sequence[int], starts: Sequence[int]
    ) -> list[tuple[Any, ...]]:
        return self._all(_KNOWN.format(table), extruders, starts)

    def _rows(self, sql: str, *parameters: object) -> list[Row]:
        return [unpack(*columns) for columns in self._all(sql, *parameters)]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction of the one that writes; others wait, and fail after the lock timeout."""
        with self._session.transaction():
            self._all(_LOCK)
            yield
