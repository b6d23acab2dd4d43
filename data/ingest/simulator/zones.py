"""Barrel and die temperature zones with their PI controllers, one second at a time."""

from __future__ import annotations

import numpy as np

from data.ingest.simulator.effects import Effects
from data.ingest.simulator.noise import Flags, Floats
from data.ingest.simulator.plant import BARREL_ZONES, DIE_ZONES
from data.ingest.simulator.recipes import Targets

# All of these are ours (D): a 90 mm machine that heats by about 7 °C/min.
AMBIENT_C = 25.0
LOSS_TIME_S = 3000.0
HEATING_C_PER_S = 0.16
COOLING_C_PER_S = 0.12
NEIGHBOUR_PER_S = 0.0004
THROAT_PER_S = 0.0001
MELT_PER_S = np.array([0, 0, 0.0004, 0.0008, 0.0010, 0.0012, 0.0012])
SHEAR_C_PER_S = np.array([0.010, 0.020, 0.035, 0.040, 0.035, 0, 0])
OVERHEATED = np.array([0, 0, 0.9, 1, 1, 0, 0])
LOWEST_OUTPUT = np.array([-100.0] * BARREL_ZONES + [0.0] * DIE_ZONES)
RATED_A = np.array([18.0, 16, 16, 16, 14, 10, 10])

GAIN_PERCENT_PER_C = 8.0
RESET_TIME_S = 300.0


class Zones:
    """State of the seven zones of n extruders.

    `temperature` is the true one in °C, `output` the controllers' in −100…100 %, all (n, 7).
    """

    def __init__(self, targets: Targets, below_c: Floats) -> None:
        """Settled at production, except that each extruder is `below_c` (n,) under its set."""
        self.temperature: Floats = targets.zones.copy()
        need = -self._drift(targets.melt, targets.throat, np.ones(len(below_c)), np.ones(1))
        self._integral: Floats = 100 * need / np.where(need > 0, HEATING_C_PER_S, COOLING_C_PER_S)
        self.output: Floats = self._integral.copy()
        self.temperature -= below_c[:, None]

    def step(self, melt: Floats, throat: Floats, flow: Floats, shear: Floats, by: Effects) -> None:
        """Let a second pass; `flow` and `shear` are (n,) relative to healthy production."""
        rate = np.where(self.output > 0, HEATING_C_PER_S * by.heater_ok, COOLING_C_PER_S)
        controlled = rate * self.output / 100 * by.power[:, None]
        overheated = OVERHEATED * (by.barrel_heat * flow)[:, None]
        self.temperature += controlled + overheated + self._drift(melt, throat, flow, shear)

    def control(self, reading: Floats, targets: Targets, by: Effects) -> None:
        """Set the outputs from what the sensors read (n, 7) °C.

        With a broken sensor, or without power, a controller holds what it last did.
        """
        error = targets.zones - reading
        wanted = GAIN_PERCENT_PER_C * error + self._integral
        output = np.clip(wanted, LOWEST_OUTPUT, 100.0)
        holds = ~by.sensor_ok | ~by.power[:, None]
        # Integrating against a stop would overshoot for minutes after it.
        stopped = holds | ((output != wanted) & ((wanted > 0) == (error > 0)))
        step = GAIN_PERCENT_PER_C / RESET_TIME_S * error
        self._integral = np.where(stopped, self._integral, self._integral + step)
        self.output = np.where(holds, self.output, output)

    def current(self, by: Effects) -> Floats:
        """Heater currents in A, (n, 7)."""
        heating = np.maximum(self.output, 0) / 100
        return RATED_A * heating * by.heater_ok * by.power[:, None]

    def near(self, reading: Floats, targets: Targets, by: Effects, within_c: float) -> Flags:
        """Extruders whose zones all read within so many °C of set, broken sensors apart, (n,)."""
        close = np.abs(reading - targets.zones) < within_c
        inside: Flags = np.all(close | ~by.sensor_ok, axis=1)
        return inside

    def _drift(self, melt: Floats, throat: Floats, flow: Floats, shear: Floats) -> Floats:
        """°C/s of every zone by all but its heater and cooler."""
        t = self.temperature
        drift = (AMBIENT_C - t) / LOSS_TIME_S + SHEAR_C_PER_S * shear[:, None]
        drift += MELT_PER_S * flow[:, None] * (melt[:, None] - t)
        drift[:, 1:] += NEIGHBOUR_PER_S * (t[:, :-1] - t[:, 1:])
        drift[:, :-1] += NEIGHBOUR_PER_S * (t[:, 1:] - t[:, :-1])
        drift[:, 0] += THROAT_PER_S * (throat - t[:, 0])
        return drift
