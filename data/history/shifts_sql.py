"""A shift plan as an expression of PostgreSQL: the name of the shift at a time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from data.shifts import ShiftPlan

#: Changes of the plant's clock are looked for from the one year to the other.
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_STEP_MIN = 15


@lru_cache(maxsize=8)
def shift_sql(plan: ShiftPlan) -> str:
    """The expression; `{ts}` stands in it for the time in ms. `%` is doubled, as psycopg wants.

    The wall clock says it all, unless a shift begins in an hour that a clock change leaves out or
    repeats: the shifts around it are told one by one then.
    """
    odd = " ".join(
        f"WHEN ts >= {span.start} AND ts < {span.end} THEN {_text(span.name)}"
        for noon in _odd_changes(plan)
        for span in plan.spans(_ms(noon - _DAY), _ms(noon + _DAY))
    )
    by_clock = " ".join(
        f"WHEN clock >= time {_text(start.isoformat())} THEN {_text(name)}"
        for name, start in reversed(plan.starts)
    )
    last = _text(plan.names[-1])  # before the day's first start it is still yesterday's last shift
    return (
        f"(SELECT CASE {odd} {by_clock} ELSE {last} END FROM (SELECT ts,"
        f" (to_timestamp(ts / 1000.0) AT TIME ZONE {_text(plan.zone.key)})::time AS clock"
        " FROM (SELECT CAST({ts} AS bigint) AS ts) AS asked) AS told)"
    )


def _odd_changes(plan: ShiftPlan) -> list[datetime]:
    """Noons (UTC) of the days on which the clock changes while a shift begins."""
    days = (_FIRST + number * _DAY for number in range((_LAST - _FIRST).days))
    return [day + _DAY / 2 for day in days if _is_odd(plan, day)]


def _is_odd(plan: ShiftPlan, day: datetime) -> bool:
    after = (day + _DAY).astimezone(plan.zone).utcoffset()
    if day.astimezone(plan.zone).utcoffset() == after:
        return False
    steps = (day + timedelta(minutes=m) for m in range(_STEP_MIN, 1441, _STEP_MIN))
    changed = next(one for one in steps if one.astimezone(plan.zone).utcoffset() == after)
    eve = (changed - timedelta(minutes=_STEP_MIN)).astimezone(plan.zone)
    low, high = sorted((_minute(eve.time()) + _STEP_MIN, _minute(changed.astimezone(plan.zone))))
    across_midnight = high - low > 720
    return across_midnight or any(low <= _minute(start) <= high for _, start in plan.starts)


def _minute(clock: time | datetime) -> int:
    return clock.hour * 60 + clock.minute


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _text(text: str | None) -> str:
    return "'" + (text or "UTC").replace("'", "''").replace("%", "%%") + "'"
