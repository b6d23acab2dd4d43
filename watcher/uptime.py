"""Uptime by day, from the spans that were watched; a day is one of the plant's time zone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo

from watcher.history import Span
from watcher.state import Level

DAYS = 90


@dataclass(frozen=True)
class Day:
    """Watched seconds of a day by state; a day without any was not watched."""

    date: date
    up_s: float = 0.0
    stale_s: float = 0.0
    down_s: float = 0.0

    @property
    def watched_s(self) -> float:
        """Seconds that were watched."""
        return self.up_s + self.stale_s + self.down_s

    @property
    def worst(self) -> Level:
        """The worst state of the day; UNKNOWN if it was not watched."""
        if self.down_s:
            return Level.DOWN
        if self.stale_s:
            return Level.STALE
        return Level.UP if self.up_s else Level.UNKNOWN


def by_day(spans: Sequence[Span], at: int, zone: tzinfo, days: int = DAYS) -> list[Day]:
    """The last days, oldest first, today (at `at`, ms) last."""
    today = datetime.fromtimestamp(at / 1000, zone).date()
    dates = [today - timedelta(days=ago) for ago in reversed(range(days))]
    return [_day(spans, one, zone) for one in dates]


def since(at: int, zone: tzinfo, days: int = DAYS) -> int:
    """When the first of the last days began, in ms."""
    today = datetime.fromtimestamp(at / 1000, zone).date()
    return _midnight(today - timedelta(days=days - 1), zone)


def total(days: Sequence[Day]) -> Day:
    """All days together, under the date of the first."""
    sums = {name: sum(getattr(day, name) for day in days) for name in ("up_s", "stale_s", "down_s")}
    return replace(days[0], **sums)


def percent(part_s: float, whole_s: float) -> str:
    """As 99.98 %, rounded down: what was not quite all is not shown as 100 %."""
    if part_s >= whole_s:
        return "100 %"
    return f"{math.floor(part_s / whole_s * 10_000) / 100:.2f} %"


def _day(spans: Sequence[Span], of: date, zone: tzinfo) -> Day:
    start, end = _midnight(of, zone), _midnight(of + timedelta(days=1), zone)
    seconds = dict.fromkeys(Level, 0.0)
    for span in spans:
        seconds[span.level] += max(0, min(span.until, end) - max(span.start, start)) / 1000
    return Day(of, seconds[Level.UP], seconds[Level.STALE], seconds[Level.DOWN])


def _midnight(of: date, zone: tzinfo) -> int:
    return round(datetime.combine(of, time(), zone).timestamp() * 1000)
