"""What a monitor is told of its plant, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass

from data.alarms.events import AlarmEvent, AlarmKey
from data.alarms.states import Alarm
from data.malfunctions.malfunction import Malfunction


@dataclass(frozen=True)
class Terms:
    """What the plant has agreed on: seconds of residence in the extruder, share of scrap that
    comes back as regrind, currency."""

    residence_s: float = 180.0
    regrind: float = 0.0
    currency: str = "EUR"


@dataclass(frozen=True)
class Findings:
    """What is new and must be durable before it is shown."""

    events: tuple[AlarmEvent, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    rested: tuple[AlarmKey, ...] = ()
    malfunctions: tuple[Malfunction, ...] = ()
    obeyed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.events or self.alarms or self.rested or self.malfunctions or self.obeyed)
