"""Screw, melt and gearbox: what the drive does to the polymer and the polymer to the drive."""

from __future__ import annotations

import numpy as np

from data.ingest.simulator.effects import OVERLOAD_PERCENT, OVERLOAD_SAG_SHARE, Effects
from data.ingest.simulator.noise import Flags, Floats
from data.ingest.simulator.recipes import Targets
from data.ingest.simulator.zones import AMBIENT_C

# Time constants in s and sensitivities; all ours (D).
SPEED_TIME_S = 3.0
PRESSURE_TIME_S = 3.0
LOAD_TIME_S = 2.0
MELT_TIME_S, STANDING_MELT_TIME_S = 40.0, 400.0
OIL_TIME_S = 1800.0
SHEAR_HEATING_C = 6.0
ZONE_SHARES = np.array([0, 0.05, 0.10, 0.15, 0.20, 0.25, 0.25])
FLOW_EXPONENT = 0.5  # shear thinning: pressure grows slower than flow
IDLE_TORQUE = 0.2
BACK_PRESSURE_TORQUE = 0.25


class MeltAndDrive:
    """State of screw, melt and gearbox of n extruders; arrays (n,), units as in Recipe.

    `flow` and `shear` are relative to healthy production.
    """

    def __init__(self, targets: Targets, running: Flags) -> None:
        self.speed: Floats = np.where(running, targets.speed, 0.0)
        self.flow: Floats = running.astype(float)
        self.shear: Floats = running.astype(float)
        self.melt: Floats = targets.melt.copy()
        self.screen_bar: Floats = np.where(running, targets.screen_bar, 0.0)
        self.pressure: Floats = np.where(running, targets.pressure, 0.0)
        self.load: Floats = np.where(running, targets.load, 0.0)
        self._oil: Floats = targets.gearbox.copy()
        self.oil: Floats = self._oil

    def step(
        self, targets: Targets, ramp: Floats, feed: Floats, zones: Floats, by: Effects
    ) -> None:
        """Let a second pass with the drive at the share `ramp` of its set speed.

        `feed` (n,) is the share of a full screw, `zones` (n, 7) the true temperatures in °C.
        """
        self._turn(targets, ramp, by)
        turning = self.speed / targets.speed
        filled = feed * by.delivery * (1 + by.swing)
        self.flow = turning * filled
        self._warm(targets, turning, zones, by)
        viscosity = np.exp(-targets.thinning * (self.melt - targets.melt))
        self.shear = turning * viscosity
        self._press(targets, viscosity, by)
        self._pull(targets, turning, viscosity, filled, by)
        self._heat_oil(targets, turning, by)

    def throughput(self, targets: Targets) -> Floats:
        """kg/h, (n,)."""
        return targets.throughput * self.flow

    def _turn(self, targets: Targets, ramp: Floats, by: Effects) -> None:
        wanted = ramp * targets.speed * (1 - OVERLOAD_SAG_SHARE * by.overload)
        self.speed += (wanted - self.speed) / SPEED_TIME_S
        self.speed[(self.speed < 0.01) | ~by.power] = 0.0

    def _warm(self, targets: Targets, turning: Floats, zones: Floats, by: Effects) -> None:
        apart = (zones - targets.zones) @ ZONE_SHARES
        sheared = SHEAR_HEATING_C * (self.shear - 1) + by.melt_offset_c
        flowing = targets.melt + apart + sheared
        turns = turning > 0.05
        wanted = np.where(turns, flowing, zones[:, -2:].mean(axis=1))
        time_s = np.where(turns, MELT_TIME_S, STANDING_MELT_TIME_S)
        self.melt += (wanted - self.melt) / time_s

    def _press(self, targets: Targets, viscosity: Floats, by: Effects) -> None:
        self.screen_bar = (targets.screen_bar + by.clog_bar) * self.flow * viscosity
        die = (targets.pressure - targets.screen_bar) * viscosity * self.flow**FLOW_EXPONENT
        wanted = die * (1 + 0.5 * by.swing) + self.screen_bar
        self.pressure += (wanted - self.pressure) / PRESSURE_TIME_S

    def _pull(
        self, targets: Targets, turning: Floats, viscosity: Floats, filled: Floats, by: Effects
    ) -> None:
        resistance = IDLE_TORQUE + (1 - IDLE_TORQUE) * viscosity**0.8 * np.sqrt(filled)
        pushed = 1 + BACK_PRESSURE_TORQUE * (self.pressure / targets.pressure - 1)
        wanted = targets.load * resistance * pushed * turning**0.3
        wanted += (OVERLOAD_PERCENT - targets.load) * by.overload * (turning > 0)
        self.load += (wanted - self.load) / LOAD_TIME_S
        self.load[self.speed == 0] = 0.0

    def _heat_oil(self, targets: Targets, turning: Floats, by: Effects) -> None:
        working = 0.3 + 0.7 * self.load / targets.load
        wanted = AMBIENT_C + (targets.gearbox - AMBIENT_C) * turning * working
        self._oil += (wanted - self._oil) / OIL_TIME_S
        # The lost cooling shows in the oil without waiting for the slow mass of the gearbox, or
        # a fault shortened to minutes would not show.
        self.oil = self._oil + by.oil_offset_c
