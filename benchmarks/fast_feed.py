"""Feeds a store with the simulated plant faster than once a second: the same seconds, restamped."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

from data.ingest.simulator.simulator import Simulator
from data.settings import Settings
from data.telemetry import open_store


def main(step_ms: int) -> None:
    """Append one row per extruder every `step_ms` until killed, after a full window."""
    settings = Settings.from_env()
    store = open_store(settings.database_url)
    source = Simulator(
        extruders=settings.extruders,
        seed=settings.seed,
        start_ts_ms=int(time.time() * 1000),
        var_dir=Path(mkdtemp()),
        backfill_s=0,
        fault_every_h=None,
    )
    store.put_catalogue(source.catalogue(), source.name, "soak", complete=True)
    step = int(time.time() * 1000) // step_ms - settings.window_s * 1000 // step_ms
    for batch in source.simulate(10**9):
        step += 1
        time.sleep(max(0.0, step * step_ms / 1000 - time.time()))
        store.append([replace(row, ts=step * step_ms) for row in batch])


if __name__ == "__main__":
    main(int(sys.argv[1]))
