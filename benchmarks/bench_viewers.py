"""What 0, 1, 100 and 10,000 viewers behind nginx cost the store, Redis, web and nginx.

Viewers are connections of `wrk`, each of which asks once a second (benchmarks/viewers.lua).
BENCH_VIEWERS="0 1 100 10000" sets the crowds, BENCH_VIEWERS_S the seconds that each is watched.
"""

from __future__ import annotations

import asyncio
import os
import re
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np

from benchmarks.bench_push import Crowd
from benchmarks.old_way.meter import cpu_seconds
from benchmarks.overload import overload
from data.window_cache import Keys, Status, connect
from data.window_codec import decode
from tests.deploy.counted_stack import CountedStack
from tests.deploy.nginx import HOW_TO_INSTALL, Nginx, installed
from tests.stack import wait_until

CROWDS = [int(n) for n in os.environ.get("BENCH_VIEWERS", "0 1 100 10000").split()]
SECONDS = int(os.environ.get("BENCH_VIEWERS_S", "60"))
STREAMS = int(os.environ.get("BENCH_VIEWERS_STREAMS", "1000"))
SCRIPT = Path(__file__).with_name("viewers.lua")


@dataclass(frozen=True)
class Cost:
    """Running totals; CPU in seconds by process."""

    statements: int
    refreshes: int
    rows: int
    refreshed_ms: int
    asked: dict[str, int]
    cpu: dict[str, float]


def _status(stack: CountedStack) -> Status:
    with connect(stack.settings.redis_url) as client:
        return Status.from_hash(client.hgetall(Keys().status))


def _cost(stack: CountedStack, nginx: Nginx) -> Cost:
    status = _status(stack)
    cpu = {name: cpu_seconds(stack.processes[name].pid) for name in ("web", "worker", "redis")}
    cpu["nginx"] = sum(cpu_seconds(pid) for pid in nginx.workers())
    asked = stack.asked()
    return Cost(
        status.statements_total,
        status.refreshes_total,
        status.rows_total,
        status.last_success,
        asked,
        cpu,
    )


def _wrk(nginx: Nginx, connections: int, seconds: int, flat_out: bool = False) -> list[str]:
    threads = min(2, connections)
    command = f"wrk -t{threads} -c{connections} -d{seconds}s --latency --timeout 10s -s {SCRIPT}"
    env = ["env", "FLAT_OUT=1"] if flat_out else []
    return [*env, *command.split(), nginx.url]


def _answered(printed: str) -> int:
    errors = re.search(r"Non-2xx.*|Socket errors.*", printed)
    print(f"  ! {errors[0]}" if errors else "", end="\n" if errors else "")
    found = re.search(r"(\d+) requests in", printed)
    return int(found[1]) if found else 0


@contextmanager
def _crowd(nginx: Nginx, viewers: int, seconds: int) -> Iterator[list[str]]:
    """wrk while the block runs; afterwards the list has what it printed."""
    printed: list[str] = []
    if viewers == 0:
        yield printed
        return
    wrk = subprocess.Popen(_wrk(nginx, viewers, seconds), stdout=subprocess.PIPE, text=True)
    yield printed
    printed.append(wrk.communicate()[0])


def _ages(nginx: Nginx, seconds: float) -> tuple[list[float], list[float]]:
    """Seconds since the newest reading, and since the answer was made, seen once a second."""
    readings, bodies = [], []
    until = time.monotonic() + seconds
    with httpx.Client(base_url=nginx.url, timeout=10) as browser:
        while time.monotonic() < until:
            for extruder in range(1, 9):
                message = decode(browser.get(f"/windows/{extruder}/delta").content)
                now = time.time()
                readings.append(now - message.head_ts / 1000)
                bodies.append(now - message.served_ts / 1000)
                time.sleep(0.131)
    return readings, bodies


def _watch(stack: CountedStack, nginx: Nginx, viewers: int) -> None:
    with _crowd(nginx, viewers, SECONDS + 15) as printed:
        time.sleep(8)
        before, began = _cost(stack, nginx), time.monotonic()
        # The sampler is a viewer too: with nobody there, nobody looks.
        ages = _ages(nginx, SECONDS) if viewers else time.sleep(SECONDS)
        after, took = _cost(stack, nginx), time.monotonic() - began
    rate = _answered(printed[0]) / (SECONDS + 15) if printed else 0
    _tell_store(viewers, before, after)
    _tell_origin(before, after, took)
    if ages:
        for what, seen in zip(("reading", "answer"), ages, strict=True):
            p50, p95 = np.percentile(seen, [50, 95])
            print(f"  age of the {what}: p50 {p50:.2f} s, p95 {p95:.2f} s, max {max(seen):.2f} s")
    _tell_cpu(before, after, took, rate)


