"""How addresses name a shift: the plant's day on which it begins, and its name."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from urllib.parse import quote, urlencode

from data.shifts import ShiftPlan, ShiftSpan


def day_of(shift: ShiftSpan, plan: ShiftPlan) -> str:
    """The day on which a shift begins, on the plant's clock: YYYY-MM-DD."""
    return datetime.fromtimestamp(shift.start / 1000, plan.zone).date().isoformat()


def query_of(shift: ShiftSpan, plan: ShiftPlan, **more: str) -> str:
    """The query that names a shift, "day=2026-11-24&shift=Early"; `more` that is not empty too."""
    given = {"day": day_of(shift, plan), "shift": shift.name, **more}
    return urlencode({key: value for key, value in given.items() if value}, quote_via=quote)


def shift_named(plan: ShiftPlan, day: str, name: str, now: int) -> ShiftSpan | None:
    """The shift of an address, None if there is none such.

    Without a day it is today's, or the last that has begun; without a name the first of the day;
    with neither the one that runs at `now` (ms).
    """
    if not day:
        return _latest(plan, name, now)
    try:
        shifts = shifts_of_day(plan, date.fromisoformat(day))
    except (ValueError, OverflowError):
        return None
    return next((shift for shift in shifts if name in {"", shift.name}), None)


def shifts_of_day(plan: ShiftPlan, day: date) -> list[ShiftSpan]:
    """The shifts that begin on a day of the plant. Raises OverflowError at the end of time."""
    start, end = (
        round(datetime.combine(one, time(0), plan.zone).timestamp() * 1000)
        for one in (day, day + timedelta(days=1))
    )
    return [shift for shift in plan.spans(start, end) if shift.start >= start]


def _latest(plan: ShiftPlan, name: str, now: int) -> ShiftSpan | None:
    if not name:
        return plan.span_at(now)
    lately = plan.spans(now - 2 * 86_400_000, now + 1)
    return next((shift for shift in reversed(lately) if shift.name == name), None)
