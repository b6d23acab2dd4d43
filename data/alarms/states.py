"""The ISA-18.2 state machine of one alarm, with the state names of OPC UA Part 9.

Every function takes an alarm and returns what it became, and the events to be told of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from data.alarms.definitions import Definition
from data.alarms.events import AlarmEvent, AlarmKey, Kind, Priority, State


class Shelving(StrEnum):
    """ShelvingState of OPC UA Part 9."""

    UNSHELVED = "Unshelved"
    TIMED = "TimedShelved"
    ONE_SHOT = "OneShotShelved"


@dataclass(frozen=True)
class Actor:
    """Who does something, why, and by which command."""

    who: str
    comment: str = ""
    command: str = ""


@dataclass(frozen=True)
class Alarm:
    """One alarm. `active`, `acked`, `latched` and `shelving` are Part 9's ActiveState,
    AckedState, LatchedState and ShelvingState; times in ms since the epoch.

    `since` is when it last became active, `annunciated` when it was last told, `unacked_since`
    from when on nobody has acknowledged it; `value`, `limit`,
    `limits` and `latching` (whether being told latches it) are those of the last activation;
    `who` and `comment` those of the last action since it was told.
    """

    key: AlarmKey
    priority: Priority
    active: bool = False
    acked: bool = True
    latched: bool = False
    shelving: Shelving = Shelving.UNSHELVED
    shelved_until: int | None = None
    suppressed: bool = False
    out_of_service: bool = False
    since: int = 0
    changed: int = 0
    annunciated: int = 0
    unacked_since: int = 0
    value: float | None = None
    limit: float | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    who: str = ""
    comment: str = ""
    latching: bool = False

    @property
    def state(self) -> State:
        """The one ISA-18.2 state that all this adds up to."""
        if self.hidden:
            if self.out_of_service:
                return State.OUT_OF_SERVICE
            return State.SUPPRESSED_BY_DESIGN if self.suppressed else State.SHELVED
        if self.active:
            return State.ACKNOWLEDGED if self.acked else State.UNACKNOWLEDGED
        if not self.acked:
            return State.RETURNED_UNACKNOWLEDGED
        return State.LATCHED if self.latched else State.NORMAL

    @property
    def hidden(self) -> bool:
        """True while operators are not to be told."""
        return self.out_of_service or self.suppressed or self.shelving is not Shelving.UNSHELVED

    @property
    def at_rest(self) -> bool:
        """True if there is nothing to remember."""
        return self.state is State.NORMAL


Told = tuple[Alarm, tuple[AlarmEvent, ...]]


def activate(
    alarm: Alarm, ts: int, value: float | None, limit: float | None,
    limits: Mapping[str, Any], definition: Definition,
) -> Told:  # fmt: skip
    """The condition has come true. While it is hidden the alarm changes silently."""
    if alarm.active:
        return alarm, ()
    now = replace(
        alarm, active=True, latching=definition.latching, priority=definition.priority,
        since=ts, changed=ts, value=value, limit=limit, limits=dict(limits),
    )  # fmt: skip
    if now.hidden:
        return now, ()
    return _annunciate(replace(now, who="", comment=""), ts, Kind.ACTIVE)


def clear(alarm: Alarm, ts: int, value: float | None) -> Told:
    """The condition has gone; a one-shot shelving ends with it."""
    if not alarm.active:
        return alarm, ()
    now = replace(alarm, active=False, changed=ts)
    told: tuple[AlarmEvent, ...] = ()
    if not alarm.hidden:
        told = (replace(_event(now, ts, Kind.CLEARED), value=value),)
    if now.shelving is Shelving.ONE_SHOT:
        now, more = unshelve(now, ts)
        told += more
    return now, told


def acknowledge(alarm: Alarm, ts: int, by: Actor) -> Told:
    """Somebody has seen it. Acknowledging twice is acknowledging once."""
    if alarm.acked:
        return alarm, ()
    now = replace(alarm, acked=True, changed=ts, who=by.who, comment=by.comment)
    return now, (_event(now, ts, Kind.ACKNOWLEDGED, by),)


def reset(alarm: Alarm, ts: int, by: Actor) -> Told:
    """Releases a latched alarm whose condition has gone and that was acknowledged."""
    if not alarm.latched or alarm.active or not alarm.acked:
        return alarm, ()
    now = replace(alarm, latched=False, changed=ts, who=by.who, comment=by.comment)
    return now, (_event(now, ts, Kind.RESET, by),)


def shelve(alarm: Alarm, ts: int, by: Actor, minutes: float | None, definition: Definition) -> Told:
    """Hides it for some minutes, or until it clears (None); never longer than the maximum."""
    longest = definition.max_shelve_s
    seconds = longest if minutes is None else min(minutes * 60, longest)
    kind = Shelving.ONE_SHOT if minutes is None else Shelving.TIMED
    now = replace(
        alarm, shelving=kind, shelved_until=ts + round(seconds * 1000), changed=ts,
        who=by.who, comment=by.comment,
    )  # fmt: skip
    return now, (_event(now, ts, Kind.SHELVED, by),)


def unshelve(alarm: Alarm, ts: int, by: Actor | None = None) -> Told:
    """Ends shelving, by a person or because its time is over."""
    if alarm.shelving is Shelving.UNSHELVED:
        return alarm, ()
    shown = replace(alarm, shelving=Shelving.UNSHELVED, shelved_until=None)
    return _shown(shown, ts, Kind.UNSHELVED, by)


def suppress(alarm: Alarm, ts: int) -> Told:
    """Suppresses by design: the extruder's state makes the alarm meaningless."""
    if alarm.suppressed:
        return alarm, ()
    now = replace(alarm, suppressed=True, changed=ts)
    return now, (_event(now, ts, Kind.SUPPRESSED),)


