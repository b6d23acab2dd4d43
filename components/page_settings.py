"""What pages of the history are told of the plant."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from data.shifts import ShiftPlan


@dataclass(frozen=True)
class PageSettings:
    """Currency of money, the plant's shifts and its time zone."""

    currency: str
    shifts: ShiftPlan

    @property
    def zone(self) -> ZoneInfo:
        """The plant's time zone."""
        return self.shifts.zone
