"""The variance detector: how much a signal swings about its own trend within three minutes.

DOMAIN.md: surging shows in the rolling standard deviation only, never in the mean.
"""

from __future__ import annotations

import numpy as np

from data.stateful import Flags, Floats, Ints, Stateful

#: Blocks (10 s) of the rolling standard deviation, and those that make its baseline.
SPAN, LEARN_BLOCKS = 12, 60
#: A standard deviation this many times the healthy one is out of control for certain (D).
RATIO = 4.0
#: Blocks for which it must stay so.
PERSIST = 4
#: What swings crosses its trend at least so often within SPAN; a step does so three times.
CROSSINGS = 4


class SwingChart(Stateful):
    """Rolling standard deviation about the trend of a few channels, (E, K).

    `ratio` is today's against the healthy one; `held` the blocks for which it was over RATIO.
    """

    ARRAYS = ("recent", "filled", "n", "healthy", "ratio", "held", "since")

    def __init__(self, shape: tuple[int, int], floor: float = 0.003) -> None:
        self._floor = floor
        self.recent: Floats = np.full((*shape, SPAN), np.nan, np.float32)
        self.filled: Ints = np.zeros(shape, np.int32)
        self.n: Ints = np.zeros(shape, np.int32)
        self.healthy: Floats = np.zeros(shape, np.float32)
        self.ratio: Floats = np.zeros(shape, np.float32)
        self.held: Ints = np.zeros(shape, np.int32)
        self.since: Ints = np.zeros(shape, np.int32)

    @property
    def out(self) -> Flags:
        """Channels that swing, (E, K)."""
        out: Flags = self.held >= PERSIST
        return out

    def forget(self, rows: Flags | int) -> None:
        """Begin again on these extruders (E,)."""
        for array in (self.filled, self.n, self.healthy, self.ratio, self.held):
            array[rows] = 0

    def take(self, block: int, means: Floats, producing: Flags) -> None:
        """Take in a block's means (E, K) of extruders that produce (E,)."""
        where = producing[:, None] & np.isfinite(means)
        shifted = np.roll(self.recent, -1, axis=2)
        shifted[..., -1] = means
        self.recent = np.where(where[..., None], shifted, self.recent)
        self.filled = np.where(where, np.minimum(self.filled + 1, SPAN), 0)
        full = where & (self.filled == SPAN)
        self._compare(block, full, *_about_trend(self.recent))

    def _compare(self, block: int, full: Flags, deviation: Floats, crossings: Ints) -> None:
        learning = full & (self.n < LEARN_BLOCKS)
        self.n += learning
        step = (deviation - self.healthy) / np.maximum(self.n, 1).astype(np.float32)
        np.copyto(self.healthy, self.healthy + step, where=learning)
        judged = full & ~learning
        level = np.abs(self.recent.mean(axis=2))
        usual = np.maximum(self.healthy, self._floor * level)
        ratio = deviation / np.maximum(usual, 1e-9)
        self.ratio = np.where(judged, ratio, 0).astype(np.float32)
        high = judged & (ratio > RATIO) & (crossings >= CROSSINGS)
        np.copyto(self.since, block - SPAN // 2, where=high & (self.held == 0))
        held = np.where(high, self.held + 1, self.held - 1)
        self.held = np.where(judged, np.clip(held, 0, 3 * PERSIST), 0).astype(np.int32)


def _about_trend(recent: Floats) -> tuple[Floats, Ints]:
    """Standard deviation of (…, SPAN) about the least-squares line through it, and how often
    that line is crossed."""
    t = (np.arange(SPAN) - (SPAN - 1) / 2).astype(np.float32)
    centred = recent - recent.mean(axis=-1, keepdims=True)
    slope = (centred @ t) / float(t @ t)
    rest = centred - slope[..., None] * t
    deviation: Floats = np.sqrt((rest**2).sum(axis=-1) / (SPAN - 2)).astype(np.float32)
    crossings: Ints = (rest[..., 1:] * rest[..., :-1] < 0).sum(axis=-1).astype(np.int32)
    return deviation, crossings
