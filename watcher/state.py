"""What the site's state is after one more look at it. Pure: times come in, in ms since the epoch.

Nothing is believed at once: it takes some looks in a row to leave a state, and more of them to come
back each time the site has failed again soon after it had recovered. So a site that flaps makes
few messages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

#: An incident that begins so soon after the last one is the same trouble again.
FLAP_MS = 30 * 60_000
#: Looks in a row that are asked for at most, and how often doubling them is remembered.
MOST_RECOVERS, MOST_FLAPS = 60, 8


class Level(IntEnum):
    """How the site is, for somebody who wants to use it; a higher one is worse."""

    UNKNOWN = -1
    UP = 0
    STALE = 1
    DOWN = 2


@dataclass(frozen=True)
class Seen:
    """What one look found: `brief` for everybody, `detail` for the plant's own people."""

    level: Level
    brief: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Run:
    """Looks in a row that are all better, or all worse, than the state; since the first of them."""

    count: int
    since: int
    seen: Seen


@dataclass(frozen=True)
class Incident:
    """A time in which the site was not up. `level` is the worst, `end` is None while it lasts."""

    start: int
    level: Level
    brief: str
    detail: str
    end: int | None = None
    told: int = 0


@dataclass(frozen=True)
class State:
    """The state that is believed, and what speaks against it. `ended`: the last incident did."""

    level: Level = Level.UNKNOWN
    since: int = 0
    seen: Seen = Seen(Level.UNKNOWN)
    run: Run | None = None
    incident: Incident | None = None
    ended: int = 0
    flaps: int = 0


@dataclass(frozen=True)
class Rules:
    """Looks in a row that make a state worse or better; ms between reminders."""

    fails: int
    recovers: int
    remind_ms: int


class Event(StrEnum):
    """What people are told of."""

    BEGAN = "began"
    WORSE = "worse"
    REMINDER = "reminder"
    ENDED = "ended"


@dataclass(frozen=True)
class Happening:
    """An event, the incident as it is then, and what was seen: the incident keeps its worst."""

    event: Event
    incident: Incident
    seen: Seen


def step(state: State, seen: Seen, at: int, rules: Rules) -> tuple[State, Happening | None]:
    """The state after a look at `at`, and what is to be told, if anything."""
    run = _run(state, seen, at)
    if run is not None and run.count >= needed(state, run, rules):
        return _changed(state, run, at)
    words = seen if seen.level == state.level else state.seen
    return _reminded(replace(state, run=run, seen=words), at, rules)


def needed(state: State, run: Run, rules: Rules) -> int:
    """Looks in a row that a run must have to be believed."""
    if state.level is Level.UNKNOWN and run.seen.level is Level.UP:
        return 1
    if run.seen.level > state.level:
        return rules.fails
    return max(rules.recovers, min(rules.recovers << state.flaps, MOST_RECOVERS))


def after_gap(state: State) -> State:
    """The state when watching goes on after a pause: looks before it are not in a row with it."""
    return replace(state, run=None)


def _run(state: State, seen: Seen, at: int) -> Run | None:
    if seen.level == state.level:
        return None
    before = state.run
    if before is None or (before.seen.level > state.level) != (seen.level > state.level):
        return Run(1, at, seen)
    # Getting better is believed as far as the worst look of the run, else the last look counts.
    worse = seen.level > state.level or seen.level >= before.seen.level
    return Run(before.count + 1, before.since, seen if worse else before.seen)


def _changed(state: State, run: Run, at: int) -> tuple[State, Happening | None]:
    level = run.seen.level
    after = replace(state, level=level, since=run.since, seen=run.seen, run=None)
    open_one = state.incident
    if open_one is None:
        return (after, None) if level is Level.UP else _began(after, run, at)
    if level is Level.UP:
        done = Happening(Event.ENDED, replace(open_one, end=run.since), run.seen)
        return replace(after, incident=None, ended=at), done
    if level <= open_one.level:
        return after, None
    brief, detail = run.seen.brief, run.seen.detail
    worse = replace(open_one, level=level, told=at, brief=brief, detail=detail)
    return replace(after, incident=worse), Happening(Event.WORSE, worse, run.seen)


def _began(after: State, run: Run, at: int) -> tuple[State, Happening]:
    again = after.ended and run.since - after.ended < FLAP_MS
    new = Incident(run.since, run.seen.level, run.seen.brief, run.seen.detail, told=at)
    flaps = min(after.flaps + 1, MOST_FLAPS) if again else 0
    return replace(after, incident=new, flaps=flaps), Happening(Event.BEGAN, new, run.seen)


def _reminded(state: State, at: int, rules: Rules) -> tuple[State, Happening | None]:
    open_one = state.incident
    if open_one is None or at - open_one.told < rules.remind_ms:
        return state, None
    told = replace(open_one, told=at)
    return replace(state, incident=told), Happening(Event.REMINDER, told, state.seen)
