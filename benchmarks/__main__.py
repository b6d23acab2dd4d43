"""`make bench`: runs every benchmark and prints ratios against its baseline of the same run."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from benchmarks import (
    bench_age,
    bench_append,
    bench_checks,
    bench_detection,
    bench_frames,
    bench_history,
    bench_history_age,
    bench_monitor,
    bench_mqtt,
    bench_old_way,
    bench_opcua,
    bench_paint,
    bench_push,
    bench_screen,
    bench_similar,
    bench_soak,
    bench_spool,
    bench_store,
    bench_viewers,
    bench_windows,
)

ALL = {
    "windows": bench_windows.run,
    "store": bench_store.run,
    "spool": bench_spool.run,
    "checks": bench_checks.run,
    "append": bench_append.run,
    "mqtt": bench_mqtt.run,
    "opcua": bench_opcua.run,
    "age": bench_age.run,
    "monitor": bench_monitor.run,
    "detection": bench_detection.run,
    "screen": bench_screen.run,
    "paint": bench_paint.run,
    "push": bench_push.run,
    "frames": bench_frames.run,
    "history": bench_history.run,
    "history_age": bench_history_age.run,
    "similar": bench_similar.run,
    "viewers": bench_viewers.run,
    "old_way": bench_old_way.run,
    "soak": bench_soak.run,
}


def hardware() -> str:
    """The machine in one line."""
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = models[0] if models else platform.machine()
    return f"{os.cpu_count()} × {model}, {memory:.0f} GiB, Python {platform.python_version()}"


if __name__ == "__main__":
    wanted = os.environ.get("BENCH", "").split() or list(ALL)
    print(hardware(), flush=True)
    for name in wanted:
        print(f"\n## {name}", flush=True)
        ALL[name]()
