"""What one shift leaves to the next: open malfunctions, shelved alarms, notes of people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from data.alarms.definitions import MAX_SHELVE_S
from data.history import Reader
from data.history.named import named
from data.history.shift_malfunctions import LastNote, ShiftMalfunction, last_note

#: So many notes of a shift are shown; the newest.
NOTES = 50

# Nothing is shelved longer than the maximum, so older events need no look.
_SHELVED = f"""
    SELECT ts, extruder, source, condition, kind, priority,
        {named()}, comment FROM alarm_events
    WHERE ts >= ? AND ts < ? AND kind IN ('SHELVED', 'UNSHELVED') ORDER BY ts, id"""
_LABELS = "SELECT json_extract(definition, '$.label') FROM signals WHERE extruder = ? AND name = ?"
_NOTED = f"""
    SELECT ts, extruder, {named()}, text
    FROM annotations
    WHERE start < ? AND start >= ? AND kind = 'note' AND removed IS NULL
    ORDER BY start DESC LIMIT ?"""


@dataclass(frozen=True)
class OpenMalfunction:
    """A malfunction that still lasted or was not resolved, and what was last written about it."""

    malfunction: ShiftMalfunction
    note: LastNote


@dataclass(frozen=True)
class ShelvedAlarm:
    """An alarm that was hidden at the end of the shift. `since` in ms; `source` in words."""

    extruder: int
    source: str
    condition: str
    priority: int
    since: int
    who: str
    comment: str


@dataclass(frozen=True)
class ShiftNote:
    """What a person wrote about a time in the shift; extruder 0 is the plant. `ts` in ms."""

    ts: int
    extruder: int
    who: str
    text: str


@dataclass(frozen=True)
class Handover:
    """All of it; each list with the oldest first, but what still lasted before what was over."""

    malfunctions: tuple[OpenMalfunction, ...]
    shelved: tuple[ShelvedAlarm, ...]
    notes: tuple[ShiftNote, ...]


def handover(reader: Reader, lasted: Iterable[ShiftMalfunction], start: int, end: int) -> Handover:
    """What was open at `end` (ms) of a shift since `start`; `lasted` are its malfunctions."""
    waiting = [one for one in lasted if one.lasted_beyond(end) or not _resolved(one, end)]
    waiting.sort(key=lambda one: not one.lasted_beyond(end))
    noted = reader.all(_NOTED, end, start, NOTES)
    return Handover(
        tuple(OpenMalfunction(one, last_note(reader, one.id, end)) for one in waiting),
        tuple(_shelved(reader, end)),
        tuple(ShiftNote(*row) for row in reversed(noted)),
    )


def _resolved(one: ShiftMalfunction, end: int) -> bool:
    return one.resolved is not None and one.resolved <= end


def _shelved(reader: Reader, end: int) -> list[ShelvedAlarm]:
    last: dict[tuple[int, str, str], ShelvedAlarm] = {}
    since = end - round(MAX_SHELVE_S * 1000)
    for ts, extruder, source, condition, kind, priority, who, comment in reader.all(
        _SHELVED, since, end
    ):
        key = (extruder, source, condition)
        last.pop(key, None)
        if kind == "SHELVED":
            last[key] = ShelvedAlarm(extruder, source, condition, priority, ts, who, comment)
    return [_labelled(reader, one) for one in last.values()]


def _labelled(reader: Reader, one: ShelvedAlarm) -> ShelvedAlarm:
    labels = [label for (label,) in reader.all(_LABELS, one.extruder, one.source)]
    return replace(one, source=labels[0] if labels else one.source)
