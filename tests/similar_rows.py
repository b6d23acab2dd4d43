"""Readings around an onset in which chosen signals move: for tests of similar events."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from data.quality import Quality
from data.windows import Row

PRESSURE, LOAD = "MeltPressureZone_001.Pressure.ActualValue", "MainDrive.Load.ActualValue"
ZONES = tuple(f"TemperatureZone_{zone:03d}.Temperature.ActualValue" for zone in (1, 2, 3))
NAMES = (PRESSURE, LOAD, *ZONES, "JobStatus", "Product")
USUAL = dict(zip(NAMES, (200.0, 70.0, 180.0, 190.0, 200.0, 2.0, 1.0), strict=True))
MINUTE_MS, STEP_MS = 60_000, 5_000

#: Minutes since the onset → what is added to a signal.
Moves = Mapping[str, Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]]

CLOGGING: Moves = {PRESSURE: lambda m: 1.5 * m.clip(0), LOAD: lambda m: 0.1 * m.clip(0)}
BRIDGING: Moves = {PRESSURE: lambda m: -60.0 * (m > 1), LOAD: lambda m: -25.0 * (m > 1)}


def zone_cold(zone: int) -> Moves:
    """Zone 1, 2 or 3 loses its heat."""
    return {ZONES[zone - 1]: lambda m: -1.0 * m.clip(0)}


def rows_of(
    onset: int,
    moves: Moves,
    extruder: int = 1,
    minutes: tuple[float, float] = (-30, 60),
    scale: float = 1.0,
    seed: int = 0,
) -> list[Row]:
    """Rows from `minutes` before to after the onset (ms), every 5 s, of signals NAMES.

    `scale` multiplies what is usual and its noise, as on another machine.
    """
    rng = np.random.default_rng([seed, extruder])
    times = onset + np.arange(minutes[0] * MINUTE_MS, minutes[1] * MINUTE_MS, STEP_MS).astype(int)
    since = (times - onset) / MINUTE_MS
    values = np.stack([np.full(len(times), USUAL[name]) for name in NAMES], axis=1)
    values[:, :-2] += rng.normal(0, 0.3, (len(times), len(NAMES) - 2))
    for name, move in moves.items():
        values[:, NAMES.index(name)] += move(since)
    values[:, :-2] *= scale
    good = np.full(len(NAMES), Quality.GOOD, np.uint8)
    return [
        Row(int(ts), extruder, row.astype(np.float32), good.copy())
        for ts, row in zip(times, values, strict=True)
    ]
