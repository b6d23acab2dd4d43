"""kill -9 of workers while they roll up: afterwards the rollups equal the readings."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from data.telemetry import open_store
from data.window_cache import Keys, connect
from data.window_cache.writer import WindowWriter
from tests.rolled import assert_rollups_equal_the_readings
from tests.stack import Stack, wait_until

pytestmark = pytest.mark.both_stores

#: Workers that flush with every tick, so that a kill often hits a flush.
EAGER = "from data import roll_up, worker; roll_up.MOST_IN_HAND = -1; worker.main()"
#: As eager, and dead between its second flush and the commit that was to tell of it.
DOOMED = """
import os, signal
from data import roll_up, worker
from data.telemetry import open_store
Store = type(open_store(os.environ["DATABASE_URL"], readonly=True))
roll_up.MOST_IN_HAND, merge, left = -1, Store.merge_rollups, [3]
def merge_and_die(self, *arguments):
    done = merge(self, *arguments)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
Store.merge_rollups = merge_and_die
worker.main()
"""


@pytest.fixture
def stack(tmp_path: Path, store_url: str) -> Iterator[Stack]:
    open_store(store_url).close()
    running = Stack(tmp_path, EXTRUDERS="3", DATABASE_URL=store_url)
    running.start_redis()
    running.start_ingest()
    yield running
    running.stop()


def start(stack: Stack, name: str, code: str = EAGER) -> None:
    stack._start(name, [sys.executable, "-c", code])


def rolled_up(stack: Stack) -> int:
    with closing(open_store(stack.settings.database_url, readonly=True)) as store:
        return min(store.rollup_seqs())


def assert_all_is_rolled_up_once(stack: Stack) -> None:
    stack.kill("ingest")
    with closing(open_store(stack.settings.database_url, readonly=True)) as store:
        wait_until(lambda: min(store.rollup_seqs()) == store.last_seq(), 20, "all is rolled up")
        assert store.last_seq() > 3 * 900
    assert_rollups_equal_the_readings(stack.settings.database_url)


def test_rollups_equal_the_readings_after_kills(stack: Stack) -> None:
    for name in ("worker 1", "worker 2"):
        start(stack, name)
    wait_until(lambda: rolled_up(stack), 20, "rolling up has begun")
    chance = random.Random(5)
    for turn in range(6):
        name = f"worker {turn % 2 + 1}"
        time.sleep(0.5 + chance.random())
        stack.kill(name)
        start(stack, name)
    assert_all_is_rolled_up_once(stack)


def test_a_worker_that_dies_between_flush_and_commit_leaves_nothing_twice(stack: Stack) -> None:
    start(stack, "doomed", DOOMED)
    wait_until(lambda: stack.processes["doomed"].poll() is not None, 30, "it has died")
    with connect(stack.settings.redis_url) as client:
        committed = WindowWriter(client, Keys()).watermark()
    assert committed is not None
    assert rolled_up(stack) > committed
    start(stack, "worker")
    time.sleep(2)
    assert_all_is_rolled_up_once(stack)


def test_rollups_equal_the_readings_after_redis_was_lost(stack: Stack) -> None:
    start(stack, "worker 1")
    wait_until(lambda: rolled_up(stack), 20, "rolling up has begun")
    stack.kill("redis")
    time.sleep(1)
    stack.start_redis()
    time.sleep(3)
    assert_all_is_rolled_up_once(stack)
