"""The store's cost does not depend on how many people watch."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from data.window_cache import Keys, Status, connect
from tests.stack import Stack, wait_until

EXTRUDERS = 4
VIEWERS = 20
SECONDS = 6
#: What one refresh asks of the store: catalogue version, rows since the watermark, last seq.
STATEMENTS_PER_REFRESH = 3
#: What writes the store, or reads its readings for live screens. `data.history` is the one door.
FORBIDDEN = (
    "data.telemetry",
    "data.refresh",
    "data.jobs",
    "data.worker",
    "data.ingest",
    "data.notifier",
)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    running = Stack(tmp_path, EXTRUDERS=str(EXTRUDERS))
    running.start_redis()
    running.start_ingest()
    wait_until((tmp_path / "telemetry.sqlite").exists, 10, "ingest made the store")
    running.start_worker()
    # The web process could not read the store if it wanted to.
    running.env["DATABASE_URL"] = f"sqlite:///{tmp_path / 'nowhere' / 'telemetry.sqlite'}"
    running.start_web()
    running.wait_ready()
    # The first refresh after a rebuild reads once more, for the monitor.
    wait_until(lambda: status(running).monitor, 10, "the monitor has begun")
    yield running
    running.stop()


@dataclass(frozen=True)
class Cost:
    statements: int
    refreshes: int

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.statements - other.statements, self.refreshes - other.refreshes)


def status(stack: Stack) -> Status:
    with connect(stack.settings.redis_url) as client:
        return Status.from_hash(client.hgetall(Keys().status))


def cost(stack: Stack) -> Cost:
    now = status(stack)
    return Cost(now.statements_total, now.refreshes_total)


async def watch(client: httpx.AsyncClient, extruder: int, until: float) -> int:
    """One browser: the plant, a snapshot, then deltas and cards until the time is over."""
    answered = 0
    for path in ("/", f"/extruder/{extruder}", f"/catalogue/{extruder}", f"/windows/{extruder}"):
        answered += (await client.get(path)).is_success
    while time.monotonic() < until:
        for path in (f"/windows/{extruder}/delta", "/plant", "/plant/sparks", "/alarms/now"):
            answered += (await client.get(path)).is_success
        await asyncio.sleep(0.2)
    return answered


async def crowd(url: str) -> int:
    async with httpx.AsyncClient(base_url=url, timeout=10) as client:
        until = time.monotonic() + SECONDS
        return sum(
            await asyncio.gather(*(watch(client, n % EXTRUDERS + 1, until) for n in range(VIEWERS)))
        )


def open_files(pid: int) -> set[str]:
    links = set()
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            links.add(os.readlink(f"/proc/{pid}/fd/{name}"))
        except FileNotFoundError:
            continue
    return links


def test_twenty_viewers_cost_the_store_no_statement(stack: Stack) -> None:
    start = cost(stack)
    time.sleep(SECONDS)
    alone = cost(stack) - start
    start = cost(stack)
    answered = asyncio.run(crowd(stack.url))
    watched = cost(stack) - start
    assert answered > VIEWERS * SECONDS * 3, "the viewers were really served"
    assert alone.refreshes >= SECONDS - 2
    assert alone.statements == alone.refreshes * STATEMENTS_PER_REFRESH
    assert watched.statements == watched.refreshes * STATEMENTS_PER_REFRESH
    assert abs(watched.refreshes - alone.refreshes) <= 2
    assert not any("sqlite" in name for name in open_files(stack.processes["web"].pid))


def test_importing_the_web_process_loads_nothing_that_the_workers_do() -> None:
    code = f"import sys, app; print([m for m in sys.modules if m.startswith({FORBIDDEN})])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
