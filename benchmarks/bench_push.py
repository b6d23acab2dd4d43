"""Thousands of viewers on one web process: CPU per delivery, latency, nothing missing.

Viewers are raw sockets in this process; they count `event:` lines and compare the time in each
message with the clock, which is the same machine's. BENCH_PUSH="1000 5000" sets the crowds.
"""

from __future__ import annotations

import asyncio
import base64
import os
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.old_way.meter import cpu_seconds
from data.window_codec import decode
from tests.browser.plants import live_plant
from tests.stack import Stack

CROWDS = [int(n) for n in os.environ.get("BENCH_PUSH", "1000 5000").split()]
SECONDS = 20
#: Only some of the viewers decode what they get, so that the crowd does not starve the server.
DECODE_EVERY = 50


class Crowd:
    """Open streams and what arrived on them."""

    def __init__(self) -> None:
        self.events = 0
        self.latencies: list[float] = []
        self.counting = False

    async def view(self, port: int, number: int) -> None:
        """One viewer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**18)
        writer.write(f"GET /windows/{number % 8 + 1}/events HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while line := await reader.readline():
            if not self.counting or not line.startswith(b"data: "):
                continue
            self.events += 1
            if number % DECODE_EVERY == 0:
                served = decode(base64.b64decode(line[6:])).served_ts
                self.latencies.append(time.time() - served / 1000)


async def _measure(stack: Stack, viewers: int) -> None:
    crowd, tasks = Crowd(), []
    for number in range(viewers):
        tasks.append(asyncio.create_task(crowd.view(stack.port, number)))
        if number % 100 == 99:
            await asyncio.sleep(0.1)
    await asyncio.sleep(5)
    pid = stack.processes["web"].pid
    # From the middle of one second to the middle of another: whole pushes only.
    await asyncio.sleep(1.6 - time.time() % 1)
    crowd.counting, cpu = True, cpu_seconds(pid)
    await asyncio.sleep(SECONDS)
    crowd.counting, cpu = False, cpu_seconds(pid) - cpu
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    p50, p99 = np.percentile(crowd.latencies, [50, 99]) * 1000
    print(
        f"{viewers} viewers: {crowd.events / (viewers * SECONDS):.2%} delivered,"
        f" {1000 * cpu / crowd.events:.3f} ms CPU per delivery ({cpu / SECONDS:.0%} of a core),"
        f" latency p50 {p50:.0f} ms, p99 {p99:.0f} ms",
        flush=True,
    )


def run() -> None:
    """One line per crowd."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))
    with tempfile.TemporaryDirectory() as folder, live_plant(Path(folder)) as stack:
        for viewers in CROWDS:
            asyncio.run(_measure(stack, viewers))
