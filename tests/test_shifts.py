"""Shifts follow the plant's wall clock."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.shifts import ShiftPlan

BERLIN = ZoneInfo("Europe/Berlin")
PLAN = ShiftPlan.parse("Early 06:00, Late 14:00, Night 22:00", BERLIN)
HOUR_MS = 3_600_000


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp() * 1000)


@pytest.mark.parametrize(
    ("at", "name"),
    [
        ("2026-11-24 06:00", "Early"),
        ("2026-11-24 13:59", "Early"),
        ("2026-11-24 14:00", "Late"),
        ("2026-11-24 22:00", "Night"),
        ("2026-11-24 00:00", "Night"),
        ("2026-11-24 05:59", "Night"),
    ],
)
def test_a_shift_runs_until_the_next_begins(at: str, name: str) -> None:
    assert PLAN.name_at(ms(at)) == name
    assert PLAN.span_at(ms(at)).name == name


def test_the_night_belongs_to_the_day_on_which_it_began() -> None:
    span = PLAN.span_at(ms("2026-11-24 03:00"))
    assert (span.start, span.end) == (ms("2026-11-23 22:00"), ms("2026-11-24 06:00"))


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-10-25", 9), ("2026-03-29", 7), ("2026-03-28", 8)]
)
def test_a_night_of_a_clock_change_is_an_hour_longer_or_shorter(day: str, hours: int) -> None:
    span = PLAN.span_at(ms(f"{day} 01:00"))
    assert span.end - span.start == hours * HOUR_MS


def test_spans_are_those_that_run_in_the_time() -> None:
    spans = PLAN.spans(ms("2026-11-24 14:00"), ms("2026-11-25 06:00"))
    assert [span.name for span in spans] == ["Late", "Night"]
    assert PLAN.spans(ms("2026-11-24 14:00"), ms("2026-11-24 14:00") + 1)[0].name == "Late"


@given(st.integers(0, 2_000_000_000), st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata"]))
def test_every_time_is_in_one_shift_which_has_its_name(seconds: int, zone: str) -> None:
    plan = ShiftPlan.parse("A 05:30, B 13:30, C 21:30", ZoneInfo(zone))
    ts = seconds * 1000
    spans = plan.spans(ts, ts + 1)
    assert len(spans) == 1
    assert spans[0].start <= ts < spans[0].end
    assert spans[0].name == plan.name_at(ts)


def test_one_shift_lasts_the_whole_day() -> None:
    plan = ShiftPlan.parse("Day 07:00", ZoneInfo("UTC"))
    at = round(datetime(2026, 5, 1, 3, tzinfo=UTC).timestamp() * 1000)
    assert plan.span_at(at).end - plan.span_at(at).start == 24 * HOUR_MS


@pytest.mark.parametrize(
    "text", ["", "Early", "06:00", "Early 6 am", "A 06:00, A 14:00", "A 06:00, B 06:00", "A 25:00"]
)
def test_a_plan_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        ShiftPlan.parse(text, BERLIN)
