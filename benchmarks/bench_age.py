"""Age of what a viewer holds, at 50 × 34 and 1 Hz, sampled ten times a second.

The viewer asks like the browser: next poll one second after the last, with jitter.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from pathlib import Path

import httpx
import numpy as np

from benchmarks.old_way.meter import cpu_seconds
from data.window_codec import decode
from tests.stack import Stack, wait_until

EXTRUDERS = int(os.environ.get("BENCH_EXTRUDERS", "50"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
SHARDS = int(os.environ.get("BENCH_SHARDS", "1"))
VIEWERS = 10


async def _poll(client: httpx.AsyncClient, extruder: int, heads: dict[int, int]) -> None:
    while True:
        answer = await client.get(f"/windows/{extruder}/delta")
        heads[extruder] = decode(answer.content).head_ts
        await asyncio.sleep(random.uniform(0.95, 1.05))


async def sample(url: str, seconds: float = SECONDS) -> list[float]:
    """Ages (s) of what ten viewers hold, ten times a second for `seconds`."""
    heads: dict[int, int] = {}
    ages: list[float] = []
    async with httpx.AsyncClient(base_url=url, timeout=10) as client:
        viewers = [
            asyncio.create_task(_poll(client, 1 + n * EXTRUDERS // VIEWERS, heads))
            for n in range(VIEWERS)
        ]
        await asyncio.sleep(3)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await asyncio.sleep(0.1)
            ages += [time.time() - head / 1000 for head in heads.values()]
        for viewer in viewers:
            viewer.cancel()
    return ages


def caught_up(stack: Stack) -> bool:
    """Every extruder has news: what the simulator fills in at its start is taken in."""
    cards = httpx.get(f"{stack.url}/plant", timeout=20).json()["cards"]
    oldest = min((card["head"] for card in cards), default=0)
    return len(cards) == EXTRUDERS and time.time() - oldest / 1000 < 5


def cpu_s(stack: Stack) -> dict[str, float]:
    """CPU seconds so far by process."""
    return {name: cpu_seconds(process.pid) for name, process in stack.processes.items()}


def run() -> None:
    """Percentiles of data age over all viewers and samples."""
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder), EXTRUDERS=str(EXTRUDERS), SHARDS=str(SHARDS))
        try:
            stack.start_redis()
            stack.start_ingest()
            wait_until((Path(folder) / "telemetry.sqlite").exists, 20, "ingest made the store")
            for number in range(max(2, SHARDS)):
                stack.start_worker(f"worker {number + 1}")
            stack.start_web()
            wait_until(lambda: caught_up(stack), 600, "the windows are live")
            before = cpu_s(stack)
            ages = asyncio.run(sample(stack.url))
            used = {name: cpu - before[name] for name, cpu in cpu_s(stack).items()}
        finally:
            stack.stop()
    p50, p95, p99 = np.percentile(ages, [50, 95, 99])
    print(f"{EXTRUDERS} extruders, {SHARDS} shards, {VIEWERS} viewers, {len(ages)} samples")
    print(f"age p50 {p50:.2f} s, p95 {p95:.2f} s, p99 {p99:.2f} s, max {max(ages):.2f} s")
    print("CPU " + ", ".join(f"{name} {cpu / SECONDS:.0%}" for name, cpu in used.items()))


if __name__ == "__main__":
    sys.exit(run())