def unsuppress(alarm: Alarm, ts: int) -> Told:
    """The extruder's state gives the alarm its meaning back."""
    if not alarm.suppressed:
        return alarm, ()
    return _shown(replace(alarm, suppressed=False), ts, Kind.UNSUPPRESSED, None)


def take_out_of_service(alarm: Alarm, ts: int, by: Actor) -> Told:
    """Maintenance works on it."""
    if alarm.out_of_service:
        return alarm, ()
    now = replace(alarm, out_of_service=True, changed=ts, who=by.who, comment=by.comment)
    return now, (_event(now, ts, Kind.OUT_OF_SERVICE, by),)


def return_to_service(alarm: Alarm, ts: int, by: Actor) -> Told:
    """Maintenance is done."""
    if not alarm.out_of_service:
        return alarm, ()
    return _shown(replace(alarm, out_of_service=False), ts, Kind.IN_SERVICE, by)


def tick(alarm: Alarm, ts: int, definition: Definition) -> Told:
    """What time alone does: shelving ends, and an alarm that stands on is told again."""
    if alarm.shelved_until is not None and ts >= alarm.shelved_until:
        return unshelve(alarm, ts)
    stands = alarm.state is State.ACKNOWLEDGED and definition.re_alarm_s > 0
    if stands and ts - alarm.annunciated >= definition.re_alarm_s * 1000:
        return _annunciate(replace(alarm, changed=ts), ts, Kind.RE_ALARMED)
    return alarm, ()


def tell_again(alarm: Alarm, ts: int) -> Told:
    """What it is about has changed: it is told anew while it stands and is to be seen."""
    if alarm.hidden or not alarm.active:
        return alarm, ()
    return _annunciate(replace(alarm, changed=ts), ts, Kind.RE_ALARMED)


def alarm_to_dict(alarm: Alarm) -> dict[str, Any]:
    """As plain JSON values; `key` as its text."""
    return {**asdict(alarm), "key": str(alarm.key)}


def alarm_from_dict(raw: Mapping[str, Any]) -> Alarm:
    """Inverse of `alarm_to_dict`. Fields of another version are left out or at their defaults."""
    known = {name: raw[name] for name in Alarm.__dataclass_fields__ if name in raw}
    return Alarm(
        **{
            **known,
            "key": AlarmKey.parse(raw["key"]),
            "priority": Priority(raw["priority"]),
            "shelving": Shelving(raw["shelving"]),
        }
    )


def _shown(alarm: Alarm, ts: int, kind: Kind, by: Actor | None) -> Told:
    """One reason to hide it less. If it is to be seen again and active, it is told as new."""
    now = replace(alarm, changed=ts)
    if by is not None or not now.hidden:
        by = by or Actor("")
        now = replace(now, who=by.who, comment=by.comment)
    if now.hidden or not now.active:
        return now, (_event(now, ts, kind, by),)
    told, events = _annunciate(replace(now, acked=True), ts, Kind.ACTIVE)
    return told, (_event(told, ts, kind, by), *events)


def _annunciate(alarm: Alarm, ts: int, kind: Kind) -> Told:
    # Only what people were told of latches: nobody could know why they should reset the rest.
    latched = alarm.latched or alarm.latching
    # One that chatters has been waiting for somebody since it first came.
    since = ts if alarm.acked else alarm.unacked_since
    now = replace(alarm, acked=False, latched=latched, annunciated=ts, unacked_since=since)
    return now, (_event(now, ts, kind),)


def _event(alarm: Alarm, ts: int, kind: Kind, by: Actor | None = None) -> AlarmEvent:
    by = by or Actor("")
    return AlarmEvent(
        ts, alarm.key, kind, alarm.state, alarm.priority,
        alarm.value, alarm.limit, alarm.limits, by.who, by.comment, by.command,
    )  # fmt: skip
