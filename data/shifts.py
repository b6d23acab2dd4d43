"""Shifts: when people change, by the plant's wall clock. Pure."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

_DAY_MS = 86_400_000


@dataclass(frozen=True)
class ShiftSpan:
    """One shift: its name, first ms and the ms after its last."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class ShiftPlan:
    """Shifts of every day, by the time at which each begins; each lasts until the next.

    `starts` is in order of time, at least one. A shift on a night of a clock change is an hour
    longer or shorter, as it is for the people in it.
    """

    starts: tuple[tuple[str, time], ...]
    zone: ZoneInfo
    #: Starts (ms) and names of the shifts of a UTC day, once asked for: SQL asks for every row.
    _days: dict[int, tuple[list[int], list[str]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @staticmethod
    def parse(text: str, zone: ZoneInfo) -> ShiftPlan:
        """A plan from a text such as "Early 06:00, Late 14:00, Night 22:00".

        Raises ValueError.
        """
        starts = []
        for part in text.split(","):
            name, _, clock = part.strip().rpartition(" ")
            starts.append((name.strip(), datetime.strptime(clock, "%H:%M").time()))
        names, times = {name for name, _ in starts}, {start for _, start in starts}
        if "" in names or len(names) < len(starts) or len(times) < len(starts):
            raise ValueError(text)
        return ShiftPlan(tuple(sorted(starts, key=lambda one: one[1])), zone)

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order of the time of day."""
        return tuple(name for name, _ in self.starts)

    def name_at(self, ts: int) -> str:
        """Name of the shift that runs at `ts` (ms)."""
        day = ts // _DAY_MS
        if day not in self._days:
            spans = self.spans(day * _DAY_MS, (day + 1) * _DAY_MS)
            self._days[day] = [span.start for span in spans], [span.name for span in spans]
        starts, names = self._days[day]
        return names[bisect_right(starts, ts) - 1]

    def span_at(self, ts: int) -> ShiftSpan:
        """The shift that runs at `ts` (ms)."""
        return self.spans(ts, ts + 1)[0]

    def spans(self, start: int, end: int) -> list[ShiftSpan]:
        """All shifts that run at some time of start <= t < end (ms), oldest first."""
        first = datetime.fromtimestamp(start / 1000, self.zone).date() - timedelta(days=2)
        last = datetime.fromtimestamp(end / 1000, self.zone).date() + timedelta(days=2)
        begins = [
            (self._ms(first + timedelta(days=day), clock), name)
            for day in range((last - first).days + 1)
            for name, clock in self.starts
        ]
        spans = [ShiftSpan(name, begin, until) for (begin, name), (until, _) in pairwise(begins)]
        return [span for span in spans if span.start < end and span.end > start]

    def _ms(self, day: date, clock: time) -> int:
        return round(datetime.combine(day, clock, self.zone).timestamp() * 1000)
