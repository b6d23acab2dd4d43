"""Deleting in SQLite what has outlived its level; the store opens transactions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from data.rollups import MINUTE_MS
from data.session import Session
from data.telemetry.rollups import EXTRUDERS, MINUTES_FROM, READINGS_FROM, TABLES

_FROM = (
    "INSERT INTO meta VALUES (?, ?)"
    " ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)"
)
_SPANS = (
    EXTRUDERS.format(table="readings")
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


class SqliteRetention:
    """Finds and deletes old readings and rollups."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def spans(self, until: int) -> dict[int, tuple[int, int | None]]:
        """See TelemetryStore.reading_spans."""
        return {
            extruder: (first, last) for extruder, first, last in self._session.all(_SPANS, until)
        }

    def unframed(self, since: int) -> dict[int, int]:
        """See TelemetryStore.unframed_onsets."""
        return dict(self._session.all(_UNFRAMED, since))

    def delete_readings(self, before: Mapping[int, int], held: int, limit: int) -> int:
        """See TelemetryStore.delete_readings; `held` is up to where all rollups go."""
        left = limit
        for extruder, ts in before.items():
            whole = ts // MINUTE_MS * MINUTE_MS
            found = self._session.run(_OLD_READINGS, extruder, whole, held, left)
            if found:
                self._session.run(_FROM, READINGS_FROM.format(extruder), whole)
            left -= found
            if not left:
                break
        return limit - left

    def delete_rollups(
        self, period_ms: int, extruders: Iterable[int], before: int, limit: int
    ) -> int:
        """See TelemetryStore.delete_rollups."""
        table, left = TABLES[period_ms], limit
        sql = (
            f"DELETE FROM {table} WHERE extruder = ?1 AND ts IN"
            f" (SELECT ts FROM {table} WHERE extruder = ?1 AND ts < ?2 ORDER BY ts LIMIT ?3)"
        )
        if period_ms == MINUTE_MS:
            self._session.run(_FROM, MINUTES_FROM, before)
        for extruder in extruders:
            left -= self._session.run(sql, extruder, before, left)
            if not left:
                break
        return limit - left
