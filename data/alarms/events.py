"""What an alarm is called and what can be told of it: keys, priorities, states, events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Priority(IntEnum):
    """Priorities of ISA-18.2, most urgent first so that they sort."""

    CRITICAL = 1
    HIGH = 2
    MEDIUM = 3
    LOW = 4


class Condition(StrEnum):
    """What raises an alarm: a limit, a sensor, silence of an extruder, a malfunction."""

    LL = "LL"
    L = "L"
    H = "H"
    HH = "HH"
    BAD = "BAD"
    FROZEN = "FROZEN"
    SILENT = "SILENT"
    MALFUNCTION = "MALFUNCTION"


class State(StrEnum):
    """The states of ISA-18.2 (DOMAIN.md); the last three hide an alarm from the operator."""

    NORMAL = "NORMAL"
    UNACKNOWLEDGED = "UNACKNOWLEDGED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RETURNED_UNACKNOWLEDGED = "RETURNED_UNACKNOWLEDGED"
    LATCHED = "LATCHED"
    SHELVED = "SHELVED"
    SUPPRESSED_BY_DESIGN = "SUPPRESSED_BY_DESIGN"
    OUT_OF_SERVICE = "OUT_OF_SERVICE"


class Kind(StrEnum):
    """What happened to an alarm."""

    ACTIVE = "ACTIVE"
    CLEARED = "CLEARED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RE_ALARMED = "RE_ALARMED"
    RESET = "RESET"
    SHELVED = "SHELVED"
    UNSHELVED = "UNSHELVED"
    SUPPRESSED = "SUPPRESSED"
    UNSUPPRESSED = "UNSUPPRESSED"
    OUT_OF_SERVICE = "OUT_OF_SERVICE"
    IN_SERVICE = "IN_SERVICE"


@dataclass(frozen=True, order=True)
class AlarmKey:
    """Names one alarm for ever. `source` is a signal's name, or a malfunction's identifier."""

    extruder: int
    source: str
    condition: Condition

    def __str__(self) -> str:
        return f"{self.extruder}|{self.source}|{self.condition}"

    @staticmethod
    def parse(text: str) -> AlarmKey:
        """Inverse of `str`. Raises ValueError when the text names no alarm."""
        extruder, source, condition = text.split("|")
        return AlarmKey(int(extruder), source, Condition(condition))


@dataclass(frozen=True)
class AlarmEvent:
    """One line of the alarm journal.

    `ts` is ms since the epoch, UTC, of the reading or the action; `state` is the state after it;
    `value` and `limit` are in the signal's unit; `limits` are the limits in force then, as
    `limits_to_dict` gives one of them; `who`, `comment` and `command` come with an action.
    """

    ts: int
    key: AlarmKey
    kind: Kind
    state: State
    priority: Priority
    value: float | None = None
    limit: float | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    who: str = ""
    comment: str = ""
    command: str = ""
