"""Runs of the simulated plant for tests: no clock, a few simulated minutes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data.extruders import JOB_IN_PRODUCTION, JOB_STATUS
from data.ingest.simulator import Simulator
from data.ingest.simulator.plant import SIGNALS, SLOT

START_MS = 1_700_000_000_000


def quiet_plant(var_dir: Path, extruders: int = 3, seed: int = 1) -> Simulator:
    """A plant without scheduled faults that begins at START_MS."""
    return Simulator(extruders, seed, START_MS, var_dir, backfill_s=0, fault_every_h=None)


def record(plant: Simulator, seconds: int) -> tuple[npt.NDArray, npt.NDArray]:
    """Values and quality of the next seconds, each (seconds, extruders, 34)."""
    batches = list(plant.simulate(seconds))
    values = np.array([[row.values for row in batch] for batch in batches])
    quality = np.array([[row.quality for row in batch] for batch in batches])
    return values, quality


def outside_limits(plant: Simulator, values: npt.NDArray) -> list[str]:
    """Signals of lines in production that crossed a limit of the product being made."""
    crossed = []
    for row, extruder in enumerate(plant.catalogue().extruders):
        for product in extruder.limits:
            made = (values[:, row, SLOT["Product"]] == product) & (
                values[:, row, SLOT[JOB_STATUS]] == JOB_IN_PRODUCTION
            )
            for name, limits in extruder.limits_for(product).items():
                seen = values[made, row, SLOT[name]]
                low = -np.inf if limits.l is None else limits.l
                high = np.inf if limits.h is None else limits.h
                if ((seen < low) | (seen > high)).any():
                    crossed.append(f"{extruder.name}: {name}")
    return crossed


@dataclass
class Course:
    """Means and standard deviations by signal name before, at the end of, and after a fault."""

    zone: int
    before: dict[str, float]
    during: dict[str, float]
    after: dict[str, float]
    spread_before: dict[str, float]
    spread_during: dict[str, float]
    values: npt.NDArray
    quality: npt.NDArray

    def change(self, name: str) -> float:
        return self.during[name] - self.before[name]


def course_of(fault: str, var_dir: Path, minutes: float = 10, rest_s: int = 300) -> Course:
    """Extruder 1 for two minutes, through a fault of some minutes, and `rest_s` seconds after."""
    plant = quiet_plant(var_dir, extruders=1)
    before, _ = record(plant, 120)
    plant.begin_fault(1, fault, minutes)
    zone = int(plant._faults.zone.max()) + 1
    values, quality = (seen[:, 0] for seen in record(plant, round(minutes * 60)))
    after, _ = record(plant, rest_s)
    return Course(
        zone,
        _by_name(before[:, 0].mean(axis=0)),
        _by_name(values[-60:].mean(axis=0)),
        _by_name(after[-120:, 0].mean(axis=0)),
        _by_name(before[:, 0].std(axis=0)),
        _by_name(values[-60:].std(axis=0)),
        values,
        quality,
    )


def _by_name(row: npt.NDArray) -> dict[str, float]:
    return {signal.name: float(value) for signal, value in zip(SIGNALS, row, strict=True)}
