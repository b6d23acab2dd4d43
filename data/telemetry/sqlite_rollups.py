"""Rollups in SQLite, and deleting what they have outlived; the store opens transactions.

A minute's rollup holds exactly the readings of that minute with a `seq` up to that of its
extruder's bucket in `seqs()`, those that were deleted for their age included; `meta` remembers
before which time that may be so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from data.rollups import HOUR_MS, MINUTE_MS, Rollups, join, pack, regroup, roll_up, unpack
from data.shards import bucket_of, within
from data.windows import Row

_TABLES = {MINUTE_MS: "minute_rollups", HOUR_MS: "hour_rollups"}
#: Keys of `meta`: readings of an extruder, or minutes, before this time (ms) may be deleted.
_READINGS_FROM, _MINUTES_FROM = "readings_from:{}", "minutes_from"

_COUNT = "SELECT count(*) FROM readings WHERE seq > ? AND seq <= ?"
_PROGRESS = "UPDATE rollup_progress SET seq = ? WHERE bucket >= ? AND bucket < ?"
_FROM = (
    "INSERT INTO meta VALUES (?, ?)"
    " ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)"
)
#: Every extruder of a table by one look-up each, not by reading the whole of it.
_EXTRUDERS = """
    WITH RECURSIVE found (extruder) AS (
        SELECT min(extruder) FROM {table}
        UNION ALL
        SELECT (SELECT min(extruder) FROM {table} WHERE extruder > found.extruder)
        FROM found WHERE found.extruder IS NOT NULL)
