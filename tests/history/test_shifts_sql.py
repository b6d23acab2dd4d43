"""The SQL of a shift plan says the same as the plan, also in the nights of a clock change."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from data.history import Reader, open_history
from data.shifts import ShiftPlan
from data.telemetry import open_store
from tests.history.malfunction_store import at

MINUTE = 60_000
#: Hours around the clock changes of 2026 in Berlin, every ten minutes, and an ordinary day.
TIMES = [
    at(day) + minute * MINUTE
    for day in ("2026-03-29", "2026-10-25", "2026-07-01")
    for minute in range(-720, 1440, 10)
]


def names(reader: Reader, times: tuple[int, ...]) -> list[str]:
    marks = ", ".join("(?)" for _ in times)
    sql = f"SELECT shift_of(t.column1) FROM (VALUES {marks}) AS t ORDER BY t.column1"
    return [name for (name,) in reader.all(sql, *times)]


@pytest.mark.parametrize(
    "starts",
    ["Early 06:00, Late 14:00, Night 22:00", "A 02:30, 50% 'B'? 03:00", "A 00:00, B 02:00"],
)
def test_the_shift_of_a_time_is_the_plans(postgres_url: str, starts: str) -> None:
    plan = ShiftPlan.parse(starts, ZoneInfo("Europe/Berlin"))
    open_store(postgres_url).close()
    found = open_history(postgres_url, plan).ask(names, tuple(TIMES))
    assert found == [plan.name_at(ts) for ts in sorted(TIMES)]
