"""Meltwatch against Node-RED with FlowFuse Dashboard: the same 8 × 32 signals, pushed by both.

Install the peer outside the tree (NODE_RED names another folder):

    npm install --prefix /var/tmp/oldway node-red @flowfuse/node-red-dashboard

FLOWFUSE_MINUTES is how much its charts keep (Meltwatch: 15 min).
"""

from __future__ import annotations

import asyncio
import base64
import re
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field

import httpx
import numpy as np

from benchmarks.old_way import node_red
from benchmarks.old_way.meter import CpuMeter
from benchmarks.old_way.socket_io import join
from data.extruders import JOB_STATUS, PRODUCT
from data.telemetry import TelemetryStore, open_store
from data.window_codec import decode
from data.windows import Row
from tests.stack import Stack

EXTRUDERS = range(1, 9)
WINDOW_MS = 900_000
#: A crowd that has not joined by then is not measured.
JOIN_S = 300.0
SETTLE_S = 6.0
_X = re.compile(rb'"x":(\d+)')


@dataclass
class Heard:
    """What arrived while it was counted, and the bytes that each viewer joined with."""

    counting: bool = False
    messages: int = 0
    size: int = 0
    joined: dict[int, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)

    def note(self, head_ts: int, size: int) -> None:
        """A message whose newest reading is of `head_ts` (ms)."""
        if self.counting:
            self.messages += 1
            self.size += size
            self.latencies.append(time.time() * 1000 - head_ts)


View = Callable[[int, Heard], Coroutine[None, None, None]]


def run(stack: Stack, crowds: Sequence[int], seconds: float) -> None:
    """Two lines per crowd for Meltwatch and, if it is installed, as many for the peer."""
    for viewers in crowds:
        pids = {name: process.pid for name, process in stack.processes.items()}
        view = _meltwatch(stack.port)
        _say("Meltwatch, push", asyncio.run(_crowd(view, viewers, seconds, pids)), viewers, seconds)
    if not node_red.installed():
        print(f"no Node-RED in {node_red.FOLDER}: see benchmarks/old_way/peer.py")
        return
    print(f"  (FlowFuse's charts keep {node_red.KEEP_MIN} min)")
    with node_red.running() as (url, pid):
        feed = _Feed(stack.settings.database_url, url)
        feed.past()
        for viewers in crowds:
            heard = asyncio.run(_fed(feed, url, viewers, seconds, pid))
            _say("Node-RED, FlowFuse Dashboard", heard, viewers, seconds)


def _say(what: str, outcome: tuple[Heard, dict[str, float]], viewers: int, seconds: float) -> None:
    heard, used = outcome
    expected = viewers * seconds * len(EXTRUDERS)
    p50, p95 = np.percentile(heard.latencies, [50, 95]) if heard.latencies else (np.nan, np.nan)
    print(
        f"{what}, {viewers} viewers: {heard.messages / expected:.1%} delivered,"
        f" {heard.size / viewers / seconds / 1000:.1f} kB/s per viewer,"
        f" reading → viewer p50 {p50:.0f} / p95 {p95:.0f} ms,"
        f" {np.mean(list(heard.joined.values())) / 1000:,.0f} kB to join a page; CPU: "
        + ", ".join(f"{name} {share / seconds:.1%}" for name, share in used.items()),
        flush=True,
    )