"""
_SPANS = (
    _EXTRUDERS.format(table="readings")
    + """SELECT extruder,
        (SELECT min(ts) FROM readings r WHERE r.extruder = found.extruder),
        (SELECT max(ts) FROM readings r WHERE r.extruder = found.extruder AND r.ts <= ?)
    FROM found WHERE extruder IS NOT NULL"""
)
_OLD_READINGS = """
    DELETE FROM readings WHERE seq IN (
        SELECT seq FROM readings WHERE extruder = ? AND ts < ? AND seq <= ? ORDER BY ts LIMIT ?)"""
_UNFRAMED = """
    SELECT extruder, min(onset) FROM (
        SELECT id, extruder, onset FROM malfunctions WHERE ended IS NULL
        UNION ALL
        SELECT id, extruder, onset FROM malfunctions WHERE changed >= ? AND ended IS NOT NULL) m
    WHERE extruder IN (SELECT id FROM extruders WHERE active)
        AND NOT EXISTS (SELECT 1 FROM frames f WHERE f.malfunction = m.id)
    GROUP BY extruder"""


class SqliteRollups:
    """Reads and writes the tables of rollups, and deletes readings."""

    def __init__(
        self,
        db: sqlite3.Connection,
        query: Callable[..., list[tuple[Any, ...]]],
        rows_between: Callable[[int, int, int], list[Row]],
    ) -> None:
        self._db, self._all, self._rows_between = db, query, rows_between

    def seqs(self) -> list[int]:
        """See TelemetryStore.rollup_seqs."""
        return [seq for (seq,) in self._all("SELECT seq FROM rollup_progress ORDER BY bucket")]

    def merge(
        self, minutes: Rollups, rows: int, from_seq: int, to_seq: int, buckets: range
    ) -> bool:
        """See TelemetryStore.merge_rollups."""
        if set(self.seqs()[buckets.start : buckets.stop]) != {from_seq}:
            return False
        if self._all(_COUNT + within(buckets), from_seq, to_seq)[0][0] != rows:
            return False
        self._merge(minutes, MINUTE_MS)
        self._merge(regroup(minutes, HOUR_MS), HOUR_MS)
        self._db.execute(_PROGRESS, (to_seq, buckets.start, buckets.stop))
        return True

    def without(self, deleted: Iterable[Row]) -> None:
        """Take rows that a correction has deleted out of the rollups.

        Their minutes are built again from the readings that are left, and the hours from their
        minutes; where those are no longer complete the rollup stays as it was.
        """
        held = self.seqs()
        times = {(r.extruder, r.ts) for r in deleted if r.seq <= held[bucket_of(r.extruder)]}
        for extruder, start in _starts(times, MINUTE_MS):
            if start >= self._meta(_READINGS_FROM.format(extruder)):
                rows = self._rows_between(extruder, start, start + MINUTE_MS)
                known = [row for row in rows if row.seq <= held[bucket_of(extruder)]]
                left = roll_up(known, MINUTE_MS)
                self._replace(extruder, start, left, MINUTE_MS)
        for extruder, start in _starts(times, HOUR_MS):
            if start >= self._meta(_MINUTES_FROM):
                sql = (
                    "SELECT extruder, ts, signals FROM minute_rollups"
                    " WHERE extruder = ? AND ts >= ? AND ts < ?"
                )
                minutes = unpack(self._all(sql, extruder, start, start + HOUR_MS))
                self._replace(extruder, start, regroup(minutes, HOUR_MS), HOUR_MS)

    def spans(self, until: int) -> dict[int, tuple[int, int | None]]:
        """See TelemetryStore.reading_spans."""
        return {extruder: (first, last) for extruder, first, last in self._all(_SPANS, until)}

    def unframed(self, since: int) -> dict[int, int]:
        """See TelemetryStore.unframed_onsets."""
        return dict(self._all(_UNFRAMED, since))

    def delete_readings(self, before: Mapping[int, int], limit: int) -> int:
        """See TelemetryStore.delete_readings."""
        held, left = min(self.seqs()), limit
        for extruder, ts in before.items():
            whole = ts // MINUTE_MS * MINUTE_MS
            found = self._db.execute(_OLD_READINGS, (extruder, whole, held, left)).rowcount
            if found:
                self._db.execute(_FROM, (_READINGS_FROM.format(extruder), whole))
            left -= found
            if not left:
                break
        return limit - left

    def due(self, period_ms: int, before: int) -> list[int]:
        """Extruders that have rollups of a period that began before a time."""
        table = _TABLES[period_ms]
        sql = _EXTRUDERS.format(table=table) + (
            f"SELECT extruder FROM found WHERE (SELECT min(ts) FROM {table} t"
            " WHERE t.extruder = found.extruder) < ?"
        )
        return [extruder for (extruder,) in self._all(sql, before)]

    def delete(self, period_ms: int, extruders: Iterable[int], before: int, limit: int) -> int:
        """See TelemetryStore.delete_rollups."""
        table, left = _TABLES[period_ms], limit
        sql = (
            f"DELETE FROM {table} WHERE extruder = ?1 AND ts IN"
            f" (SELECT ts FROM {table} WHERE extruder = ?1 AND ts < ?2 ORDER BY ts LIMIT ?3)"
        )
        if period_ms == MINUTE_MS:
            self._db.execute(_FROM, (_MINUTES_FROM, before))
        for extruder in extruders:
            left -= self._db.execute(sql, (extruder, before, left)).rowcount
            if not left:
                break
        return limit - left

    def _merge(self, rollups: Rollups, period_ms: int) -> None:
        table = _TABLES[period_ms]
        sql = f"SELECT extruder, ts, signals FROM {table} WHERE extruder = ? AND ts = ?"
        keys = rollups.keys[:, :2].tolist()
        known = unpack([row for key in keys for row in self._all(sql, *key)])
        merged = regroup(join([known, rollups]), period_ms)
        self._db.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)", pack(merged))

    def _replace(self, extruder: int, start: int, rollup: Rollups, period_ms: int) -> None:
        table = _TABLES[period_ms]
        self._db.execute(f"DELETE FROM {table} WHERE extruder = ? AND ts = ?", (extruder, start))
        self._db.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", pack(rollup))

    def _meta(self, key: str) -> int:
        """A time of `meta`; one before all others if there is none."""
        found = self._all("SELECT value FROM meta WHERE key = ?", key)
        return int(found[0][0]) if found else -(2**63)


def _starts(times: Iterable[tuple[int, int]], period_ms: int) -> set[tuple[int, int]]:
    return {(extruder, ts // period_ms * period_ms) for extruder, ts in times}
