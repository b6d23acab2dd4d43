"""When, without being asked, lines change product and faults begin: drawn from the seed.

Every extruder has its own series of random numbers, so that a fault asked for on one extruder
does not change what befalls the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.ingest.simulator.faults import FAULTS, NEVER_S, Seconds, faults_for, pick_zone
from data.ingest.simulator.noise import Flags
from data.ingest.simulator.recipes import first_product

FIRST_FAULT_AFTER_S = 300
LENGTHS = (0.7, 1.3)  # scheduled faults last this share of their usual minutes
FIRST_CHANGE_H, CHANGE_H = (1.0, 8.0), (4.0, 10.0)
_MEAN_LENGTH_S = 60 * sum(kind.minutes for kind in FAULTS.values()) / len(FAULTS)


@dataclass(frozen=True)
class Planned:
    """A fault about to begin on the extruder of this row, on zone index 0…6."""

    row: int
    fault: str
    minutes: float
    zone: int


class FaultSchedule:
    """Random faults; between onsets on one extruder `mean_h` hours pass on average."""

    def __init__(self, n: int, seed: int, mean_h: float | None) -> None:
        """`mean_h` None: no faults."""
        self._rngs = [np.random.default_rng([seed, 1, row]) for row in range(n)]
        # Faults of one extruder follow each other, so their length is no part of the gap.
        self._gap_s = max(60.0, (mean_h or 0.0) * 3600 - _MEAN_LENGTH_S)
        first = [FIRST_FAULT_AFTER_S + rng.exponential(self._gap_s) for rng in self._rngs]
        self._next: Seconds = np.array(first if mean_h else [NEVER_S] * n).astype(np.int64)

    def due(self, now_s: int, ready: Flags) -> list[Planned]:
        """Faults that begin now; one due on an extruder that is not `ready` (n,) waits."""
        rows = np.flatnonzero((self._next <= now_s) & ready)
        return [self._draw(int(row), now_s) for row in rows]

    def _draw(self, row: int, now_s: int) -> Planned:
        rng = self._rngs[row]
        fault = str(rng.choice(faults_for(first_product(row + 1))))
        minutes = FAULTS[fault].minutes * rng.uniform(*LENGTHS)
        self._next[row] = now_s + round(minutes * 60 + rng.exponential(self._gap_s))
        return Planned(row, fault, minutes, pick_zone(fault, rng))


class ChangeoverSchedule:
    """Product changes of n extruders, each every 4 to 10 h."""

    def __init__(self, n: int, seed: int) -> None:
        self._rngs = [np.random.default_rng([seed, 2, row]) for row in range(n)]
        first = [3600 * rng.uniform(*FIRST_CHANGE_H) for rng in self._rngs]
        self._next: Seconds = np.array(first).astype(np.int64)

    def due(self, now_s: int, ready: Flags) -> list[int]:
        """Rows that change product now; one that is not `ready` (n,) waits."""
        rows = [int(row) for row in np.flatnonzero((self._next <= now_s) & ready)]
        for row in rows:
            self._next[row] = now_s + round(3600 * self._rngs[row].uniform(*CHANGE_H))
        return rows
