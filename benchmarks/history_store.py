"""The store of the history benchmarks: 90 days × 50 extruders of rollups, 7 days of readings."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.history_plant import fill

DAYS, EXTRUDERS, RAW_DAYS = 90, 50, 7
#: About 12 GB: made once, for some minutes, and kept.
FOLDER = Path(os.environ.get("BENCH_HISTORY", "/var/tmp/meltwatch-history"))


def history_store() -> Path:
    """Path of the store; makes it if it is not there yet."""
    path = FOLDER / "telemetry.sqlite"
    if not (FOLDER / "complete").exists():
        print(f"making {path}: some minutes and 12 GB", flush=True)
        FOLDER.mkdir(parents=True, exist_ok=True)
        for left in FOLDER.glob("telemetry.sqlite*"):
            left.unlink()
        fill(path, DAYS, EXTRUDERS, None, RAW_DAYS * 24 * 60)
        (FOLDER / "complete").write_text(time.strftime("%Y-%m-%d %H:%M:%S"))
    return path


def describe(path: Path) -> str:
    """What is in the store, in one line."""
    with closing(sqlite3.connect(path)) as db:
        counts = {
            table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("readings", "minute_rollups", "hour_rollups", "malfunctions")
        }
    parts = [f"{count:,} {table.replace('_', ' ')}" for table, count in counts.items()]
    return f"{', '.join(parts)}; {path.stat().st_size / 2**30:.1f} GiB"
