"""Rollups in a store of either kind; the store opens transactions.

A minute's rollup holds exactly the readings of that minute with a `seq` up to that of its
extruder's bucket in `seqs()`, those that were deleted for their age included; `meta` remembers
before which time that may be so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from data.rollups import HOUR_MS, MINUTE_MS, Rollups, join, pack, regroup, roll_up, unpack
from data.session import Session
from data.shards import bucket_of, within
from data.windows import Row

TABLES = {MINUTE_MS: "minute_rollups", HOUR_MS: "hour_rollups"}
#: Keys of `meta`: readings of an extruder, or minutes, before this time (ms) may be deleted.
READINGS_FROM, MINUTES_FROM = "readings_from:{}", "minutes_from"

_COUNT = "SELECT count(*) FROM readings WHERE seq > ? AND seq <= ?"
_PROGRESS = "UPDATE rollup_progress SET seq = ? WHERE bucket >= ? AND bucket < ?"
#: Every extruder of a table by one look-up each, not by reading the whole of it.
EXTRUDERS = """
    WITH RECURSIVE found (extruder) AS (
        SELECT min(extruder) FROM {table}
        UNION ALL
        SELECT (SELECT min(extruder) FROM {table} WHERE extruder > found.extruder)
        FROM found WHERE found.extruder IS NOT NULL)
"""
_PUT = (
    "INSERT INTO {} VALUES (?, ?, ?)"
    " ON CONFLICT (extruder, ts) DO UPDATE SET signals = excluded.signals"
)


#: Finds the rows (extruder, ts, signals) of a table at some extruders and times.
Known = Callable[[str, Sequence[int], Sequence[int]], list[tuple[Any, ...]]]


class StoredRollups:
    """Reads and writes the tables of rollups; `known` is how the driver looks many up."""

    def __init__(
        self,
        session: Session,
        rows_between: Callable[[int, int, int], list[Row]],
        known: Known,
    ) -> None:
        self._session, self._rows_between, self._known = session, rows_between, known

    def seqs(self) -> list[int]:
        """See TelemetryStore.rollup_seqs."""
        return [
            seq for (seq,) in self._session.all("SELECT seq FROM rollup_progress ORDER BY bucket")
        ]

    def merge(
        self, minutes: Rollups, rows: int, from_seq: int, to_seq: int, buckets: range
    ) -> bool:
        """See TelemetryStore.merge_rollups; the caller is the writer."""
        if set(self.seqs()[buckets.start : buckets.stop]) != {from_seq}:
            return False
        if self._session.all(_COUNT + within(buckets), from_seq, to_seq)[0][0] != rows:
            return False
        self._merge(minutes, MINUTE_MS)
        self._merge(regroup(minutes, HOUR_MS), HOUR_MS)
        self._session.run(_PROGRESS, to_seq, buckets.start, buckets.stop)
        return True

    def without(self, deleted: Iterable[Row]) -> None:
        """Take rows that a correction has deleted out of the rollups.

        Their minutes are built again from the readings that are left, and the hours from their
        minutes; where those are no longer complete the rollup stays as it was.
        """
        held = self.seqs()
        times = {(r.extruder, r.ts) for r in deleted if r.seq <= held[bucket_of(r.extruder)]}
        for extruder, start in _starts(times, MINUTE_MS):
            if start >= self._meta(READINGS_FROM.format(extruder)):
                rows = self._rows_between(extruder, start, start + MINUTE_MS)
                known = [row for row in rows if row.seq <= held[bucket_of(extruder)]]
                left = roll_up(known, MINUTE_MS)
                self._replace(extruder, start, left, MINUTE_MS)
        for extruder, start in _starts(times, HOUR_MS):
            if start >= self._meta(MINUTES_FROM):
                hour = regroup(self._minutes_of(extruder, start), HOUR_MS)
                self._replace(extruder, start, hour, HOUR_MS)

    def due(self, period_ms: int, before: int) -> list[int]:
        """Extruders that have rollups of a period that began before a time."""
        table = TABLES[period_ms]
        sql = EXTRUDERS.format(table=table) + (
            f"SELECT extruder FROM found WHERE (SELECT min(ts) FROM {table} t"
            " WHERE t.extruder = found.extruder) < ?"
        )
        return [extruder for (extruder,) in self._session.all(sql, before)]

    def _minutes_of(self, extruder: int, hour: int) -> Rollups:
        sql = (
            "SELECT extruder, ts, signals FROM minute_rollups"
            " WHERE extruder = ? AND ts >= ? AND ts < ? ORDER BY ts"
        )
        return unpack(self._session.all(sql, extruder, hour, hour + HOUR_MS))

    def _merge(self, rollups: Rollups, period_ms: int) -> None:
        table = TABLES[period_ms]
        extruders, starts, _ = rollups.keys.T.tolist()
        known = unpack(self._known(table, extruders, starts))
        merged = regroup(join([known, rollups]), period_ms)
        self._session.many(_PUT.format(table), pack(merged))

    def _replace(self, extruder: int, start: int, rollup: Rollups, period_ms: int) -> None:
        table = TABLES[period_ms]
        self._session.run(f"DELETE FROM {table} WHERE extruder = ? AND ts = ?", extruder, start)
        self._session.many(f"INSERT INTO {table} VALUES (?, ?, ?)", pack(rollup))

    def _meta(self, key: str) -> int:
        """A time of `meta`; one before all others if there is none."""
        found = self._session.all("SELECT value FROM meta WHERE key = ?", key)
        return int(found[0][0]) if found else -(2**63)


def _starts(times: Iterable[tuple[int, int]], period_ms: int) -> set[tuple[int, int]]:
    return {(extruder, ts // period_ms * period_ms) for extruder, ts in times}
