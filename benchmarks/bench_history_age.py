"""Age of live data while 20 clients work in history, against the same plant without them.

Answers are not kept, so that every request of theirs asks the store.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time

import httpx
import numpy as np

from benchmarks.bench_age import sample
from benchmarks.bench_history import captured, history_stack
from benchmarks.history_store import describe, history_store

CLIENTS = 20
SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
#: A person looks at an answer for so long before asking the next thing, seconds.
THINKING = (1.0, 3.0)


def run() -> None:
    """Percentiles of the age without and with clients of the history."""
    path = history_store()
    print(describe(path), flush=True)
    stack = history_stack(path)
    try:
        requests = [one for page in captured(stack, path).values() for one in page]
        quiet = asyncio.run(sample(stack.url, SECONDS))
        _say("nobody in history", quiet)
        busy, taken, refused = asyncio.run(_with_clients(stack.url, requests))
    finally:
        stack.stop()
    _say(f"{CLIENTS} clients in history", busy)
    p50, p95 = np.percentile(taken, [50, 95])
    print(f"their requests: {len(taken)}, p50 {p50:.0f} ms, p95 {p95:.0f} ms, {refused} refused")
    print(f"p95 of the age: {np.percentile(busy, 95) / np.percentile(quiet, 95):.2f} × the quiet")


def _say(what: str, ages: list[float]) -> None:
    p50, p95, p99 = np.percentile(ages, [50, 95, 99])
    print(f"{what}: age p50 {p50:.2f} s, p95 {p95:.2f} s, p99 {p99:.2f} s", flush=True)


async def _with_clients(
    url: str, requests: list[dict[str, str]]
) -> tuple[list[float], list[float], int]:
    taken: list[float] = []
    refused: list[int] = []
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        people = [
            asyncio.create_task(_person(client, requests, taken, refused)) for _ in range(CLIENTS)
        ]
        ages = await sample(url, SECONDS)
        for person in people:
            person.cancel()
    return ages, taken, len(refused)


async def _person(
    client: httpx.AsyncClient,
    requests: list[dict[str, str]],
    taken: list[float],
    refused: list[int],
) -> None:
    json = {"Content-Type": "application/json"}
    while True:
        await asyncio.sleep(random.uniform(*THINKING))
        request = random.choice(requests)
        started = time.perf_counter()
        if request["body"]:
            answer = await client.post(request["path"], content=request["body"], headers=json)
        else:
            answer = await client.get(request["path"])
        taken.append((time.perf_counter() - started) * 1000)
        if answer.status_code >= 400:
            refused.append(answer.status_code)


if __name__ == "__main__":
    sys.exit(run())
