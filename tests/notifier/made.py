"""A small plant, routes and notifications to work with."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from data.alarms.events import AlarmEvent, AlarmKey, Condition, Kind, Priority, State
from data.alarms.states import Alarm
from data.extruders import Catalogue, Extruder, Signal
from data.journal import Batch, Journal, Notification
from data.malfunctions.malfunction import Evidence, Malfunction, RankedCause, Scrap
from data.notifier.routes import Route, Routes
from data.notifier.wording import Plant

#: Tuesday 2026-03-03 06:12:04 in Berlin.
NOW = 1_772_514_724_000
LOAD = "MainDrive.Load.ActualValue"
BERLIN = ZoneInfo("Europe/Berlin")
PLANT = Plant(
    "Hall 2",
    BERLIN,
    "http://plant:8050/",
    Catalogue(1, (Extruder(3, "Line C", (Signal(LOAD, "Motor load", "%", "Drive", 0, 120),)),)),
)
CLOGGING = Malfunction(
    id="3-1772514000000",
    extruder=3,
    detected=1_772_514_000_000,
    onset=1_772_510_400_000,
    onset_early=1_772_510_000_000,
    causes=(
        RankedCause(
            "screen_clogging",
            "Screen clogging",
            0.62,
            "screen ΔP, then change the screen pack",
            (Evidence("melt pressure 12 % above normal", True), Evidence("steady load", False)),
        ),
    ),
    scrap=Scrap(kg=12.3),
)


def route(name: str = "shift", **fields: object) -> Route:
    given = {"urls": ("json://x",), "priorities": frozenset(Priority), **fields}
    return Route(name, **given)  # type: ignore[arg-type]


def routes(*urls: str) -> Routes:
    """One route for each URL, named a, b, c …"""
    return Routes(
        tuple(route(name, urls=(url,)) for name, url in zip("abcdef", urls, strict=False))
    )


def event(
    kind: Kind = Kind.ACTIVE,
    state: State = State.UNACKNOWLEDGED,
    condition: Condition = Condition.HH,
    source: str = LOAD,
    ts: int = NOW,
) -> AlarmEvent:
    key = AlarmKey(3, source, condition)
    return AlarmEvent(ts, key, kind, state, Priority.CRITICAL, 101.23, 100)


def alarm(**fields: object) -> Alarm:
    """An alarm that nobody has acknowledged since NOW."""
    given = {"active": True, "acked": False, "since": NOW, "unacked_since": NOW, **fields}
    return Alarm(
        AlarmKey(3, LOAD, Condition.HH), Priority.CRITICAL, value=101.23, limit=100.0, **given
    )  # type: ignore[arg-type]


def queue(journal: Journal, target: str, titles: Sequence[str], ts: int = NOW) -> None:
    """Put notifications into the outbox as a tick does."""
    made = [Notification(f"{target}|{t}|{ts}", target, t, "body", 1, ts) for t in titles]
    journal.write(Batch(ts, notifications=made))
