"""What both kinds of store tell in the same words of what comes in and how far it goes back."""

from __future__ import annotations

from data.rollups import HOUR_MS
from data.store_guard.forecast import Plant
from data.store_guard.stores import Sql

DAY_MS = 24 * HOUR_MS
#: Rows are counted of so many extruders and taken for all: 1,000 would take seconds.
SAMPLED = 5
#: A store younger than this cannot tell how fast it grows.
YOUNGEST_MS = 10 * 60_000
#: What a line of the alarm journal takes, with its three indexes.
EVENT_BYTES = 600

_ACTIVE = "SELECT id FROM extruders WHERE active ORDER BY id"
_SIGNALS = "SELECT count(*) FROM signals WHERE extruder IN (SELECT id FROM extruders WHERE active)"
_FIRST = "SELECT min(ts) FROM {} WHERE extruder = ?"
_COUNT = "SELECT count(*), min(ts) FROM readings WHERE extruder = ? AND ts >= ? AND ts < ?"
_EVENTS = "SELECT count(*) FROM alarm_events WHERE ts >= ?"
_FRAMES = """
    SELECT coalesce(sum(length(f.rows)), 0)
    FROM malfunctions m JOIN frames f ON f.malfunction = m.id WHERE m.onset >= ?"""


def plant(sql: Sql, now: int) -> Plant:
    """The plant at `now` (ms)."""
    active = _active(sql)
    ages = tuple(
        _age(sql, table, active, now) for table in ("readings", "minute_rollups", "hour_rollups")
    )
    month = max(1.0, min(30.0, ages[2]))
    since = now - round(month * DAY_MS)
    journal = sql(_EVENTS, since)[0][0] * EVENT_BYTES + sql(_FRAMES, since)[0][0]
    return Plant(
        len(active), sql(_SIGNALS)[0][0], (ages[0], ages[1], ages[2]), float(journal) / month
    )


def rows_per_day(sql: Sql, now: int) -> float | None:
    """Rows of readings of the last day, of all extruders; None: nobody can tell yet."""
    active = _active(sql)
    counted = [sql(_COUNT, one, now - DAY_MS, now)[0] for one in _sample(active)]
    first = min((first for _, first in counted if first is not None), default=now)
    if now - first < YOUNGEST_MS:
        return None
    each = sum(count for count, _ in counted) / len(counted)
    return float(each) * len(active) * DAY_MS / (now - first)


def _active(sql: Sql) -> list[int]:
    return [id_ for (id_,) in sql(_ACTIVE)]


def _sample(extruders: list[int]) -> list[int]:
    return extruders[:: max(1, len(extruders) // SAMPLED)][:SAMPLED]


def _age(sql: Sql, table: str, extruders: list[int], now: int) -> float:
    """Days since the oldest row of those that are looked at."""
    found = [sql(_FIRST.format(table), one)[0][0] for one in _sample(extruders)]
    return max(0.0, (now - min((ts for ts in found if ts is not None), default=now)) / DAY_MS)
