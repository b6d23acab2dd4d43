"""kill -9 of the worker, of Redis, and of both: afterwards every ring equals the store."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from redis.exceptions import RedisError

from data.telemetry import open_store
from data.window_cache import Keys, connect
from data.window_cache.writer import WindowWriter
from data.windows import build, unroll
from tests.stack import Stack, wait_until

EXTRUDERS = 3


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    running = Stack(tmp_path, EXTRUDERS=str(EXTRUDERS))
    running.start_redis()
    running.start_ingest()
    wait_until((tmp_path / "telemetry.sqlite").exists, 10, "ingest made the store")
    running.start_worker("worker 1")
    running.start_worker("worker 2")
    yield running
    running.stop()


def age_s(stack: Stack) -> float:
    """Seconds since the last refresh; very large while Redis is away or empty."""
    try:
        with connect(stack.settings.redis_url) as client:
            done = client.hget(Keys().status, "last_success")
    except RedisError:
        return 1e9
    return time.time() - int(done or 0) / 1000


def wait_fresh(stack: Stack) -> None:
    wait_until(lambda: age_s(stack) < 1.5, 30, "windows are fresh")


def assert_every_slot_equals_the_store(stack: Stack) -> None:
    stack.kill("ingest")
    store = open_store(stack.settings.database_url, readonly=True)
    with connect(stack.settings.redis_url) as client:
        windows = WindowWriter(client, Keys())
        wait_until(lambda: windows.watermark() == store.last_seq(), 10, "all rows are taken in")
        for extruder in store.catalogue().extruders:
            spec = stack.settings.ring_spec(len(extruder.signals))
            rows = store.rows_between(extruder.id, 0, 2**62)
            expected, got = (
                unroll(build(rows, spec)),
                unroll(client.get(Keys().ring(extruder.id))),  # type: ignore[arg-type]
            )
            assert len(rows) > 900
            assert got.header.head_ts == expected.header.head_ts
            np.testing.assert_array_equal(got.values, expected.values)
            np.testing.assert_array_equal(got.quality, expected.quality)
    store.close()


@pytest.mark.parametrize("killed", ["one worker", "redis", "both workers", "redis and workers"])
def test_every_slot_equals_the_store_after_a_kill(stack: Stack, killed: str) -> None:
    wait_fresh(stack)
    workers = {"one worker": ["worker 1"], "redis": []}.get(killed, ["worker 1", "worker 2"])
    for name in workers:
        stack.kill(name)
    if "redis" in killed:
        stack.kill("redis")
    time.sleep(2)  # readings go on arriving meanwhile
    if "redis" in killed:
        stack.start_redis()
    for name in workers:
        stack.start_worker(name)
    wait_fresh(stack)
    time.sleep(2)
    assert_every_slot_equals_the_store(stack)


def test_the_survivor_goes_on_when_one_worker_is_killed(stack: Stack) -> None:
    wait_fresh(stack)
    stack.kill("worker 2")
    time.sleep(4)  # longer than a lease that the dead worker may have held
    assert age_s(stack) < 2.5
