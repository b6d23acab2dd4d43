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
#: Rows of an extruder come in order within so much, ms; after so many late ones time has changed.
_MIXED_MS, _SET_BACK_ROWS = 10_000, 300
#: What somebody sets does not measure anything.
_SET = ("setvalue", "setpoint", "set_value", "set_point", "tolerance", "setting")


class Seen:
    """The readings of an extruder up to now; all arrays are by slot, (S,).

    `ts` is the time up to which is known (ms); it goes back only where `after_gap` is True.
    `values` are those of the row that was taken last, `usable` those that count, `changed` those
    of them that differ from `before`, the usable ones before them. `measured` says which signals
    measure something: no state, nothing that somebody sets.
    """

    def __init__(self, signals: Sequence[Signal]) -> None:
        self.ts, self.after_gap, self._late = 0, True, 0
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
        """Whether the row tells how things went on; what is late or a repetition does not."""
        if not self._goes_on(row.ts):
            return False
        self.values, self.before = row.values, self.last
        self.usable = (row.quality <= Quality.UNCERTAIN_LAST_USABLE_VALUE) & np.isfinite(row.values)
        self.changed = self.usable & (np.abs(row.values - self.last) > 0)  # not from NaN
        self.last = np.where(self.usable, row.values, self.last)
        return True

    def _goes_on(self, ts: int) -> bool:
        """Signals of one moment may come in some rows; a clock may be set back for good."""
        self._late = self._late + 1 if ts < self.ts - _MIXED_MS else 0
        if 0 < self._late < _SET_BACK_ROWS:
            return False
        self.after_gap = self._late > 0 or ts - self.ts > GAP_MS
        self.ts = ts if self._late else max(ts, self.ts)
        self._late = 0
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
