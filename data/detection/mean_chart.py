"""The mean detector: a baseline of steady production, and a CUSUM of block means against it.

CUSUM after Page (1954) in units of the smallest shift worth detecting (`delta`): with an
allowance of half of it a shift of one `delta` is found after 2 × DECISION blocks. The last block
at which the sum was zero is the classical estimate of when the shift began (Montgomery,
Statistical Quality Control, 9.1).
"""

from __future__ import annotations

import numpy as np

from data.stateful import Flags, Floats, Ints, Stateful

#: Blocks (10 s) that make a baseline (D).
LEARN_BLOCKS = 60
ALLOWANCE, DECISION = 0.5, 8.0
#: A single wild block moves a sum by no more than this.
CLIP = 4.0
#: A sum grows no further than this, so that the way back takes no longer than the way there.
CEILING = 2 * DECISION
#: Weight of a new block in the smoothed shift: about half a minute.
SMOOTH = 0.3
#: A baseline is the mean of all blocks in control so far, three hours of them at most; then it
#: follows slow healthy change with this weight: about a day.
RIPE_BLOCKS, FOLLOW = 1080, 1 / 8640
#: In the first half hour it takes in all that is nearer than so many deltas.
YOUNG_BLOCKS, YOUNG_WITHIN = 180, 1.5
#: A channel that drifts by more than this share of a delta, and of its own deviation, while it is
#: being learned is still on its way somewhere.
STEADY_SHARE, STEADY_DEVIATIONS = 0.2, 2.0
#: A shift that matters is at least so many standard deviations of the block means.
DEVIATIONS = 3.0


class MeanChart(Stateful):
    """Baseline and CUSUM of every channel, (E, C).

    `shift` is the smoothed deviation from the baseline in deltas; `up` and `down` are the sums,
    `up_since` and `down_since` the block at which each last was zero.
    """

    ARRAYS = (
        "n", "mean", "square", "first", "tilt", "shift", "up", "down", "up_since", "down_since",
        "settle", "scale",
    )  # fmt: skip

    def __init__(
        self, shape: tuple[int, int], delta: Floats, share: Floats, deviations: float = DEVIATIONS
    ) -> None:
        self._delta, self._share, self._deviations = delta, share, deviations
        self.n: Ints = np.zeros(shape, np.int32)
        self.mean, self.square, self.first, self.tilt, self.shift, self.up, self.down = (
            np.zeros(shape, np.float32) for _ in range(7)
        )
        self.scale: Floats = np.ones(shape, np.float32)
        self.up_since, self.down_since = (np.zeros(shape, np.int32) for _ in range(2))
        self.settle: Ints = np.zeros(shape, np.int32)

    @property
    def known(self) -> Flags:
        """Channels with a complete baseline, (E, C)."""
        known: Flags = self.n >= LEARN_BLOCKS
        return known

    @property
    def out(self) -> Flags:
        """Channels out of control, (E, C)."""
        out: Flags = (self.up > DECISION) | (self.down > DECISION)
        return out

    def forget(self, rows: Flags | int, settle: Ints) -> None:
        """Begin again on these extruders (E,): another product, a restart, a new normal.

        `settle` (C,) is how many blocks of production to let pass before learning.
        """
        for array in (self.n, self.shift, self.up, self.down):
            array[rows] = 0
        self.settle[rows] = settle

    def take(self, block: int, means: Floats, producing: Flags) -> None:
        """Take in a block's means (E, C); extruders that do not produce (E,) are left alone."""
        self.settle -= producing[:, None] & (self.settle > 0)
        ready = producing[:, None] & (self.settle == 0) & np.isfinite(means)
        known = self.known
        self._learn(ready & ~known, means)
        self._chart(block, ready & known, means)

    def _learn(self, where: Flags, means: Floats) -> None:
        """Welford's running mean and variance."""
        x = np.where(where, means, self.mean)
        self.first = np.where(where & (self.n == 0), x, self.first)
        self.n += where
        step = x - self.mean
        part = step / np.maximum(self.n, 1).astype(np.float32)
        np.copyto(self.mean, self.mean + part, where=where)
        begun = where & (self.n == 1)
        np.copyto(self.square, self.square + step * (x - self.mean), where=where)
        np.copyto(self.square, 0, where=begun)
        moment = (self.n - (LEARN_BLOCKS + 1) / 2) * (x - self.first)
        self.tilt = np.where(begun, 0, self.tilt) + np.where(where, moment, 0).astype(np.float32)
        self._finish(where & (self.n == LEARN_BLOCKS))

    def _finish(self, done: Flags) -> None:
        if not done.any():
            return
        deviation = np.sqrt(self.square / LEARN_BLOCKS)
        wanted = np.maximum(self._delta, self._share * np.abs(self.mean))
        scale = np.maximum(wanted, self._deviations * deviation)
        # Least squares through the block numbers 1…n, whose squares sum to n(n²−1)/12.
        drift = np.abs(self.tilt) * 12 / (LEARN_BLOCKS**2 - 1)
        drifting = done & (drift > STEADY_SHARE * wanted) & (drift > STEADY_DEVIATIONS * deviation)
        self.scale = np.where(done, scale, self.scale)
        self.n[drifting] = 0

    def _chart(self, block: int, where: Flags, means: Floats) -> None:
        r = np.where(where, (means - self.mean) / self.scale, 0)
        self.shift += np.where(where, SMOOTH * (np.clip(r, -99, 99) - self.shift), 0)
        r = np.clip(r, -CLIP, CLIP)
        self._sum(block, where, r, self.up, self.up_since)
        self._sum(block, where, -r, self.down, self.down_since)
        self._follow(where, r, means)

    def _follow(self, where: Flags, r: Floats, means: Floats) -> None:
        calm = np.maximum(self.up, self.down) < DECISION / 4
        calm |= (self.n < YOUNG_BLOCKS) & (np.abs(r) < YOUNG_WITHIN)
        ripe = self.n >= RIPE_BLOCKS
        weight = np.where(ripe, FOLLOW, 1 / np.maximum(self.n, 1)).astype(np.float32)
        self.mean += np.where(where & calm, weight * (means - self.mean), 0)
        self.n += where & calm & ~ripe

    @staticmethod
    def _sum(block: int, where: Flags, r: Floats, total: Floats, since: Ints) -> None:
        np.copyto(since, block, where=where & (total == 0))
        after = np.clip(total + r - ALLOWANCE, 0, CEILING)
        np.copyto(total, after, where=where)
