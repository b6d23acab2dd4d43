"""The old way (poll, query, plot) against Meltwatch: same machine, server, viewers and readings.

One plant of 8 extruders runs; phases follow each other, because on two cores the old way would
starve Meltwatch. In the old phases Meltwatch's worker and web are stopped and a feed copies its
readings to the old store second by second. OLD_VIEWERS="1 20 100", OLD_SECONDS=20, OLD_HOURS=6
(readings behind the first phase), OLD_PHASES="meltwatch unindexed indexed trigger peer".
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.old_way import narrow_store, peer
from benchmarks.old_way.meter import CpuMeter
from benchmarks.old_way.viewers import EXTRUDERS, Ask, ask_meltwatch, ask_old, crowd
from data.telemetry import open_store
from data.window_cache import Keys, Status, connect
from tests.browser.plants import history_plant
from tests.stack import ROOT, Stack, free_port, wait_until

CROWDS = [int(n) for n in os.environ.get("OLD_VIEWERS", "1 20 100").split()]
SECONDS = float(os.environ.get("OLD_SECONDS", "20"))
HOURS = int(os.environ.get("OLD_HOURS", "6"))
PHASES = os.environ.get("OLD_PHASES", "meltwatch unindexed indexed trigger peer").split()
WINDOW_MS = 900_000


@dataclass(frozen=True)
class Reads:
    """Statements sent to the store and rows fetched from it, so far."""

    statements: int
    rows: int


def run() -> None:
    """Two lines per way and crowd."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        with history_plant(folder, 1, EXTRUDERS, HOURS * 60) as stack:
            if "meltwatch" in PHASES:
                _meltwatch(stack)
            if "peer" in PHASES:
                peer.run(stack, CROWDS, SECONDS)
            if set(PHASES) & set(narrow_store.VARIANTS):
                for process in ("web", "worker"):
                    stack.kill(process)
                _old_ways(stack, folder)


def _meltwatch(stack: Stack) -> None:
    pids = {name: process.pid for name, process in stack.processes.items()}
    signals = _signals(stack)

    def reads() -> Reads:
        status = _status(stack)
        return Reads(status.statements_total, status.rows_total)

    for viewers in CROWDS:
        _measure("Meltwatch", stack.url, viewers, ask_meltwatch, pids, reads)
    print(f"  (a row is one packed second of {signals} signals; none is visited in vain)")


def _status(stack: Stack) -> Status:
    with connect(stack.settings.redis_url) as client:
        return Status.from_hash(client.hgetall(Keys().status))


def _signals(stack: Stack) -> int:
    with closing(open_store(stack.settings.database_url, readonly=True)) as store:
        return len(store.catalogue().extruders[0].signals)


def _old_ways(stack: Stack, folder: Path) -> None:
    before: Path | None = None
    for variant in narrow_store.VARIANTS:
        if variant == "trigger" and variant not in PHASES:
            continue
        path = folder / f"{variant}.sqlite"
        if before is None:
            narrow_store.create(path)
        else:
            narrow_store.change(before, path, variant)
        _catch_up(stack, path)
        before = path
        if variant in PHASES:
            _old_way(stack, path, variant)


def _catch_up(stack: Stack, path: Path) -> None:
    started = time.monotonic()
    with (
        closing(open_store(stack.settings.database_url, readonly=True)) as store,
        closing(narrow_store.connect(path)) as db,
    ):
        copier = narrow_store.Copier(store, db)
        while copier.copy() >= EXTRUDERS * 5:
            pass
        start = int(time.time() * 1000) - WINDOW_MS
        assert narrow_store.holds_the_same(path, store, start, start + WINDOW_MS // 2)
    held, took = narrow_store.rows_held(path), time.monotonic() - started
    print(f"old store, {path.stem}: {held:,} rows, caught up in {took:.1f} s", flush=True)


def _old_way(stack: Stack, path: Path, variant: str) -> None:
    for viewers in CROWDS:
        with _old_stack(stack, path) as (url, pids):
            written, started = narrow_store.rows_held(path), time.monotonic()
            _measure(f"old way, {variant}", url, viewers, ask_old, pids, lambda: _counts(url))
            rate = (narrow_store.rows_held(path) - written) / (time.monotonic() - started)
        visited = narrow_store.rows_visited(path, int(time.time() * 1000) - WINDOW_MS)
        print(f"  {visited:,} rows visited per poll, {rate:.0f} rows/s written", flush=True)


@contextmanager
def _old_stack(stack: Stack, path: Path) -> Iterator[tuple[str, dict[str, int]]]:
    port = free_port()
    env = {**stack.env, "OLD_WAY_STORE": str(path), "PYTHONPATH": str(ROOT)}
    web = f"uvicorn benchmarks.old_way.app:server --port {port} --log-level warning --no-access-log"
    feed = [sys.executable, "-m", "benchmarks.old_way.feed", stack.env["DATABASE_URL"], str(path)]
    processes = {
        name: subprocess.Popen(command, env=env, cwd=ROOT, stdout=stack.log, stderr=stack.log)
        for name, command in (("feed", feed), ("web", web.split()))
    }
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(url), 30, "the old web process answers")
        yield url, {name: process.pid for name, process in processes.items()}
    finally:
        for process in processes.values():
            process.kill()
            process.wait(10)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/counts").is_success
    except httpx.HTTPError:
        return False


def _counts(url: str) -> Reads:
    return Reads(**httpx.get(f"{url}/counts", timeout=300).json())


def _measure(
    what: str, url: str, viewers: int, ask: Ask, pids: dict[str, int], reads: Callable[[], Reads]
) -> None:
    meter, begun = CpuMeter(pids), []

    def started() -> None:
        meter.start()
        begun.append((reads(), time.monotonic()))

    seen = asyncio.run(crowd(url, viewers, SECONDS, ask, started))
    used = meter.used()
    now, (before, since) = reads(), begun[0]
    took = time.monotonic() - since
    print(f"{what}, {viewers} viewers: {seen.line()}")
    print(
        f"  store: {(now.statements - before.statements) / took:.1f} statements/s,"
        f" {(now.rows - before.rows) / took:,.0f} rows/s read; CPU: "
        + ", ".join(f"{name} {share / SECONDS:.1%}" for name, share in used.items()),
        flush=True,
    )


if __name__ == "__main__":
    run()
