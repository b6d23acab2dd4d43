"""Frozen sensors, told from signals that are constant because all is well.

Real signals stay unchanged for minutes to an hour (DOMAIN.md: "60 s unchanged = frozen" is wrong
on 94 % of recorded rows). So every signal is measured against itself: it is frozen when it has
been unchanged for many times longer than it ever was while it was known to live.
"""

from __future__ import annotations

import numpy as np

from data.quality import Quality
from data.stateful import Flags, Ints, Stateful
from data.windows import Qualities, Values

#: Unchanged this many times longer than ever before, and for at least so many seconds (D).
TIMES, AT_LEAST_S = 10, 120
#: Seconds a signal must have been watched, and times it must have changed, to be judged.
WATCHED_S, CHANGES = 900, 60


class FrozenDetector(Stateful):
    """How long every signal has been unchanged, (E, S)."""

    ARRAYS = ("last", "unchanged", "longest", "watched", "changes")

    def __init__(self, low: Values, high: Values) -> None:
        """`low` and `high` (E, S) are the ends of the signals' scales: a controller's output
        that rests at 100 % is at its stop, not frozen."""
        shape = low.shape
        self._low, self._high = low, high
        self.last: Values = np.full(shape, np.nan, np.float32)
        self.unchanged: Ints
        self.unchanged, self.longest, self.watched, self.changes = (
            np.zeros(shape, np.int32) for _ in range(4)
        )

    @property
    def frozen(self) -> Flags:
        """Signals that are frozen now, (E, S)."""
        limit = np.maximum(TIMES * self.longest, AT_LEAST_S)
        judged = (self.watched >= WATCHED_S) & (self.changes >= CHANGES)
        frozen: Flags = judged & (self.unchanged > limit)
        return frozen

    def forget(self, rows: Flags | int) -> None:
        """What is standing may well be constant: begin again on these extruders (E,)."""
        for array in (self.unchanged, self.longest, self.watched, self.changes):
            array[rows] = 0

    def take(self, values: Values, quality: Qualities, producing: Flags) -> None:
        """Take in one reading of every signal (E, S), a second after the last."""
        usable = np.isfinite(values) & (quality <= Quality.UNCERTAIN_LAST_USABLE_VALUE)
        usable &= producing[:, None] & (values > self._low) & (values < self._high) & (values != 0)
        same = usable & (values == self.last)
        changed = usable & ~same
        lived = changed & ~self.frozen
        np.copyto(self.longest, np.maximum(self.longest, self.unchanged), where=lived)
        self.watched += usable
        self.changes += changed
        np.copyto(self.unchanged, self.unchanged + 1, where=same)
        np.copyto(self.unchanged, 0, where=changed)
        np.copyto(self.last, values, where=usable)
