"""kill -9 of the PostgreSQL server under ingest and worker: they go on, and no reading is lost."""

from __future__ import annotations

import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from data.telemetry import open_store
from tests.postgres_server import need_initdb, running_server
from tests.rolled import assert_rollups_equal_the_readings
from tests.stack import Stack, wait_until

SECOND_MS = 1000


def test_ingest_and_worker_outlive_the_server(tmp_path: Path) -> None:
    with running_server(need_initdb()) as server:
        url = server.url()
        stack = Stack(tmp_path, EXTRUDERS="3", DATABASE_URL=url)
        try:
            stack.start_redis()
            stack.start_ingest()
            stack.start_worker()
            wait_until(lambda: last_seq(url) > 2700, 30, "ingest has filled the windows")
            server.kill()
            time.sleep(2)
            server.start()
            before = last_seq(url)
            wait_until(lambda: last_seq(url) > before + 30, 30, "ingest stores again")
            stack.kill("ingest")
            stack.kill("worker")
            assert gaps(url) == []
            assert_rollups_equal_the_readings(url)
        finally:
            stack.stop()


def last_seq(url: str) -> int:
    with closing(open_store(url)) as store:
        return store.last_seq()


def gaps(url: str) -> list[int]:
    """Times (ms) after which an extruder lacks a second."""
    with closing(open_store(url)) as store:
        times = [row.ts for row in store.rows_between(1, 0, 2**62)]
    return [one for one, other in pairwise(times) if other - one != SECOND_MS]
