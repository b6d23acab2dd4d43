"""Every alarm that is not at rest, and what changes it: readings, time, people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from data.alarms.definitions import LIMITS, OTHERS, Definition, definition
from data.alarms.events import AlarmEvent, AlarmKey, Condition, State
from data.alarms.states import (
    Actor,
    Alarm,
    Told,
    acknowledge,
    activate,
    alarm_from_dict,
    alarm_to_dict,
    clear,
    reset,
    return_to_service,
    shelve,
    suppress,
    take_out_of_service,
    tell_again,
    tick,
    unshelve,
    unsuppress,
)
from data.commands import Action, Command
from data.extruders import Extruder, Limits, what_is_set

LimitsOf = Callable[[int], Mapping[str, Limits]]


@dataclass
class Changes:
    """What happened since it was last asked: for the journal."""

    events: list[AlarmEvent] = field(default_factory=list)
    touched: set[AlarmKey] = field(default_factory=set)


class AlarmBook:
    """Alarms by key. Extruders outside production have their limit alarms suppressed."""

    def __init__(self, extruders: Mapping[int, Extruder], limits_of: LimitsOf) -> None:
        """`limits_of(extruder)` gives the limits in force now, by signal name."""
        self._extruders, self._limits_of = extruders, limits_of
        self.alarms: dict[AlarmKey, Alarm] = {}
        # Until it is seen in production.
        self.suppressed: set[int] = set(extruders)
        self._changes = Changes()

    def turn(
        self, key: AlarmKey, on: bool, ts: int, value: float | None = None,
        limit: float | None = None,
    ) -> None:  # fmt: skip
        """A condition came true or went. Unknown ones of a suppressed extruder are not noted."""
        if not on:
            if key in self.alarms:
                self._put(key, clear(self.alarms[key], ts, value))
            return
        if key not in self.alarms and self._is_suppressed(key):
            return
        limits = what_is_set(self._limits(key))
        self._put(key, activate(self._get(key), ts, value, limit, limits, self.definition(key)))

    def suppress(self, extruder: int, ts: int) -> None:
        """The extruder has left production: its limit alarms mean nothing."""
        self.suppressed.add(extruder)
        for key in self._of(extruder):
            if key.condition in LIMITS:
                self._put(key, suppress(self.alarms[key], ts))

    def unsuppress(self, extruder: int, ts: int) -> None:
        """The extruder is in production again."""
        self.suppressed.discard(extruder)
        for key in self._of(extruder):
            self._put(key, unsuppress(self.alarms[key], ts))

    def tick(self, ts: int) -> None:
        """What time alone does."""
        for key, alarm in list(self.alarms.items()):
            if alarm.shelved_until is not None or alarm.state is State.ACKNOWLEDGED:
                self._put(key, tick(alarm, ts, self.definition(key)))

    def obey(self, command: Command, ts: int) -> None:
        """Do what a person asked for on each of the command's alarms."""
        by = Actor(command.who, command.comment, command.id)
        for text in command.alarms:
            key = AlarmKey.parse(text)
            if key.extruder in self._extruders:
                self._put(key, self._act(command, key, ts, by))

    def acknowledge(self, key: AlarmKey, ts: int, by: Actor) -> None:
        """Acknowledge one alarm, if it is there."""
        if key in self.alarms:
            self._put(key, acknowledge(self.alarms[key], ts, by))

    def tell_again(self, key: AlarmKey, ts: int) -> None:
        """What an alarm is about has changed: tell it anew, if it is there."""
        if key in self.alarms:
            self._put(key, tell_again(self.alarms[key], ts))

    def take_changes(self) -> Changes:
        """What happened since the last call."""
        taken, self._changes = self._changes, Changes()
        return taken

    def definition(self, key: AlarmKey) -> Definition:
        """Settings of an alarm under the limits in force."""
        signal = self._extruders[key.extruder].signal(key.source)
        if signal is None:
            return OTHERS.get(key.condition, OTHERS[Condition.BAD])
        return definition(signal, self._limits(key), key.condition)

    def to_list(self) -> list[dict[str, Any]]:
        """All alarms as plain JSON values."""
        return [alarm_to_dict(alarm) for alarm in self.alarms.values()]

    def restore(self, alarms: Iterable[Mapping[str, Any]], suppressed: Iterable[int]) -> None:
        """Inverse of `to_list`; alarms of extruders that are gone are left out."""
        read = [alarm_from_dict(raw) for raw in alarms]
        self.alarms = {one.key: one for one in read if one.key.extruder in self._extruders}
        self.suppressed = {extruder for extruder in suppressed if extruder in self._extruders}

    def _act(self, command: Command, key: AlarmKey, ts: int, by: Actor) -> Told:
        alarm, action = self._get(key), command.action
        if action is Action.SHELVE:
            return shelve(alarm, ts, by, command.minutes, self.definition(key))
        if action is Action.UNSHELVE:
            return unshelve(alarm, ts, by)
        return _SIMPLE[action](alarm, ts, by)

    def _get(self, key: AlarmKey) -> Alarm:
        return self.alarms.get(key) or Alarm(key, self.definition(key).priority)

    def _limits(self, key: AlarmKey) -> Limits:
        return self._limits_of(key.extruder).get(key.source, Limits())

    def _is_suppressed(self, key: AlarmKey) -> bool:
        return key.extruder in self.suppressed and key.condition in LIMITS

    def _of(self, extruder: int) -> list[AlarmKey]:
        return [key for key in self.alarms if key.extruder == extruder]

    def _put(self, key: AlarmKey, told: Told) -> None:
        alarm, events = told
        if self.alarms.get(key) == alarm:
            return
        if alarm.at_rest:
            self.alarms.pop(key, None)
        else:
            self.alarms[key] = alarm
        self._changes.touched.add(key)
        self._changes.events += events


_SIMPLE: dict[Action, Callable[[Alarm, int, Actor], Told]] = {
    Action.ACKNOWLEDGE: acknowledge,
    Action.RESET: reset,
    Action.OUT_OF_SERVICE: take_out_of_service,
    Action.IN_SERVICE: return_to_service,
}
