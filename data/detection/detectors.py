"""All detectors of all extruders, fed one second at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from data.detection.blocks import BLOCK_MS, Blocks
from data.detection.channels import Channels, state_codes
from data.detection.mean_chart import MeanChart
from data.detection.minutes import BLOCKS_PER_MINUTE, Minutes
from data.detection.sensors import FrozenDetector
from data.detection.swing_chart import SwingChart
from data.extruders import JOB_IN_PRODUCTION, NO_JOB, Extruder
from data.stateful import Flags, Floats, Ints, State, Stateful, prefixed, state_of
from data.windows import Qualities, Values

#: Channels that the variance detector follows: where surging shows.
SWINGING = ("pressure", "load", "current", "throughput")
UNKNOWN_JOB = -1
#: Below this share of its baseline a drive stands, and a heater draws nothing (D).
STANDING, DEAD = 0.05, 0.10
#: A zone asks for heat if its output is at least this share of its usual one.
ASKING = 0.5


class Detectors:
    """The detectors' state and what they found at the last block. E extruders, C channels.

    `job` and `product` (E,) are the last codes; `dip` (E,) marks extruders whose drive and
    heaters went dead at once; `dead` (E, Z) zones that ask for heat and draw no current;
    `failed` (E, C) channels whose instrument reports a failure.
    """

    def __init__(self, extruders: Sequence[Extruder], signals: int) -> None:
        self.channels = Channels(extruders)
        shape = self.channels.shape
        self.blocks = Blocks(shape)
        self.mean = MeanChart(shape, self.channels.delta, self.channels.share)
        self._swinging = [self.channels.index[name] for name in SWINGING]
        self.swing = SwingChart((shape[0], len(SWINGING)))
        self.minutes = Minutes(shape)
        self.frozen = FrozenDetector(*_scales(extruders, signals))
        self.now = _Now(shape, self.channels.zones)
        self._slow: dict[str, Stateful] = {
            "mean": self.mean, "swing": self.swing, "minutes": self.minutes,
        }  # fmt: skip
        self.slow_changed = True
        self._fast: dict[str, Stateful] = {
            "blocks": self.blocks, "frozen": self.frozen, "now": self.now,
        }  # fmt: skip

    def step(self, ts: int, values: Values, quality: Qualities, present: Flags) -> int | None:
        """Take in the readings (E, S) of one second; `present` (E,) says whose there are.

        Returns the number of the block that this second closed, None if it closed none.
        """
        channels, failed = self.channels.read(values, quality)
        channels[~present] = np.nan
        self._follow_job(values, present)
        closed = self.blocks.close(ts)
        if closed is not None:
            self._chart(*closed)
        self.blocks.add(channels, failed & present[:, None])
        self.frozen.take(values, quality, self.producing & present)
        self._watch_power(channels)
        return None if closed is None else closed[0]

    @property
    def producing(self) -> Flags:
        """Extruders in production, or without job data, (E,)."""
        producing: Flags = (self.now.job == JOB_IN_PRODUCTION) | (self.now.job == UNKNOWN_JOB)
        return producing

    def forget(self, rows: Flags | int, running: bool = False) -> None:
        """Learn anew what is normal on these extruders (E,), or on one row.

        At once if they were `running` all along, else after every channel's time to settle.
        """
        settle = self.channels.settle_min * (0 if running else BLOCKS_PER_MINUTE)
        self.mean.forget(rows, settle.astype(np.int32))
        self.slow_changed = True
        self.swing.forget(rows)
        self.frozen.forget(rows)

    def state(self, slow: bool) -> State:
        """The arrays that change every second, or those that change once a block or a start.

        `slow_changed` says whether the latter have changed since somebody took it back.
        """
        parts = self._slow if slow else self._fast
        state: State = {}
        for part, detector in parts.items():
            state |= prefixed(part, detector.state())
        return state

    def restore(self, state: dict[str, npt.NDArray[Any]]) -> bool:
        """Go on from a state; False, and nothing changed, if it does not fit this plant."""
        parts = {**self._slow, **self._fast}
        wanted = {part: state_of(part, state) for part in parts}
        if not all(parts[part].fits(arrays) for part, arrays in wanted.items()):
            return False
        for part, arrays in wanted.items():
            parts[part].restore(arrays)
        return True

    def _follow_job(self, values: Values, present: Flags) -> None:
        job = state_codes(values, self.channels.job_slot, UNKNOWN_JOB)
        product = state_codes(values, self.channels.product_slot, 0)
        job = np.where(present, job, self.now.job)
        product = np.where(present, product, self.now.product)
        started = (job == JOB_IN_PRODUCTION) & (self.now.job != JOB_IN_PRODUCTION)
        changed = started | (product != self.now.product)
        changed &= self.now.seen
        if changed.any():
            self.forget(changed)
        self.now.job, self.now.product = job.astype(np.int32), product.astype(np.int32)
        self.now.seen = self.now.seen | present

    def _chart(self, block: int, means: Floats, failed: Flags) -> None:
        producing = self.producing
        self.slow_changed = True
        self.minutes.take(block, means)
        self.mean.take(block, means, producing)
        self.swing.take(block, means[:, self._swinging], producing)
        self.now.means = means
        self.now.failed = failed & producing[:, None]
        self._watch_heaters(means, producing)

    def _watch_heaters(self, means: Floats, producing: Flags) -> None:
        of, mean = self.channels.group, self.mean.mean
        known = self.mean.known[:, of("heater")] & self.mean.known[:, of("output")]
        usual_a, usual = mean[:, of("heater")], mean[:, of("output")]
        asks = means[:, of("output")] > np.maximum(ASKING * usual, 5.0)
        dead = means[:, of("heater")] < DEAD * usual_a
        dead &= known & asks & (usual_a > 0.5) & producing[:, None]
        self.now.dead = np.where(dead, self.now.dead + 1, 0).astype(np.int32)

    def _watch_power(self, channels: Floats) -> None:
        """Drive and all heaters dead in the same second: no operator stops a line that way."""
        at, mean = self.channels.index, self.mean.mean
        amps = np.nansum(channels[:, self.channels.group("heater")], axis=1)
        usual_a = mean[:, self.channels.group("heater")].sum(axis=1)
        speed, usual = channels[:, at["speed"]], mean[:, at["speed"]]
        known = self.mean.known[:, at["speed"]] & (usual_a > 1.0)
        with np.errstate(invalid="ignore"):
            dark = known & (speed < STANDING * usual) & (amps < DEAD * usual_a)
        dark &= self.producing | (self.now.dip > 0)
        self.now.dip = np.where(dark, self.now.dip + 1, 0).astype(np.int32)


class _Now(Stateful):
    """What is known of the present."""

    ARRAYS = ("job", "product", "seen", "means", "failed", "dead", "dip")

    def __init__(self, shape: tuple[int, int], zones: int) -> None:
        rows = shape[0]
        self.job: Ints = np.full(rows, NO_JOB, np.int32)
        self.product: Ints = np.zeros(rows, np.int32)
        self.seen: Flags = np.zeros(rows, bool)
        self.means: Floats = np.full(shape, np.nan, np.float32)
        self.failed: Flags = np.zeros(shape, bool)
        self.dead: Ints = np.zeros((rows, zones), np.int32)
        self.dip: Ints = np.zeros(rows, np.int32)


def _scales(extruders: Sequence[Extruder], signals: int) -> tuple[Floats, Floats]:
    """Ends of the scales of all signals, (E, S) each; state signals and missing ones are NaN."""
    low, high = (np.full((len(extruders), signals), np.nan, np.float32) for _ in range(2))
    for row, extruder in enumerate(extruders):
        for slot, signal in enumerate(extruder.signals):
            if not signal.states:
                low[row, slot], high[row, slot] = signal.low, signal.high
    return low, high


def ms_of(block: int) -> int:
    """Start of a block in ms since the epoch."""
    return block * BLOCK_MS