def _tell_store(viewers: int, before: Cost, after: Cost) -> None:
    # Between two refreshes, so that nothing is counted in part.
    refreshed = (after.refreshed_ms - before.refreshed_ms) / 1000
    statements = (after.statements - before.statements) / refreshed
    rows = (after.rows - before.rows) / refreshed
    each = (after.statements - before.statements) / (after.refreshes - before.refreshes)
    print(
        f"{viewers} viewers: store {statements:.3f} statements/s ({each:.3f} per refresh),"
        f" {rows:.3f} rows/s"
    )


def _tell_origin(before: Cost, after: Cost, took: float) -> None:
    rates = [
        (after.asked[path] - before.asked.get(path, 0)) / took
        for path in after.asked
        if path.endswith("/delta")
    ]
    busiest = max(rates, default=0.0)
    print(f"  origin {sum(rates):.2f} requests/s, busiest key {busiest:.2f} requests/s")


def _tell_cpu(before: Cost, after: Cost, took: float, rate: float) -> None:
    shares = {name: (after.cpu[name] - before.cpu[name]) / took for name in after.cpu}
    told = ", ".join(f"{name} {share:.1%}" for name, share in shares.items())
    each = f", nginx {1e6 * shares['nginx'] / rate:.0f} µs each" if rate else ""
    print(f"  answered {rate:,.0f} requests/s; of a core: {told}{each}", flush=True)


def _flat_out(nginx: Nginx) -> None:
    before, began = sum(map(cpu_seconds, nginx.workers())), time.monotonic()
    done = subprocess.run(
        _wrk(nginx, 64, 15, flat_out=True), capture_output=True, text=True, check=True
    )
    cpu, took = sum(map(cpu_seconds, nginx.workers())) - before, time.monotonic() - began
    count = _answered(done.stdout)
    p99 = re.search(r"99%\s+(\S+)", done.stdout)
    print(
        f"flat out, 64 connections: {count / 15:,.0f} requests/s, p99 {p99[1] if p99 else '?'};"
        f" nginx {1e6 * cpu / count:.0f} µs CPU each ({cpu / took:.0%} of a core)",
        flush=True,
    )


async def _streams(stack: CountedStack, nginx: Nginx) -> None:
    crowd = Crowd()
    tasks = []
    for number in range(STREAMS):
        tasks.append(asyncio.create_task(crowd.view(nginx.port, number)))
        if number % 100 == 99:
            await asyncio.sleep(0.3)  # nginx lets 500 a second join
    # From the middle of one second to the middle of another: whole pushes only.
    await asyncio.sleep(5 + 1.6 - time.time() % 1)
    crowd.counting, before = True, _cost(stack, nginx)
    await asyncio.sleep(20)
    crowd.counting, after = False, _cost(stack, nginx)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    costs = ", ".join(
        f"{name} {1e6 * (after.cpu[name] - before.cpu[name]) / crowd.events:.0f} µs"
        for name in ("web", "nginx")
    )
    p50, p99 = np.percentile(crowd.latencies, [50, 99]) * 1000
    print(
        f"{STREAMS} streams through nginx: {crowd.events / (STREAMS * 20):.1%} delivered,"
        f" CPU per delivery {costs}; latency p50 {p50:.0f} ms, p99 {p99:.0f} ms",
        flush=True,
    )


def _sizes(nginx: Nginx) -> None:
    for path in ("/windows/1", "/windows/1/delta", "/plant"):
        with httpx.stream("GET", nginx.url + path) as answer:
            packed = sum(len(part) for part in answer.iter_raw())
        print(f"{path}: {packed} bytes packed")


def run() -> None:
    """A few lines per crowd; one line where nginx or wrk is missing."""
    if installed() is None or shutil.which("wrk") is None:
        print(f"{HOW_TO_INSTALL}, and wrk")
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    with tempfile.TemporaryDirectory() as folder:
        stack = CountedStack(Path(folder))
        try:
            stack.start_all(Path(folder))
            # The first refresh after a rebuild reads once more, for the monitor.
            wait_until(lambda: _status(stack).monitor, 20, "the monitor has begun")
            nginx = Nginx(Path(folder) / "nginx", stack.port)
            try:
                _all(stack, nginx)
            finally:
                nginx.stop()
        finally:
            stack.stop()


def _all(stack: CountedStack, nginx: Nginx) -> None:
    _sizes(nginx)
    for viewers in CROWDS:
        _watch(stack, nginx, viewers)
    _flat_out(nginx)
    asyncio.run(_streams(stack, nginx))
    asyncio.run(overload(nginx.port))
