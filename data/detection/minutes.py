"""The last hour of every channel in means of a minute: for trends, onsets and lost material."""

from __future__ import annotations

import numpy as np

from data.stateful import Floats, Ints, Stateful

MINUTES, BLOCKS_PER_MINUTE = 60, 6


class Minutes(Stateful):
    """Means of whole minutes, (E, C, 60), oldest first; `last` is the newest minute's number."""

    ARRAYS = ("means", "total", "count", "last")

    def __init__(self, shape: tuple[int, int]) -> None:
        self.means: Floats = np.full((*shape, MINUTES), np.nan, np.float32)
        self.total: Floats = np.zeros(shape, np.float32)
        self.count: Floats = np.zeros(shape, np.float32)
        self.last: Ints = np.full(1, -1, np.int32)

    def take(self, block: int, means: Floats) -> None:
        """Take in a block's means (E, C)."""
        minute = block // BLOCKS_PER_MINUTE
        if self.last[0] >= 0 and minute > self.last[0]:
            self._close(minute)
        elif self.last[0] < 0:
            self.last[0] = minute
        there = np.isfinite(means)
        self.total += np.where(there, means, 0)
        self.count += there

    def _close(self, minute: int) -> None:
        passed = min(minute - int(self.last[0]), MINUTES)
        with np.errstate(divide="ignore", invalid="ignore"):
            newest = self.total / self.count
        self.means[..., :-passed] = self.means[..., passed:]
        self.means[..., -passed:] = np.nan
        self.means[..., -passed] = newest
        self.total[:], self.count[:] = 0, 0
        self.last[0] = minute

    def minute_ms(self, index: int) -> int:
        """Start of the minute at an index of `means`, ms since the epoch."""
        return (int(self.last[0]) - MINUTES + index) * 60_000
