"""The SQLite store: rows per second appended, and one second's increment read."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np

from data.telemetry import open_store
from data.windows import Row

EXTRUDERS, SIGNALS, SECONDS = 50, 34, 600


def run() -> None:
    """Insert rate against the needed rate of 50 × 34 at 1 Hz; bytes per reading; read times."""
    random = np.random.default_rng(1)
    quality = np.zeros(SIGNALS, np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "telemetry.sqlite"
        store = open_store(f"sqlite:///{path}")
        started = time.perf_counter()
        for t in range(SECONDS):  # one durable commit a second, as ingest does
            store.append(
                [
                    Row(1000 * t, e, random.normal(size=SIGNALS).astype(np.float32), quality)
                    for e in range(EXTRUDERS)
                ]
            )
        took = time.perf_counter() - started
        last = store.last_seq()
        started = time.perf_counter()
        for n in range(100):
            store.rows_since(last - EXTRUDERS * (n + 1), EXTRUDERS)
        increment = (time.perf_counter() - started) / 100
        started = time.perf_counter()
        store.rows_between(7, 0, 10**12)
        window = time.perf_counter() - started
        store.close()
        size = path.stat().st_size / (SECONDS * EXTRUDERS * SIGNALS)
    print(f"append {SECONDS / took:.0f}× the needed rate, {size:.1f} B per reading")
    print(f"increment of one second {increment * 1000:.2f} ms, one window {window * 1000:.1f} ms")
