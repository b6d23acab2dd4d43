"""Viewers that poll once a second, as a page does, and how old what they hold is.

A viewer asks again a second after its last question, but never before that was answered: kinder
to a slow server than dcc.Interval, which asks on.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx
import numpy as np

from data.window_codec import decode

EXTRUDERS = 8
PERIOD_S, SETTLE_S = 1.0, 6.0
_META = re.compile(rb'"meta":\s*(\d+)')

Ask = Callable[[httpx.AsyncClient, int], Awaitable[tuple[int, int]]]
"""Asks once for an extruder: (time of the newest reading in ms, bytes of the body)."""


@dataclass
class Seen:
    """What a crowd saw while it was measured."""

    viewers: int
    seconds: float
    requests: int = 0
    failed: int = 0
    body_bytes: int = 0
    took: list[float] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)
    without: int = 0

    def line(self) -> str:
        """Requests, bytes, time of an answer and age in one line."""
        took = np.percentile(self.took, [50, 95]) * 1000 if self.took else [np.nan, np.nan]
        ages = np.percentile(self.ages, [50, 95]) if self.ages else [np.nan, np.nan]
        return (
            f"{self.requests / self.seconds:.1f} req/s of {self.viewers} wanted,"
            f" {self.body_bytes / max(1, self.requests) / 1000:,.1f} kB each,"
            f" answered in p50 {took[0]:,.0f} / p95 {took[1]:,.0f} ms,"
            f" age p50 {ages[0]:.2f} / p95 {ages[1]:.2f} s"
            f"{f', {self.without} viewers saw nothing' if self.without else ''}"
            f"{f', {self.failed} failed' if self.failed else ''}"
        )


async def ask_meltwatch(client: httpx.AsyncClient, extruder: int) -> tuple[int, int]:
    """A delta: what a page asks for after its first window."""
    size, body = await _sent(client, "GET", f"/windows/{extruder}/delta")
    return decode(body).head_ts, size


async def ask_old(client: httpx.AsyncClient, extruder: int) -> tuple[int, int]:
    """What Dash's renderer posts when dcc.Interval fires."""
    question = {
        "output": "trend.figure",
        "outputs": {"id": "trend", "property": "figure"},
        "inputs": [{"id": "tick", "property": "n_intervals", "value": 1}],
        "changedPropIds": ["tick.n_intervals"],
        "state": [{"id": "extruder", "property": "value", "value": extruder}],
    }
    size, body = await _sent(client, "POST", "/_dash-update-component", question)
    found = _META.search(body)
    return int(found[1]) if found else 0, size


async def _sent(
    client: httpx.AsyncClient, method: str, path: str, question: object = None
) -> tuple[int, bytes]:
    """Bytes of the body as they came over the wire, and the body."""
    async with client.stream(method, path, json=question) as answer:
        body = await answer.aread()
        answer.raise_for_status()
        return answer.num_bytes_downloaded, body


async def crowd(
    url: str, viewers: int, seconds: float, ask: Ask, started: Callable[[], None]
) -> Seen:
    """Let viewers poll; `started` is called when the measured seconds begin."""
    seen, heads, counting = Seen(viewers, seconds), dict[int, int](), asyncio.Event()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=300, limits=limits) as client:
        tasks = [
            asyncio.create_task(_view(client, number, ask, seen, heads, counting))
            for number in range(viewers)
        ]
        await asyncio.sleep(SETTLE_S)
        await asyncio.to_thread(started)  # it may wait for a busy server
        counting.set()
        await _sample(seen, heads)
        counting.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    seen.without = viewers - len(heads)
    return seen


async def _view(
    client: httpx.AsyncClient,
    number: int,
    ask: Ask,
    seen: Seen,
    heads: dict[int, int],
    counting: asyncio.Event,
) -> None:
    await asyncio.sleep(random.uniform(0, PERIOD_S))
    while True:
        asked = time.monotonic()
        try:
            head, size = await ask(client, number % EXTRUDERS + 1)
        except httpx.HTTPError:
            seen.failed += counting.is_set()
        else:
            heads[number] = head
            if counting.is_set():
                seen.requests += 1
                seen.body_bytes += size
                seen.took.append(time.monotonic() - asked)
        await asyncio.sleep(max(0.0, asked + random.uniform(0.95, 1.05) - time.monotonic()))


async def _sample(seen: Seen, heads: dict[int, int]) -> None:
    """Ages of what the viewers hold, ten times a second."""
    end = time.monotonic() + seen.seconds
    while time.monotonic() < end:
        await asyncio.sleep(0.1)
        seen.ages += [time.time() - head / 1000 for head in heads.values()]
