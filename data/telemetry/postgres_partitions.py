"""Daily partitions of the readings in PostgreSQL: made ahead by the writer, dropped whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from data.errors import StoreError
from data.rollups import HOUR_MS
from data.session import Session

DAY_MS = 24 * HOUR_MS
_EPOCH = date(1970, 1, 1)
_PREFIX = "readings_"

_MISSING = "SELECT name FROM unnest(?::text[]) AS name WHERE to_regclass(name) IS NULL"
_ALL = (
    "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
    " WHERE i.inhparent = 'readings'::regclass ORDER BY c.relname"
)
#: Every extruder of a partition by one look-up each, not by reading the whole of it.
_EXTRUDERS = """
    WITH RECURSIVE found (extruder) AS (
        SELECT min(extruder) FROM {table}
        UNION ALL
        SELECT (SELECT min(extruder) FROM {table} WHERE extruder > found.extruder)
        FROM found WHERE found.extruder IS NOT NULL)
    SELECT extruder FROM found WHERE extruder IS NOT NULL"""


def make(session: Session, times: Iterable[int]) -> None:
    """Partitions for readings at these times, and for the day after; the caller is the writer.

    The day after is there before its first reading, so that midnight waits for nobody's lock.
    """
    days = {ts // DAY_MS for ts in times}
    if not days:
        return
    names = [_name(day) for day in sorted(days | {max(days) + 1})]
    for (name,) in session.all(_MISSING, names):
        # ATTACH, not CREATE … PARTITION OF: that would lock out everybody who reads.
        session.run(f"CREATE TABLE {name} (LIKE readings INCLUDING ALL)")
        start = _day(name) * DAY_MS
        session.run(
            f"ALTER TABLE readings ATTACH PARTITION {name}"
            f" FOR VALUES FROM ({start}) TO ({start + DAY_MS})"
        )


def wholly_due(session: Session, before: Mapping[int, int], held: int) -> list[str]:
    """Partitions of which every reading is due: older than `before` says, in the rollups."""
    latest = max(before.values(), default=0)
    names = [str(name) for (name,) in session.all(_ALL)]
    old = [name for name in names if end_of(name) <= latest]
    return [name for name in old if _is_due(session, name, before, held)]


def end_of(name: str) -> int:
    """End of a partition's day, ms."""
    return (_day(name) + 1) * DAY_MS


def extruders_of(session: Session, name: str) -> list[int]:
    """Extruders that have readings in a partition."""
    return [extruder for (extruder,) in session.all(_EXTRUDERS.format(table=name))]


def _is_due(session: Session, name: str, before: Mapping[int, int], held: int) -> bool:
    newest = session.all(f"SELECT max(seq) FROM {name}")[0][0]
    if newest is not None and newest > held:
        return False
    end = end_of(name)
    return all(before.get(one, end - 1) >= end for one in extruders_of(session, name))


def _name(day: int) -> str:
    try:
        return f"{_PREFIX}{_EPOCH + timedelta(days=day):%Y%m%d}"
    except OverflowError as error:
        raise StoreError(f"the store failed: no such day: {day} days since 1970") from error


def _day(name: str) -> int:
    stamp = name.removeprefix(_PREFIX)
    return (date(int(stamp[:-4]), int(stamp[-4:-2]), int(stamp[-2:])) - _EPOCH).days
