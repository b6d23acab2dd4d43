"""What the checks of an extruder have in common: its last readings, and what a row changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from data.extruders import JOB_STATUS, PRODUCT, Signal
from data.quality import Quality
from data.windows import Row, Values

Mask = npt.NDArray[np.bool_]
_Kind = TypeVar("_Kind", bound=np.generic)

#: After such a gap it is not known what a signal did meanwhile, ms.
GAP_MS = 600_000
#: What somebody sets does not measure anything.
_SET = ("setvalue", "setpoint", "set_value", "set_point", "tolerance", "setting")


class Seen:
    """The readings of an extruder up to now; all arrays are by slot, (S,).

    `values` are those of the row that was taken last, `usable` those that count, `changed` those
    of them that differ from `before`, the usable ones before them. `measured` says which signals
    measure something: no state, nothing that somebody sets.
    """

    def __init__(self, signals: Sequence[Signal]) -> None:
        self.ts, self.after_gap = 0, True
        self.measured: Mask = np.zeros(0, bool)
        self.last: Values = np.zeros(0, np.float32)
        self.before = self.values = self.last
        self.usable = self.changed = self.measured
        self.know(signals)

    def know(self, signals: Sequence[Signal]) -> None:
        """Signals are appended and never move."""
        self.signals = tuple(signals)
        self.measured = np.array([is_measured(one) for one in signals], bool)
        self.last = grown(self.last, len(signals), np.nan)
        self.usable = self.changed = np.zeros(len(signals), bool)

    def take(self, row: Row) -> bool:
        """Whether the row is newer than all before it; others tell nothing."""
        if row.ts <= self.ts:
            return False
        self.after_gap = row.ts - self.ts > GAP_MS
        self.ts, self.values, self.before = row.ts, row.values, self.last
        self.usable = (row.quality <= Quality.UNCERTAIN_LAST_USABLE_VALUE) & np.isfinite(row.values)
        self.changed = self.usable & (np.abs(row.values - self.last) > 0)  # not from NaN
        self.last = np.where(self.usable, row.values, self.last)
        return True


def is_measured(signal: Signal) -> bool:
    """Whether a signal measures something."""
    if signal.states or signal.name in {JOB_STATUS, PRODUCT}:
        return False
    name = signal.name.lower()
    return not any(word in name for word in _SET)


def grown(array: npt.NDArray[_Kind], size: int, fill: float) -> npt.NDArray[_Kind]:
    """The array with `fill` in the slots that are new."""
    wider = np.full(size, fill, array.dtype)
    wider[: len(array)] = array
    return wider
