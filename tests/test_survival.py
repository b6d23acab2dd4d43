"""kill -9 of the worker, of Redis, and of both: afterwards every ring equals the store."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from redis.exceptions import RedisError

from data.shards import shard_of, shards
from data.team import WORKERS
from data.telemetry import open_store
from data.window_cache import Keys, connect
from data.window_cache.writer import WindowWriter
from data.windows import build, unroll
from tests.stack import Stack, wait_until

EXTRUDERS = 3


@pytest.fixture
def stack(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """A plant of two shards, or as many as a test says."""
    count = str(getattr(request, "param", 2))
    running = Stack(tmp_path, EXTRUDERS=str(EXTRUDERS), SHARDS=count)
    running.start_redis()
    running.start_ingest()
    wait_until((tmp_path / "telemetry.sqlite").exists, 10, "ingest made the store")
    running.start_worker("worker 1")
    running.start_worker("worker 2")
    yield running
    running.stop()


def age_s(stack: Stack) -> float:
    """Seconds since the last refresh of all shards; very large while Redis is away or empty."""
    try:
        with connect(stack.settings.redis_url) as client:
            done = [client.hget(keys.status, "last_success") for keys in all_keys(stack)]
    except RedisError:
        return 1e9
    return time.time() - min(int(one or 0) for one in done) / 1000


def all_keys(stack: Stack) -> list[Keys]:
    return [Keys(shard) for shard in shards(stack.settings.shards)]


def wait_fresh(stack: Stack) -> None:
    wait_until(lambda: age_s(stack) < 1.5, 30, "windows are fresh")


def assert_every_slot_equals_the_store(stack: Stack) -> None:
    stack.kill("ingest")
    store = open_store(stack.settings.database_url, readonly=True)
    with connect(stack.settings.redis_url) as client:
        windows = [WindowWriter(client, keys) for keys in all_keys(stack)]
        last = store.last_seq()
        wait_until(lambda: {w.watermark() for w in windows} == {last}, 10, "all is taken in")
        for extruder in store.catalogue().extruders:
            spec = stack.settings.ring_spec(len(extruder.signals))
            rows = store.rows_between(extruder.id, 0, 2**62)
            ring = Keys(shard_of(extruder.id, len(windows))).ring(extruder.id)
            expected, got = (
                unroll(build(rows, spec)),
                unroll(client.get(ring)),  # type: ignore[arg-type]
            )
            assert len(rows) > 900
            assert got.header.head_ts == expected.header.head_ts
            np.testing.assert_array_equal(got.values, expected.values)
            np.testing.assert_array_equal(got.quality, expected.quality)
    store.close()


# Each with one number of shards, for time.
@pytest.mark.parametrize(
    ("stack", "killed"),
    [(2, "one worker"), (1, "redis"), (1, "both workers"), (2, "redis and workers")],
    indirect=["stack"],
)
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


def living(stack: Stack) -> set[bytes]:
    """Names of the workers that share out the shards."""
    with connect(stack.settings.queue_url) as client:
        return set(client.zrange(WORKERS, 0, -1))


def test_the_survivor_goes_on_when_one_worker_is_killed(stack: Stack) -> None:
    wait_fresh(stack)
    stack.kill("worker 2")
    time.sleep(4.5)  # longer than a lease that the dead worker may have held, and than LIVES_MS
    assert age_s(stack) < 2.5
    assert len(living(stack)) == 1


def test_a_worker_that_is_started_later_takes_its_part(stack: Stack) -> None:
    wait_fresh(stack)
    stack.kill("worker 2")
    wait_until(lambda: len(living(stack)) == 1, 10, "the survivor is alone")
    stack.start_worker("worker 3")
    wait_until(lambda: len(living(stack)) == 2, 20, "the new worker is known")
    time.sleep(2)
    wait_fresh(stack)
    assert_every_slot_equals_the_store(stack)
