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

from data.window_codec import decode
from tests.stack import Stack, wait_until

EXTRUDERS = int(os.environ.get("BENCH_EXTRUDERS", "50"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
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


def run() -> None:
    """Percentiles of data age over all viewers and samples."""
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder), EXTRUDERS=str(EXTRUDERS))
        try:
            stack.start_redis()
            stack.start_ingest()
            wait_until((Path(folder) / "telemetry.sqlite").exists, 20, "ingest made the store")
            stack.start_worker("worker 1")
            stack.start_worker("worker 2")
            stack.start_web()
            stack.wait_ready(60)
            ages = asyncio.run(sample(stack.url))
        finally:
            stack.stop()
    p50, p95, p99 = np.percentile(ages, [50, 95, 99])
    print(f"{EXTRUDERS} extruders, {VIEWERS} viewers, {len(ages)} samples in {SECONDS:.0f} s")
    print(f"age p50 {p50:.2f} s, p95 {p95:.2f} s, p99 {p99:.2f} s, max {max(ages):.2f} s")


if __name__ == "__main__":
    sys.exit(run())
