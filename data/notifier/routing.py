"""Which notifications events and open alarms give, under keys that never come twice. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from data.alarms.events import AlarmEvent, AlarmKey, Condition, Kind, Priority, State
from data.alarms.states import Alarm
from data.journal import Notification
from data.malfunctions.malfunction import Malfunction
from data.notifier.routes import ALARM, MALFUNCTION, Route, Routes
from data.notifier.wording import Plant, Subject, body, of_alarm, of_event, title

#: States in which an alarm is hidden from the operator, and so from everybody else.
HIDDEN = frozenset({State.SHELVED, State.SUPPRESSED_BY_DESIGN, State.OUT_OF_SERVICE})
MINUTE_MS = 60_000
_REPORT, _REPORT_BARS = "report", 2


class Escalated(NamedTuple):
    """What `escalations` found: the notifications that are new, and the keys of all that are
    due: pass these on as `told` once the notifications are in the journal, not before."""

    notifications: list[Notification]
    told: frozenset[str]


def notifications(
    events: Iterable[AlarmEvent],
    malfunctions: Mapping[str, Malfunction],
    routes: Routes,
    plant: Plant,
    now: int,
) -> list[Notification]:
    """Notifications of what has just happened, for the routes on duty at `now` (ms).

    A malfunction is told of by the event of its alarm (Condition.MALFUNCTION), which has a
    priority and can be shelved; `malfunctions`, by id, has at least those that events name.
    """
    return [
        notification
        for event in events
        if (lead := _lead(event)) is not None
        for notification in _of_event(
            event, lead, of_event(event, malfunctions), routes, plant, now
        )
    ]


def escalations(
    alarms: Iterable[Alarm],
    malfunctions: Mapping[str, Malfunction],
    routes: Routes,
    plant: Plant,
    now: int,
    told: Collection[str] = (),
) -> Escalated:
    """What is now due to escalation routes, because nobody has acknowledged it for long enough.

    A route that is off duty then is told when its shift begins, if still nobody has. `told` are
    keys not to be worded again; the journal would refuse them too.
    """
    waiting = [alarm for alarm in alarms if not alarm.acked and not alarm.hidden]
    on_duty = [r for r in routes if r.escalate_after_min and r.on_duty(now, plant.zone)]
    due = {
        _key(target, alarm.key, alarm.unacked_since, "escalated"): (target, alarm)
        for route in on_duty
        for alarm in waiting
        if _overdue(alarm, route, now)
        for target in route.targets
    }
    fresh = [
        _escalation(key, target, alarm, of_alarm(alarm, malfunctions), plant, now)
        for key, (target, alarm) in due.items()
        if key not in told
    ]
    return Escalated(fresh, frozenset(due))


def report_key(shift_start: int, target: str) -> str:
    """The key of the report of the shift that began at a time (ms), to one target."""
    return f"{_REPORT}|{shift_start}|{target}"


def is_report(key: str) -> bool:
    """True if a notification of this key is a shift's report."""
    # A route may be called "report", but keys of alarms have more parts.
    return key.startswith(f"{_REPORT}|") and key.count("|") == _REPORT_BARS


def _lead(event: AlarmEvent) -> str | None:
    """How the title begins; None for what is not told."""
    noun = _noun(event.key)
    if event.kind is Kind.CLEARED and event.state not in HIDDEN:
        return f"{noun.capitalize()} cleared"
    if event.kind is Kind.ACTIVE and event.state not in HIDDEN:
        return f"{_word(event.priority)} {noun}"
    return f"{_word(event.priority)} {noun} again" if event.kind is Kind.RE_ALARMED else None


def _of_event(
    event: AlarmEvent, lead: str, subject: Subject, routes: Routes, plant: Plant, now: int
) -> Iterator[Notification]:
    cleared = event.kind is Kind.CLEARED
    text = title(lead, subject, plant), body(subject, plant, cleared=cleared)
    for route in routes:
        told = route.escalate_after_min is None and (route.cleared or not cleared)
        if told and _concerns(route, event) and route.on_duty(now, plant.zone):
            for target in route.targets:
                key = _key(target, event.key, event.ts, event.kind.lower())
                yield Notification(key, target, *text, int(event.priority), now)


def _escalation(
    key: str, target: str, alarm: Alarm, subject: Subject, plant: Plant, now: int
) -> Notification:
    minutes = (now - alarm.unacked_since) // MINUTE_MS
    lead = f"{_word(alarm.priority)} {_noun(alarm.key)} unacknowledged for {minutes} min"
    text = title(lead, subject, plant), body(subject, plant)
    return Notification(key, target, *text, int(alarm.priority), now)


def _key(target: str, alarm: AlarmKey, ts: int, stage: str) -> str:
    return f"{target}|{alarm}|{ts}|{stage}"


def _concerns(route: Route, one: AlarmEvent | Alarm) -> bool:
    return route.wants(_noun(one.key), one.priority, one.key.extruder)


def _overdue(alarm: Alarm, route: Route, now: int) -> bool:
    waited = now - alarm.unacked_since
    return waited >= (route.escalate_after_min or 0) * MINUTE_MS and _concerns(route, alarm)


def _noun(key: AlarmKey) -> str:
    return MALFUNCTION if key.condition is Condition.MALFUNCTION else ALARM


def _word(priority: Priority) -> str:
    return priority.name.capitalize()
