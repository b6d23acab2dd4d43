"""Small plants and rows for tests."""

from __future__ import annotations

import numpy as np

from data.extruders import Catalogue, Extruder, Limits, Product, Signal
from data.quality import Quality
from data.windows import Row

SIGNALS = (
    Signal("MeltPressure", "Melt pressure", "bar", "Melt", 0, 400, 0, 1),
    Signal("MeltTemperature", "Melt temperature", "°C", "Melt", 100, 260, 1, 2),
    Signal("JobStatus", "Job", "", "State", 0, 2, 0, 0, {1: "START_UP_ACTIVE", 2: "IN_PROD"}),
)


def plant(extruders: int, signals: tuple[Signal, ...] = SIGNALS) -> Catalogue:
    """A plant of `extruders` with limits H 300 and HH 350 bar on melt pressure."""
    limits = {0: {"MeltPressure": Limits(h=300.0, hh=350.0)}}
    return Catalogue(
        0,
        tuple(Extruder(i, f"Extruder {i}", signals, limits) for i in range(1, extruders + 1)),
        (Product(1, "HDPE pipe"),),
    )


def row(ts: int, extruder: int, *values: float | None, seq: int = 0) -> Row:
    """A row of good readings; None is a signal that the row does not report."""
    quality = [Quality.ABSENT if v is None else Quality.GOOD for v in values]
    numbers = [np.nan if v is None else v for v in values]
    return Row(ts, extruder, np.array(numbers, np.float32), np.array(quality, np.uint8), seq)
