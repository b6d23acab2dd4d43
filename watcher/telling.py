"""What people are told, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from watcher.history import Message
from watcher.state import Event, Happening, Incident, Level

#: A state in one word, also on the status page.
NAMES = {Level.UP: "UP", Level.STALE: "STALE", Level.DOWN: "DOWN", Level.UNKNOWN: "UNKNOWN"}

#: Workers send every 10 s; by the time a dead site is believed to be, theirs are older than this.
RECENT_MS = 15_000


@dataclass(frozen=True)
class About:
    """What messages say of the site, and in which time zone."""

    name: str
    site: str
    zone: tzinfo


def message(happening: Happening, about: About, at: int, more: str = "") -> Message:
    """The message about an event at `at`; `more` is what else is known."""
    one = happening.incident
    lines = [about.site, f"Since {clock(one.start, about.zone)}."]
    if happening.event is Event.ENDED:
        return Message(
            f"UP again: {about.name}, after {duration(_lasted(one, at))} {NAMES[one.level]}",
            "\n".join([*lines[:1], _over(one, about.zone), f"It was: {one.brief}."]),
            Level.UP,
        )
    seen = happening.seen
    title = f"{NAMES[seen.level]}: {about.name}: {seen.brief}"
    if happening.event is Event.REMINDER:
        title = f"Still {NAMES[seen.level]} after {duration(_lasted(one, at))}: {about.name}"
    return Message(title, "\n".join([*lines, seen.detail, *([more] if more else [])]), seen.level)


def certificate_message(ends: int, about: About, at: int) -> Message:
    """The message that the site's certificate expires."""
    days = (ends - at) / 86_400_000
    title = f"Certificate of {about.name} expires in {max(0, int(days))} days"
    body = f"{about.site}\nIt expires on {clock(ends, about.zone)}: renew it before."
    return Message(title, body, Level.STALE)


def beats_in_words(beat: int | None, at: int) -> str:
    """What the heartbeats tell about where to look first, while the site does not answer."""
    if beat is None:
        return ""
    ago = duration(at - beat)
    if at - beat < RECENT_MS:
        return (
            f"The workers' last heartbeat came {ago} ago: look at web process, proxy and network."
        )
    return f"The workers' last heartbeat came {ago} ago: look at the whole machine."


def clock(ms: int, zone: tzinfo) -> str:
    """A time as 25 Nov 2026 14:03:09 CET."""
    return datetime.fromtimestamp(ms / 1000, zone).strftime("%d %b %Y %H:%M:%S %Z")


def duration(ms: int) -> str:
    """As 40 s, 12 min, 3 h 05 min, 2 d 4 h."""
    seconds = max(0, round(ms / 1000))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if seconds < 100:
        return f"{seconds} s"
    if minutes < 100:
        return f"{minutes} min"
    if hours < 48:
        return f"{hours} h {minutes % 60:02d} min"
    return f"{days} d {hours % 24} h"


def _lasted(one: Incident, at: int) -> int:
    return (one.end or at) - one.start


def _over(one: Incident, zone: tzinfo) -> str:
    return f"From {clock(one.start, zone)} until {clock(one.end or one.start, zone)}."
