"""What happened to one extruder over some hours: alarms, malfunctions, limits in force then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from data.alarms.events import Condition, Kind, State
from data.errors import HistoryTooLarge
from data.history import Reader
from data.journal.rows import malfunction_of

#: No answer tells more events of alarms; one that has more says so.
MAX_EVENTS = 5_000
MAX_MALFUNCTIONS = 300
MAX_SPAN_MS = 8 * 24 * 3_600_000

#: What an event's row begins with; the rest is of no use on a scrub bar.
_EVENT = 'ts, source, condition, kind, state, priority, value, "limit"'
#: A malfunction has its own entry, with more to tell.
_OF_SIGNALS = tuple(one for one in Condition if one is not Condition.MALFUNCTION)


@dataclass(frozen=True)
class PastAlarm:
    """One alarm from its rise until it was at rest again. Times are ms.

    `end` is None where the span ends before the alarm does. `states` are (ts, state) of
    data.alarms.events.State, oldest first; `value` and `limit` are in the signal's unit.
    """

    source: str
    condition: str
    priority: int
    start: int
    end: int | None
    value: float | None
    limit: float | None
    states: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class PastMalfunction:
    """One malfunction; times are ms, None for what has not happened."""

    id: str
    label: str
    onset: int
    detected: int
    ended: int | None
    acknowledged: int | None
    resolved: int | None


@dataclass(frozen=True)
class PastLimits:
    """Limits (JSON by signal name) that came into force for a product at `ts` (ms)."""

    ts: int
    product: int
    limits: str


@dataclass(frozen=True)
class Kept:
    """Times (ms) of the oldest raw reading and rollups, and of the newest reading; None: none."""

    raw: int | None
    minute: int | None
    hour: int | None
    newest: int | None


@dataclass(frozen=True)
class Happenings:
    """Everything but readings that a playback of the span shows.

    `complete` is False where there were more alarms or malfunctions than are told.
    """

    alarms: tuple[PastAlarm, ...]
    malfunctions: tuple[PastMalfunction, ...]
    limits: tuple[PastLimits, ...]
    kept: Kept
    complete: bool


def happenings(reader: Reader, extruder: int, start: int, end: int) -> Happenings:
    """What happened to an extruder in start <= t < end (ms). Raises HistoryTooLarge."""
    if end - start > MAX_SPAN_MS:
        raise HistoryTooLarge(MAX_EVENTS)
    events = _carried(reader, extruder, start) + _events(reader, extruder, start, end)
    malfunctions = _malfunctions(reader, extruder, start, end)
    return Happenings(
        alarms=tuple(alarms_of(events)),
        malfunctions=tuple(malfunctions),
        limits=tuple(_limits(reader, extruder, start, end)),
        kept=_kept(reader, extruder),
        complete=len(events) < MAX_EVENTS and len(malfunctions) < MAX_MALFUNCTIONS,
    )


@dataclass(frozen=True)
class Event:
    """A line of the alarm journal, as far as it is needed here."""

    ts: int
    source: str
    condition: str
    kind: str
    state: str
    priority: int
    value: float | None
    limit: float | None


def alarms_of(events: Iterable[Event]) -> list[PastAlarm]:
    """Alarms from rise to rest, in order of rise, from events in order of time."""
    open_: dict[tuple[str, str], PastAlarm] = {}
    done: list[PastAlarm] = []
    for event in events:
        key = (event.source, event.condition)
        known = open_.pop(key, None)
        if known is None and event.state == State.NORMAL:
            continue
        one = _with(known or _risen(event), event)
        if event.state == State.NORMAL:
            done.append(replace(one, end=event.ts))
        else:
            open_[key] = one
    return sorted([*done, *open_.values()], key=lambda alarm: (alarm.start, alarm.source))


def _risen(event: Event) -> PastAlarm:
    return PastAlarm(
        event.source, event.condition, event.priority, event.ts, None, event.value, event.limit, ()
    )


def _with(alarm: PastAlarm, event: Event) -> PastAlarm:
    states = (*alarm.states, (event.ts, event.state))
    return replace(alarm, priority=event.priority, states=states)


def _events(reader: Reader, extruder: int, start: int, end: int) -> list[Event]:
    found = reader.all(
        f"SELECT {_EVENT} FROM alarm_events WHERE extruder = ? AND ts >= ? AND ts < ?"
        " AND condition <> ? ORDER BY ts, id LIMIT ?",
        extruder,
        start,
        end,
        Condition.MALFUNCTION,
        MAX_EVENTS,
    )
    return [Event(*row) for row in found]


def _carried(reader: Reader, extruder: int, start: int) -> list[Event]:
    """Rise and last event of the alarms that were not at rest when the span begins."""
    # One seek in the journal's own unique index for each alarm that there can be.
    conditions = ", ".join(f"('{one}')" for one in _OF_SIGNALS)
    last = (
        "SELECT max(ts) FROM alarm_events e WHERE e.extruder = ?1 AND e.source = s.name"
        " AND e.condition = c.column1 AND e.ts < ?2"
    )
    found = reader.all(
        "WITH s AS (SELECT name FROM signals WHERE extruder = ?1 UNION ALL SELECT '')"
        f" SELECT * FROM (SELECT s.name, c.column1, ({last}) AS newest, ({last} AND e.kind = ?3)"
        f" AS rise FROM s, (VALUES {conditions}) AS c) AS risen WHERE newest IS NOT NULL",
        extruder,
        start,
        Kind.ACTIVE,
    )
    events = []
    for source, condition, newest, rise in found:
        now = _at(reader, extruder, source, condition, newest)
        if now.state != State.NORMAL:
            then = now if rise is None else _at(reader, extruder, source, condition, rise)
            events += [then] if then == now else [then, now]
    return sorted(events, key=lambda event: event.ts)


def _at(reader: Reader, extruder: int, source: str, condition: str, ts: int) -> Event:
    """The last event of an alarm at `ts`."""
    (row,) = reader.all(
        f"SELECT {_EVENT} FROM alarm_events WHERE extruder = ? AND source = ? AND condition = ?"
        " AND ts = ? ORDER BY id DESC LIMIT 1",
        extruder,
        source,
        condition,
        ts,
    )
    return Event(*row)


def _malfunctions(reader: Reader, extruder: int, start: int, end: int) -> list[PastMalfunction]:
    found = reader.all(
        "SELECT document FROM malfunctions WHERE extruder = ? AND onset < ?"
        " AND (ended IS NULL OR ended >= ?) ORDER BY onset DESC LIMIT ?",
        extruder,
        end,
        start,
        MAX_MALFUNCTIONS,
    )
    return [_malfunction(document) for (document,) in reversed(found)]


def _malfunction(document: str) -> PastMalfunction:
    one = malfunction_of(document)
    return PastMalfunction(
        one.id,
        one.causes[0].label if one.causes else "cause unclear",
        one.onset,
        one.detected,
        one.ended,
        one.acknowledged_at,
        one.resolved_at,
    )


def _limits(reader: Reader, extruder: int, start: int, end: int) -> list[PastLimits]:
    """Sets in force at the start, the oldest where none is known for so early, and changes."""
    found = reader.all(
        "SELECT ts, product, limits FROM limit_sets WHERE extruder = ? ORDER BY version", extruder
    )
    sets = [PastLimits(*row) for row in found]
    first: dict[int, PastLimits] = {}
    for one in sets:
        if one.product not in first or one.ts <= start:
            first[one.product] = one
    later = [one for one in sets if start < one.ts < end and one not in first.values()]
    return [*first.values(), *later]


def _kept(reader: Reader, extruder: int) -> Kept:
    def edge(what: str, table: str) -> int | None:
        found = reader.all(f"SELECT {what}(ts) FROM {table} WHERE extruder = ?", extruder)
        return None if found[0][0] is None else int(found[0][0])

    return Kept(
        raw=edge("min", "readings"),
        minute=edge("min", "minute_rollups"),
        hour=edge("min", "hour_rollups"),
        newest=edge("max", "readings"),
    )
