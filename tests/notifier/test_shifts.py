"""A shift is hours of the plant's clock: over midnight, and over changes of that clock."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from data.notifier.routes import Shift
from tests.notifier.made import BERLIN, route

MON, FRI, SAT, SUN = 0, 4, 5, 6


def shift(start: str, end: str, *days: int) -> Shift:
    return Shift(frozenset(days), time.fromisoformat(start), time.fromisoformat(end))


def on_duty(one: Shift, utc: str) -> bool:
    now = round(datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp() * 1000)
    return route(shifts=(one,)).on_duty(now, BERLIN)


def test_a_shift_begins_on_its_first_minute_and_ends_before_its_last() -> None:
    early = shift("06:00", "14:00", MON)
    times = ["2026-03-02T04:59:59", "2026-03-02T05:00", "2026-03-02T12:59:59", "2026-03-02T13:00"]
    assert [on_duty(early, t) for t in times] == [False, True, True, False]
    assert not on_duty(early, "2026-03-03T05:00")


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    night = shift("22:00", "06:00", FRI)
    assert on_duty(night, "2026-03-06T21:30")  # Friday 22:30 in Berlin
    assert on_duty(night, "2026-03-07T04:30")  # Saturday 05:30
    assert not on_duty(night, "2026-03-07T05:00")
    assert not on_duty(night, "2026-03-07T21:30")  # Saturday 22:30
    assert not on_duty(night, "2026-03-06T04:30")  # Friday 05:30: Thursday's shift


def test_equal_times_are_a_whole_day() -> None:
    day = shift("06:00", "06:00", SAT)
    assert on_duty(day, "2026-03-07T05:00")
    assert on_duty(day, "2026-03-08T04:59")
    assert not on_duty(day, "2026-03-08T05:00")


@pytest.mark.parametrize(
    ("utc", "there"),
    [
        ("2026-03-28T20:59", False),  # 21:59, winter
        ("2026-03-28T21:00", True),
        ("2026-03-29T00:59", True),  # 01:59, then 03:00
        ("2026-03-29T01:00", True),
        ("2026-03-29T03:59", True),  # 05:59, summer
        ("2026-03-29T04:00", False),
    ],
)
def test_a_night_of_spring_is_an_hour_shorter(utc: str, there: bool) -> None:
    assert on_duty(shift("22:00", "06:00", SAT), utc) is there


@pytest.mark.parametrize(
    ("utc", "there"),
    [
        ("2026-10-24T19:59", False),  # 21:59, summer
        ("2026-10-24T20:00", True),
        ("2026-10-25T00:30", True),  # 02:30, for the first time
        ("2026-10-25T01:30", True),  # 02:30, for the second time
        ("2026-10-25T04:59", True),  # 05:59, winter
        ("2026-10-25T05:00", False),
    ],
)
def test_a_night_of_autumn_is_an_hour_longer(utc: str, there: bool) -> None:
    assert on_duty(shift("22:00", "06:00", SAT), utc) is there


def test_a_shift_inside_the_repeated_hour_runs_twice() -> None:
    hour = shift("02:00", "03:00", SUN)
    utc = ["2026-10-24T23:59", "2026-10-25T00:00", "2026-10-25T01:59", "2026-10-25T02:00"]
    assert [on_duty(hour, t) for t in utc] == [False, True, True, False]


def test_no_shifts_are_always() -> None:
    assert route().on_duty(0, BERLIN)
