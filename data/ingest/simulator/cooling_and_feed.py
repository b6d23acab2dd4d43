"""Hopper, feed throat, sizing vacuum and water bath."""

from __future__ import annotations

import numpy as np

from data.ingest.simulator.effects import Effects
from data.ingest.simulator.noise import Flags, Floats
from data.ingest.simulator.recipes import Targets

# Ours (D).
HOPPER_KG = 100.0
LOADER_PERCENT_PER_S = 1.5
LOADER_STARTS_PERCENT, LOADER_STOPS_PERCENT = 33.0, 87.0
BATH_TIME_S, THROAT_TIME_S, VACUUM_TIME_S = 60.0, 90.0, 5.0
#: Pellets begin to stick so many °C over a healthy throat, and hang at so many more.
STICKY_C, STICKY_SPAN_C, STUCK_SHARE = 22.0, 10.0, 0.5


class CoolingAndFeed:
    """State of the line around the screw of n extruders; arrays (n,), °C, bar, %."""

    def __init__(self, targets: Targets, running: Flags, hopper_percent: Floats) -> None:
        self.vacuum: Floats = np.where(running, targets.vacuum, 0.0)
        self.bath: Floats = targets.bath.copy()
        self.throat: Floats = targets.throat.copy()
        self.hopper: Floats = hopper_percent.copy()
        self._loading: Flags = np.zeros(len(hopper_percent), bool)

    def step(self, targets: Targets, turning: Floats, kg_per_h: Floats, by: Effects) -> None:
        """Let a second pass; `turning` is the speed relative to set, `kg_per_h` the flow."""
        pulled = targets.vacuum * (turning > 0.3)
        self.vacuum += (pulled - self.vacuum) / VACUUM_TIME_S
        self.bath += (targets.bath + by.bath_offset_c - self.bath) / BATH_TIME_S
        self.throat += (targets.throat + by.throat_offset_c - self.throat) / THROAT_TIME_S
        self._empty_and_load(kg_per_h, by)

    def feed(self, targets: Targets, by: Effects) -> Floats:
        """Share of a full screw that the hopper delivers; a hot throat lets pellets bridge."""
        over = (self.throat - targets.throat - STICKY_C) / STICKY_SPAN_C
        return by.feed * (1 - STUCK_SHARE * np.clip(over, 0.0, 1.0))

    def _empty_and_load(self, kg_per_h: Floats, by: Effects) -> None:
        self._loading |= self.hopper < LOADER_STARTS_PERCENT
        self._loading &= self.hopper < LOADER_STOPS_PERCENT
        self.hopper += LOADER_PERCENT_PER_S * (self._loading & by.power)
        self.hopper -= 100 * kg_per_h / 3600 / HOPPER_KG
