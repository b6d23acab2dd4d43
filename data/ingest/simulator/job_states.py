"""Job states of the lines: production, changeover, start-up; what each lets the drive do."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from data.extruders import JOB_IN_PRODUCTION, NO_JOB, START_UP_ACTIVE
from data.ingest.simulator.noise import Flags, Floats
from data.ingest.simulator.recipes import NEXT_PRODUCT

Codes = npt.NDArray[np.int64]

# Seconds; ours (D).
SOAK_S = 120
RAMP_S = 180
STABLE_S = 60
CHANGEOVER_S = 240
#: A line controller notices a dead drive so many seconds later.
NOTICE_S = 5

_NEXT = np.array([0, *(NEXT_PRODUCT[code] for code in sorted(NEXT_PRODUCT))])


class JobBoard:
    """Status and product codes of n lines, and `ramp`: share of the set speed asked, all (n,)."""

    def __init__(self, product: Codes, starting: Flags) -> None:
        self.product: Codes = product.copy()
        self.status: Codes = np.where(starting, START_UP_ACTIVE, JOB_IN_PRODUCTION)
        self.ramp: Floats = np.where(starting, 0.0, 1.0)
        self._changing: Flags = np.zeros(len(product), bool)
        self._wait_s: Codes = np.zeros(len(product), np.int64)
        self._soak_s: Codes = np.zeros(len(product), np.int64)
        self._stable_s: Codes = np.zeros(len(product), np.int64)
        self._dead_s: Codes = np.zeros(len(product), np.int64)

    @property
    def in_production(self) -> Flags:
        """Lines in JOB_IN_PRODUCTION, (n,)."""
        running: Flags = self.status == JOB_IN_PRODUCTION
        return running

    def change_product(self, row: int) -> None:
        """Stop a line for a changeover; it starts up with its next product afterwards."""
        self.status[row], self.ramp[row] = NO_JOB, 0.0
        self._wait_s[row], self._changing[row] = CHANGEOVER_S, True

    def step(self, power: Flags, hot: Flags, in_spec: Flags) -> list[int]:
        """Let a second pass; all arguments (n,). Returns rows whose product changed.

        `hot`: zones near set; `in_spec`: everything that matters near its set value.
        """
        self._lose_power(power)
        self._ramp_up(power, hot, in_spec)
        self._wait_s = np.maximum(self._wait_s - power, 0)
        return self._begin(power & (self._wait_s == 0) & (self.ramp == 0))

    def _lose_power(self, power: Flags) -> None:
        self._dead_s = np.where(power, 0, self._dead_s + 1)
        self.ramp[~power] = 0.0
        self.status[self._dead_s >= NOTICE_S] = NO_JOB

    def _ramp_up(self, power: Flags, hot: Flags, in_spec: Flags) -> None:
        starting = (self.status == START_UP_ACTIVE) & power
        self._soak_s = np.where(starting & hot, self._soak_s + 1, self._soak_s * starting)
        ramping = starting & (self._soak_s >= SOAK_S)
        self.ramp = np.where(ramping, np.minimum(self.ramp + 1 / RAMP_S, 1.0), self.ramp)
        stable = ramping & (self.ramp >= 1.0) & in_spec
        self._stable_s = np.where(stable, self._stable_s + 1, 0)
        self.status[self._stable_s >= STABLE_S] = JOB_IN_PRODUCTION

    def _begin(self, free: Flags) -> list[int]:
        """Put standing lines that are free to run into start-up."""
        starts = free & (self.status != START_UP_ACTIVE)
        self.status[starts] = START_UP_ACTIVE
        self._soak_s[starts] = 0
        changed = starts & self._changing
        self.product = np.where(changed, _NEXT[self.product], self.product)
        self._changing &= ~starts
        return [int(row) for row in np.flatnonzero(changed)]
