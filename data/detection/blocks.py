"""Means of short blocks of time: what detectors chart, since raw 1 s data are autocorrelated."""

from __future__ import annotations

import numpy as np

from data.stateful import Flags, Floats, Stateful

#: Length of a block in ms. DOMAIN.md: never chart raw 1 s readings.
BLOCK_MS = 10_000


class Blocks(Stateful):
    """Sums of the running block of every channel, (E, C)."""

    ARRAYS = ("total", "count", "failed", "open_since")

    def __init__(self, shape: tuple[int, int]) -> None:
        self.total: Floats = np.zeros(shape, np.float32)
        self.count: Floats = np.zeros(shape, np.float32)
        self.failed: Floats = np.zeros(shape, np.float32)
        self.open_since = np.full(1, -1, np.int64)

    def close(self, ts: int) -> tuple[int, Floats, Flags] | None:
        """If the reading of `ts` (ms) begins a new block: the block before it, else None.

        The block is its number, its means (E, C) (NaN without a reading), and which channels
        the instrument called failed in at least half of its readings.
        """
        block, before = ts // BLOCK_MS, int(self.open_since[0])
        self.open_since[0] = max(block, before)  # one extruder's clock may be behind another's
        if before < 0 or block <= before:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            means = self.total / self.count
        failed = self.failed > self.count
        for sums in (self.total, self.count, self.failed):
            sums[:] = 0
        return before, means, failed

    def add(self, channels: Floats, failed: Flags) -> None:
        """Take in one reading of every channel, (E, C); NaN is none."""
        usable = np.isfinite(channels)
        self.total += np.where(usable, channels, 0)
        self.count += usable
        self.failed += failed
