"""Deleting in PostgreSQL what has outlived its level; the store opens transactions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from psycopg.errors import LockNotAvailable

from data.errors import StoreError
from data.rollups import MINUTE_MS
from data.session import Session
from data.telemetry.postgres_partitions import end_of, extruders_of, wholly_due
from data.telemetry.rollups import EXTRUDERS, MINUTES_FROM, READINGS_FROM, TABLES

#: Whoever wants to drop a partition makes all others wait behind it: not for long.
_DROP_WAIT = "SET LOCAL lock_timeout = '100ms'"
_FROM = (
    "INSERT INTO meta AS m VALUES (?, ?)"
    " ON CONFLICT (key) DO UPDATE SET value = greatest(m.value, excluded.value)"
)
#: Whoever has readings is in the catalogue or in the rollups: to look for them in every
#: partition takes half a second for 1,000 extruders and 90 days.
_SPANS = (
    EXTRUDERS.format(table="hour_rollups")
    + """SELECT * FROM (SELECT extruder,
        (SELECT r.ts FROM readings r WHERE r.extruder = known.extruder ORDER BY ts LIMIT 1)
            AS first,
        (SELECT r.ts FROM readings r WHERE r.extruder = known.extruder AND r.ts <= ?
            ORDER BY ts DESC LIMIT 1) AS newest
        FROM (SELECT extruder FROM found UNION SELECT id FROM extruders) AS known) AS spans
    WHERE first IS NOT NULL"""
)
#: Time of the last one of the oldest that are due: what is deleted by it looks at no other day.
_LAST_DUE = """
    SELECT max(ts), count(*) FROM (
        SELECT ts FROM readings WHERE extruder = ? AND ts < ? AND seq <= ?
        ORDER BY ts LIMIT ?) AS due"""
_DELETE_READINGS = "DELETE FROM readings WHERE extruder = ? AND ts <= ? AND seq <= ?"
_DELETE_ROLLUPS = """
    DELETE FROM {0} WHERE extruder = ? AND ts IN
        (SELECT ts FROM {0} WHERE extruder = ? AND ts < ? ORDER BY ts LIMIT ?)"""
_UNFRAMED = """
    SELECT extruder, min(onset) FROM malfunctions m
    WHERE (ended IS NULL OR changed >= ?)
        AND extruder IN (SELECT id FROM extruders WHERE active)
        AND NOT EXISTS (SELECT 1 FROM frames f WHERE f.malfunction = m.id)
    GROUP BY extruder"""


class PostgresRetention:
    """Finds and deletes old readings and rollups."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def spans(self, until: int) -> dict[int, tuple[int, int | None]]:
        """See TelemetryStore.reading_spans."""
        found = self._session.all(_SPANS, until)
        return {extruder: (first, last) for extruder, first, last in found}

    def unframed(self, since: int) -> dict[int, int]:
        """See TelemetryStore.unframed_onsets."""
        return dict(self._session.all(_UNFRAMED, since))

    def delete_readings(self, before: Mapping[int, int], held: int, limit: int) -> int:
        """See TelemetryStore.delete_readings; the caller is the writer.

        A partition that is wholly due is dropped at once, however many readings it has.
        """
        whole = {extruder: ts // MINUTE_MS * MINUTE_MS for extruder, ts in before.items()}
        left = limit
        for name in wholly_due(self._session, whole, held):
            dropped = self._drop(name, left)
            if dropped is None:  # somebody reads it: the next trim tries again
                return limit - left
            left -= dropped
            if not left:
                return limit
        for extruder, ts in whole.items():
            left -= self._delete_oldest(extruder, ts, held, left)
            if not left:
                break
        return limit - left

    def delete_rollups(
        self, period_ms: int, extruders: Iterable[int], before: int, limit: int
    ) -> int:
        """See TelemetryStore.delete_rollups; the caller is the writer."""
        sql, left = _DELETE_ROLLUPS.format(TABLES[period_ms]), limit
        if period_ms == MINUTE_MS:
            self._session.run(_FROM, MINUTES_FROM, before)
        for extruder in extruders:
            left -= self._session.run(sql, extruder, extruder, before, left)
            if not left:
                break
        return limit - left

    def _drop(self, name: str, most: int) -> int | None:
        """Drop a partition; its readings, counted up to `most`. None: it is in use."""
        sql = f"SELECT count(*) FROM (SELECT FROM {name} LIMIT ?) AS counted"
        count = int(self._session.all(sql, most)[0][0])
        extruders = extruders_of(self._session, name)
        try:
            with self._session.transaction():
                self._session.run(_DROP_WAIT)
                self._session.run(f"DROP TABLE {name}")
        except StoreError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                return None
            raise
        gone = [(READINGS_FROM.format(extruder), end_of(name)) for extruder in extruders]
        self._session.many(_FROM, gone)
        return count

    def _delete_oldest(self, extruder: int, before: int, held: int, limit: int) -> int:
        last, count = self._session.all(_LAST_DUE, extruder, before, held, limit)[0]
        if not count:
            return 0
        self._session.run(_DELETE_READINGS, extruder, last, held)
        self._session.run(_FROM, READINGS_FROM.format(extruder), before)
        return int(count)