async def _crowd(
    view: View, viewers: int, seconds: float, pids: dict[str, int]
) -> tuple[Heard, dict[str, float]]:
    heard, meter = Heard(), CpuMeter(pids)
    tasks: list[asyncio.Task[None]] = []
    for number in range(viewers):
        tasks.append(asyncio.create_task(view(number, heard)))
        await asyncio.sleep(0.05)
    await _joined(heard, tasks)  # else joining is what is measured
    await asyncio.sleep(SETTLE_S)
    await asyncio.sleep(1.6 - time.time() % 1)  # whole seconds only
    meter.start()
    heard.counting = True
    await asyncio.sleep(seconds)
    heard.counting = False
    used = meter.used()
    failed = [task for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if failed:
        print(f"  {len(failed)} viewers were lost: {failed[0]}")
    return heard, used


async def _joined(heard: Heard, tasks: Sequence[asyncio.Task[None]]) -> None:
    """Wait until every viewer has its page. Raises TimeoutError, or what a viewer failed of."""
    began = time.monotonic()
    async with asyncio.timeout(JOIN_S):
        while len(heard.joined) < len(tasks):
            for task in tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(0.1)
    print(f"  ({len(tasks)} viewers joined, the last after {time.monotonic() - began:.1f} s more)")


def _meltwatch(port: int) -> View:
    """A viewer that watches all eight extruders, as FlowFuse Dashboard makes every viewer do."""

    async def stream(extruder: int, heard: Heard) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**18)
        path = f"/windows/{extruder}/events"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        size = 0
        while line := await reader.readline():
            size += len(line)
            if line.startswith(b"data: ") and len(line) > 200:  # no beat
                heard.note(decode(base64.b64decode(line[6:])).head_ts, size)
                size = 0

    async def view(number: int, heard: Heard) -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            path = f"/windows/{number % len(EXTRUDERS) + 1}"
            async with client.stream("GET", path) as answer:
                await answer.aread()
                heard.joined[number] = answer.num_bytes_downloaded
        await asyncio.gather(*(stream(extruder, heard) for extruder in EXTRUDERS))

    return view


def _flowfuse(client: httpx.AsyncClient) -> View:
    async def view(number: int, heard: Heard) -> None:
        socket = await join(client)
        mine = node_red.chart(number % len(EXTRUDERS) + 1)
        await socket.emit("widget-load", mine, None)
        loaded = f'["widget-load:{mine}"'.encode()
        before = socket.received
        async for event in socket.events():
            size, before = socket.received - before, socket.received
            if event.startswith(loaded):
                heard.joined.setdefault(number, size)
            elif event.startswith(b'["msg-input:') and (found := _X.search(event)):
                heard.note(int(found[1]), size)

    return view


async def _fed(
    feed: _Feed, url: str, viewers: int, seconds: float, pid: int
) -> tuple[Heard, dict[str, float]]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        feeding = asyncio.create_task(asyncio.to_thread(feed.live))
        heard = await _crowd(_flowfuse(client), viewers, seconds, {"node-red": pid})
        feed.stop = True
        await feeding
    return heard


class _Feed:
    """Gives Node-RED the readings of Meltwatch's store: 32 signals, without state and product."""

    def __init__(self, database: str, url: str) -> None:
        self.stop = False
        self._database, self._client = database, httpx.Client(base_url=url, timeout=120)
        with self._store() as store:
            signals = [s.name for s in store.catalogue().extruders[0].signals]
        self._slots = [n for n, name in enumerate(signals) if name not in {JOB_STATUS, PRODUCT}]
        self._names = [signals[slot] for slot in self._slots]

    def _store(self) -> AbstractContextManager[TelemetryStore]:
        return closing(open_store(self._database, readonly=True))

    def past(self) -> None:
        """The last 15 min, as if it had been running; by minutes: a message costs up to 50 ms."""
        now, minutes = int(time.time() * 1000), dict[int, list[Row]]()
        with self._store() as store:
            for extruder in EXTRUDERS:
                for row in store.rows_between(extruder, now - WINDOW_MS, now):
                    minutes.setdefault(row.ts // 60_000, []).append(row)
        for _minute, rows in sorted(minutes.items()):
            self._post(rows)

    def live(self) -> None:
        """What arrives, until `stop`."""
        self.stop = False
        with self._store() as store:  # of this thread
            seq = store.last_seq()
            while not self.stop:
                rows = store.rows_since(seq, 1_000)
                if rows:
                    seq = rows[-1].seq
                    self._post(rows)
                else:
                    time.sleep(0.02)

    def _post(self, rows: Sequence[Row]) -> None:
        body = {"names": self._names, "rows": [self._packed(row) for row in rows]}
        self._client.post("/feed", json=body).raise_for_status()

    def _packed(self, row: Row) -> list[object]:
        values = [round(float(row.values[slot]), 3) for slot in self._slots]
        return [row.extruder, row.ts, [None if np.isnan(v) else v for v in values]]
