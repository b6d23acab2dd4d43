"""Titles and bodies of notifications in plain words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from data.alarms.events import AlarmEvent, AlarmKey, Condition, Priority
from data.alarms.states import Alarm
from data.extruders import Catalogue, Signal
from data.malfunctions.malfunction import Malfunction

#: What an alarm says, by its condition.
SAYS = {
    Condition.LL: "below the LL limit",
    Condition.L: "below the L limit",
    Condition.H: "above the H limit",
    Condition.HH: "above the HH limit",
    Condition.BAD: "sensor failed",
    Condition.FROZEN: "value frozen",
    Condition.SILENT: "no readings",
}
UNCLEAR = "cause unclear"


@dataclass(frozen=True)
class Plant:
    """What texts need to know of the plant; `base_url` is empty if links cannot be made."""

    name: str
    zone: ZoneInfo
    base_url: str
    catalogue: Catalogue

    def time(self, ts: int) -> str:
        """A time (ms) on the plant's clock, with its zone."""
        return f"{datetime.fromtimestamp(ts / 1000, self.zone):%a %Y-%m-%d %H:%M:%S %Z}"


@dataclass(frozen=True)
class Subject:
    """An alarm to tell of: `since` in ms; `malfunction` if the alarm is one's."""

    key: AlarmKey
    priority: Priority
    since: int
    value: float | None = None
    limit: float | None = None
    malfunction: Malfunction | None = None


def of_event(event: AlarmEvent, malfunctions: Mapping[str, Malfunction]) -> Subject:
    """The subject of an event."""
    return Subject(
        event.key,
        event.priority,
        event.ts,
        event.value,
        event.limit,
        malfunctions.get(event.key.source),
    )


def of_alarm(alarm: Alarm, malfunctions: Mapping[str, Malfunction]) -> Subject:
    """The subject of an alarm that stands."""
    return Subject(
        alarm.key,
        alarm.priority,
        alarm.since,
        alarm.value,
        alarm.limit,
        malfunctions.get(alarm.key.source),
    )


def title(lead: str, subject: Subject, plant: Plant) -> str:
    """One line: `lead` says what happened, such as "Critical alarm"."""
    text = f"{lead}: {plant.catalogue.extruder_name(subject.key.extruder)}, {_what(subject, plant)}"
    return " ".join(text.split())


def body(subject: Subject, plant: Plant, *, cleared: bool = False) -> str:
    """Some lines: where, what, why and what to check first, since when, where to look."""
    name = plant.catalogue.extruder_name(subject.key.extruder)
    lines = [
        ", ".join(filter(None, (plant.name, name))),
        _what(subject, plant),
        f"Priority: {subject.priority.name.lower()}",
        *_diagnosis(subject.malfunction),
        *_times(subject, plant, cleared),
    ]
    if plant.base_url:
        lines.append(f"{plant.base_url.rstrip('/')}/extruder/{subject.key.extruder}")
    return "\n".join(lines)


def _what(subject: Subject, plant: Plant) -> str:
    if subject.key.condition is Condition.MALFUNCTION:
        causes = subject.malfunction.causes if subject.malfunction else ()
        return causes[0].label if causes else UNCLEAR
    key, says = subject.key, SAYS[subject.key.condition]
    signal = plant.catalogue.signal(key.extruder, key.source)
    label = signal.label if signal else key.source
    if subject.key.condition is Condition.SILENT:
        return says
    value, limit = _number(subject.value, signal), _number(subject.limit, signal)
    what = f"{label} {value}" if value else label
    return f"{what}, {says} {limit}".rstrip()


def _number(value: float | None, signal: Signal | None) -> str:
    if value is None:
        return ""
    if signal is None:
        return f"{value:g}"
    return f"{value:.{signal.decimals}f} {signal.unit}".rstrip()


def _diagnosis(malfunction: Malfunction | None) -> list[str]:
    if malfunction is None:
        return []
    if not malfunction.causes:
        return ["Most probable cause: cannot be told"]
    first = malfunction.causes[0]
    return [
        f"Most probable cause: {first.label} ({first.likelihood:.0%})",
        f"Check first: {first.check}",
        *(f"For it: {one.text}" for one in first.evidence if one.supports),
    ]


def _times(subject: Subject, plant: Plant, cleared: bool) -> list[str]:
    malfunction = subject.malfunction
    if malfunction is None:
        return [f"{'Cleared' if cleared else 'Since'} {plant.time(subject.since)}"]
    lines = [f"Since about {plant.time(malfunction.onset)}"]
    if cleared:
        lines.append(f"Cleared {plant.time(malfunction.ended or subject.since)}")
    if malfunction.scrap.kg > 0:
        lines.append(f"Scrap so far: {malfunction.scrap.kg:.0f} kg")
    return lines
