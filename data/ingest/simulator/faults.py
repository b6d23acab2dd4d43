"""Malfunctions of the simulated plant: how long each lasts and how strong each is when.

The effects of a strength on the plant are in `effects`. Durations are ours (D): the field's
hours to months are shortened so that an afternoon shows each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.ingest.simulator.noise import Flags, Floats
from data.ingest.simulator.recipes import PVC_PROFILE

Seconds = npt.NDArray[np.int64]

#: Later than any second of a simulation.
NEVER_S = 2**60


@dataclass(frozen=True)
class FaultKind:
    """One malfunction of DOMAIN.md.

    It lasts `minutes` from onset to repair, reaches full strength after the share `onset` of
    them (0: at once), and fades within `recovery_s` seconds of the repair.
    """

    name: str
    minutes: float
    onset: float
    recovery_s: float


FAULTS = {
    kind.name: kind
    for kind in (
        FaultKind("screen_clogging", 120, 0.9, 30),
        FaultKind("heater_band_failure", 45, 0.0, 0),
        FaultKind("thermocouple_break", 20, 0.0, 0),
        FaultKind("thermocouple_drift", 180, 0.8, 60),
        FaultKind("surging", 20, 0.15, 60),
        FaultKind("bridging", 12, 0.15, 60),
        FaultKind("overheated_melt", 45, 0.5, 300),
        FaultKind("motor_overload", 8, 0.05, 20),
        FaultKind("gearbox_overheating", 120, 0.8, 600),
        FaultKind("cooling_loss", 25, 0.3, 180),
        FaultKind("screw_wear", 240, 0.8, 60),
        FaultKind("power_dip", 4, 0.0, 0),
    )
}
COLUMN = {name: column for column, name in enumerate(FAULTS)}

#: Zones whose sensor may fail, as indices 0…6. Not the feed zone: losing it starves the screw,
#: which is a different picture.
SENSOR_ZONES = (1, 2, 3, 4, 5, 6)
#: Zones whose heater may fail: those that live by their heater. Between them the screw itself
#: heats, so that a dead band would hardly show.
HEATER_ZONES = (1, 5, 6)


def faults_for(product: int) -> tuple[str, ...]:
    """Faults that can befall a line making this product; rigid PVC runs without a screen."""
    if product == PVC_PROFILE:
        return tuple(name for name in FAULTS if name != "screen_clogging")
    return tuple(FAULTS)


def pick_zone(fault: str, rng: np.random.Generator) -> int:
    """Index 0…6 of a zone that the fault may befall; of no meaning for other faults."""
    return int(rng.choice(HEATER_ZONES if fault == "heater_band_failure" else SENSOR_ZONES))


class FaultBoard:
    """Faults of n extruders, at most one of each kind at a time. Times are simulated seconds.

    Arrays are (n, 12), a column per kind in the order of FAULTS. `zone` is the index 0…6 of the
    zone that a heater or sensor fault befalls.
    """

    def __init__(self, n: int) -> None:
        shape = (n, len(FAULTS))
        self.start: Seconds = np.full(shape, NEVER_S, np.int64)
        self.end: Seconds = np.full(shape, NEVER_S, np.int64)
        self.zone: Seconds = np.zeros(shape, np.int64)
        self._onset_s: Floats = np.ones(shape)
        self._recovery_s: Floats = np.ones(shape)

    def begin(self, row: int, fault: str, now_s: int, minutes: float, zone: int) -> None:
        """Let a fault begin now and last `minutes`; all its phases are scaled alike."""
        kind, at = FAULTS[fault], (row, COLUMN[fault])
        length_s = max(1, round(minutes * 60))
        self.start[at], self.end[at], self.zone[at] = now_s, now_s + length_s, zone
        self._onset_s[at] = max(1.0, kind.onset * length_s)
        self._recovery_s[at] = max(1.0, kind.recovery_s * min(1.0, minutes / kind.minutes))

    def levels(self, now_s: int) -> Floats:
        """Strength of every fault now, 0 (none) to 1, (n, 12)."""
        risen = (np.minimum(now_s + 1, self.end) - self.start) / self._onset_s
        left = 1.0 - (now_s + 1 - self.end) / self._recovery_s
        return np.clip(risen, 0.0, 1.0) * np.clip(left, 0.0, 1.0)

    def active(self, now_s: int) -> Flags:
        """Which faults have begun and are not repaired, (n, 12)."""
        return (self.start <= now_s) & (now_s < self.end)

    def repaired(self, now_s: int) -> list[tuple[int, str]]:
        """Extruder rows and names of the faults whose repair is now."""
        names = tuple(FAULTS)
        return [(int(row), names[column]) for row, column in np.argwhere(self.end == now_s)]
