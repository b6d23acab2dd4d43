"""What a tick of the monitor costs on one core, at 50 × 34 and 1,000 × 34."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from data.ingest.simulator import Simulator
from data.monitor.findings import Terms
from data.monitor.monitor import Monitor
from data.monitor.view import card_extras

START_MS = 1_700_000_000_000
#: Seconds measured after as many of warming up; enough for all that happens once a block.
SECONDS = {50: 1200, 1000: 240}


def _ticks(extruders: int, fault_every_h: float | None) -> tuple[np.ndarray, np.ndarray]:
    """ms of judging a second, and of handing the state over, per tick."""
    judged, handed = [], []
    with tempfile.TemporaryDirectory() as folder:
        plant = Simulator(extruders, 1, START_MS, Path(folder), 0, fault_every_h)
        monitor = Monitor(plant.catalogue(), Terms())
        seconds = SECONDS[extruders]
        for second, rows in enumerate(plant.simulate(2 * seconds)):
            times = [time.perf_counter()]
            monitor.take(rows)
            monitor.tick(rows[0].ts)
            monitor.findings()
            card_extras(monitor)
            times.append(time.perf_counter())
            monitor.state(slow=False)
            if monitor.found.slow_changed:
                monitor.state(slow=True)
                monitor.found.slow_changed = False
            times.append(time.perf_counter())
            if second >= seconds:
                judged.append(1000 * (times[1] - times[0]))
                handed.append(1000 * (times[2] - times[1]))
    return np.array(judged), np.array(handed)


def run() -> None:
    """Median, 95th percentile and greatest time of a tick, and the share of the limit."""
    for extruders, limit_ms in ((50, 100), (1000, 700)):
        judged, handed = _ticks(extruders, fault_every_h=3.0)
        whole = judged + handed
        print(
            f"{extruders:5} × 34: judged p50 {np.median(judged):.2f} ms, with state handed over"
            f" p50 {np.median(whole):.2f}, p95 {np.percentile(whole, 95):.2f},"
            f" max {whole.max():.1f} ms; limit {limit_ms} ms, p95 is"
            f" {limit_ms / np.percentile(whole, 95):.0f} × below"
        )


if __name__ == "__main__":
    run()
