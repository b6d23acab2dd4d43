"""What the checks of delivered rows cost on one core, per row of 34 signals, and each of them."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from data.ingest.checks import NAMES, Checks
from data.ingest.simulator import Simulator
from data.windows import Row

START_MS = 1_700_000_000_000
ROWS, AT_ONCE = 10_000, 500


def _costs(rows: list[Row], plant: Simulator, named: tuple[str, ...]) -> np.ndarray:
    """µs of CPU per row, for every AT_ONCE rows."""
    catalogue = plant.catalogue()
    checks = Checks(lambda: catalogue, named)
    costs = []
    for first in range(0, len(rows), AT_ONCE):
        began = time.process_time()
        for row in rows[first : first + AT_ONCE]:
            checks.row(row, row.ts + 100)
        costs.append((time.process_time() - began) / AT_ONCE * 1e6)
    return np.array(costs)


def run() -> None:
    """Median and greatest cost; of each check what it adds to none."""
    with tempfile.TemporaryDirectory() as folder:
        plant = Simulator(1, 1, START_MS, Path(folder), 0, None)
        rows = [row for (row,) in plant.simulate(ROWS)]
        costs, none = _costs(rows, plant, NAMES), np.median(_costs(rows, plant, ()))
        each = {name: np.median(_costs(rows, plant, (name,))) - none for name in NAMES}
    parts = ", ".join(f"{name} {cost:.1f}" for name, cost in each.items())
    print(
        f"row of 34 signals: p50 {np.median(costs):.1f}, max {costs.max():.1f} µs; goal 50 µs;"
        f" without any {none:.1f}, {parts}"
    )


if __name__ == "__main__":
    run()
