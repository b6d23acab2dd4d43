"""Uptime by day, in the plant's days, and never better than it was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from watcher.history import Span
from watcher.state import Level
from watcher.uptime import by_day, percent, since, total

BERLIN = ZoneInfo("Europe/Berlin")


def ms(day: int, hour: int, month: int = 11) -> int:
    return round(datetime(2026, month, day, hour, tzinfo=UTC).timestamp() * 1000)


def test_a_span_over_midnight_counts_for_both_days_of_the_plant() -> None:
    days = by_day([Span(Level.DOWN, ms(24, 22), ms(25, 1))], ms(25, 12), BERLIN, 3)
    assert [day.date for day in days] == [
        date(2026, 11, 23),
        date(2026, 11, 24),
        date(2026, 11, 25),
    ]
    assert [day.down_s for day in days] == [0, 3600, 7200]  # midnight in Berlin is 23:00 UTC


def test_a_day_whose_clock_is_set_back_has_25_hours() -> None:
    at = ms(26, 12, 10)
    days = by_day([Span(Level.UP, ms(20, 0, 10), ms(30, 0, 10))], at, BERLIN, 3)
    assert [day.up_s / 3600 for day in days] == [24, 25, 24]
    assert since(at, BERLIN, 3) == ms(23, 22, 10)


def test_a_day_is_named_after_its_worst_and_one_without_spans_after_nothing() -> None:
    spans = [Span(Level.UP, ms(25, 1), ms(25, 3)), Span(Level.STALE, ms(25, 3), ms(25, 4))]
    yesterday, today = by_day(spans, ms(25, 5), BERLIN, 2)
    assert (yesterday.worst, today.worst) == (Level.UNKNOWN, Level.STALE)
    assert total([yesterday, today]).watched_s == 3 * 3600


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(10, 10, "100 %"), (99_999_999, 100_000_000, "99.99 %"), (0, 10, "0.00 %"), (1, 3, "33.33 %")],
)
def test_what_was_not_quite_all_is_not_shown_as_all(part: float, whole: float, text: str) -> None:
    assert percent(part, whole) == text
