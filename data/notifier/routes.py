"""Routes as values: who is told of what, and when. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from data.alarms.events import Priority

#: What a route can be told of; EVENTS where it does not say: who wants reports asks for them.
ALARM, MALFUNCTION, REPORT, STORE = "alarm", "malfunction", "shift_report", "store_guard"
EVENTS = (ALARM, MALFUNCTION, STORE)
ALL_EVENTS = (*EVENTS, REPORT)


@dataclass(frozen=True)
class Shift:
    """Hours of the plant's wall clock. `days` (Monday is 0) are those on which it begins.

    A shift whose `end` is not after its `start` ends on the next day. Clock changes make it
    an hour longer or shorter, as they do for the people in it.
    """

    days: frozenset[int]
    start: time
    end: time

    def covers(self, local: datetime) -> bool:
        """True if the shift runs at a local time of the plant."""
        today, clock = local.weekday() in self.days, local.time()
        if self.start < self.end:
            return today and self.start <= clock < self.end
        yesterday = (local.date() - timedelta(days=1)).weekday() in self.days
        return (today and clock >= self.start) or (yesterday and clock < self.end)


@dataclass(frozen=True)
class Route:
    """A way to somebody. No shifts is always, no extruders is all of them.

    `escalate_after_min` is None, or the minutes after which the route is told of what nobody
    has acknowledged; it is told of nothing else then. `urls` are secret.
    """

    name: str
    urls: tuple[str, ...] = field(repr=False)
    priorities: frozenset[Priority]
    shifts: tuple[Shift, ...] = ()
    extruders: frozenset[int] = frozenset()
    events: frozenset[str] = frozenset(EVENTS)
    escalate_after_min: float | None = None
    cleared: bool = False

    @property
    def targets(self) -> tuple[str, ...]:
        """A name for each of the URLs: each has its own delivery, so that one that is down
        does not make the others send twice."""
        if len(self.urls) == 1:
            return (self.name,)
        return tuple(f"{self.name} #{number}" for number in range(1, len(self.urls) + 1))

    def wants(self, event: str, priority: Priority, extruder: int) -> bool:
        """True if the route is about such an event (ALARM or MALFUNCTION), whatever the time."""
        here = not self.extruders or extruder in self.extruders
        return here and event in self.events and priority in self.priorities

    def wants_store(self, priority: Priority) -> bool:
        """True if the route is about what the guard finds wrong with the store."""
        return STORE in self.events and priority in self.priorities

    def on_duty(self, now: int, zone: ZoneInfo) -> bool:
        """True if the route is to be told at `now` (ms)."""
        local = datetime.fromtimestamp(now / 1000, zone)
        return not self.shifts or any(shift.covers(local) for shift in self.shifts)


@dataclass(frozen=True)
class Routes:
    """All routes of a plant; there are none without a file."""

    routes: tuple[Route, ...] = ()

    def __iter__(self) -> Iterator[Route]:
        return iter(self.routes)

    def __bool__(self) -> bool:
        return bool(self.routes)

    def urls(self) -> dict[str, str]:
        """The URL of each target."""
        return {
            t: u for route in self.routes for t, u in zip(route.targets, route.urls, strict=True)
        }
