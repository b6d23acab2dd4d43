"""The store hangs, its disk is full, somebody's trigger loops for ever."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.full_disk import filled, small_disk
from tests.faults.kept_stack import KeptStack, kept_plant
from tests.faults.watched import watched
from tests.postgres_server import need_initdb, running_server
from tests.raw_sql import sql
from tests.stack import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

HUNG_S = 60
#: For each reading another one, and for that another one …
RECURSIVE = """
CREATE TRIGGER copies AFTER INSERT ON readings BEGIN
    INSERT INTO readings (extruder, ts, "values", quality)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
    SELECT NEW.extruder, -i, NEW."values", NEW.quality FROM n;
END
"""


def path_of(plant: KeptStack) -> str:
    return plant.settings.database_url.removeprefix("sqlite:///")


def test_nothing_is_lost_while_a_program_holds_the_sqlite_file(plant: KeptStack) -> None:
    with (
        watched(plant, f"SQLite file locked for {HUNG_S} s by another program", HUNG_S + 30),
        closing(sqlite3.connect(path_of(plant), isolation_level=None, timeout=30)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        time.sleep(HUNG_S)
        other.execute("ROLLBACK")


def test_nothing_is_lost_while_postgres_hangs(tmp_path: Path) -> None:
    name = f"PostgreSQL hangs for {HUNG_S} s (SIGSTOP of all its processes)"
    with (
        running_server(need_initdb()) as server,
        kept_plant(tmp_path, DATABASE_URL=server.url()) as plant,
        watched(plant, name, HUNG_S + 30),
    ):
        stopped = _family(server._process.pid)
        _send(stopped, signal.SIGSTOP)
        time.sleep(HUNG_S)
        _send(stopped, signal.SIGCONT)


def test_nothing_is_lost_when_postgres_is_killed(tmp_path: Path) -> None:
    with (
        running_server(need_initdb()) as server,
        kept_plant(tmp_path, DATABASE_URL=server.url()) as plant,
        watched(plant, "kill -9 of PostgreSQL, started again after 5 s", 20) as watch,
    ):
        watch.times = 3
        for _ in range(watch.times):
            server.kill()
            time.sleep(5)
            server.start()
            again = time.monotonic()
            wait_until(lambda again=again: watch.observer.is_fresh(since=again), 60, "fresh again")


def test_nothing_is_lost_when_the_disk_of_the_store_is_full(tmp_path: Path) -> None:
    with (
        small_disk(tmp_path / "disk", 24) as disk,
        kept_plant(tmp_path, DATABASE_URL=f"sqlite:///{disk}/telemetry.sqlite") as plant,
        watched(plant, "store disk full for 30 s (tmpfs)", 45),
        filled(disk),
    ):
        time.sleep(30)


def test_nothing_is_lost_under_a_trigger_that_never_ends(plant: KeptStack) -> None:
    url = plant.settings.database_url
    with watched(plant, "recursive trigger on the readings for 75 s", 105) as watch:
        sql(url, RECURSIVE)
        began = time.monotonic()
        told: Callable[[], bool] = lambda: _guard_knows(plant)  # noqa: E731
        wait_until(told, 75, "the store guard tells of the trigger")
        watch.note = f"the store guard told of it after {time.monotonic() - began:.0f} s"
        time.sleep(max(0.0, began + 75 - time.monotonic()))
        _drop(url)


def _guard_knows(plant: KeptStack) -> bool:
    from data.window_cache import GUARD, connect

    with connect(plant.settings.redis_url) as client:
        return b"trigger:" in b"".join(client.hvals(GUARD))


def _drop(url: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            sql(url, "DROP TRIGGER copies")
            return
        except sqlite3.OperationalError:  # the trigger itself holds the file
            assert time.monotonic() < until
            time.sleep(0.1)


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text().split())
    return found


def _send(pids: list[int], number: int) -> None:
    for pid in pids:
        os.kill(pid, number)
