"""A statement that runs away in SQLite is stopped: by RQ's time limit, and by its own."""

from __future__ import annotations

import math
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from rq import SimpleWorker
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from data import sqlite_file
from data.command_queue import QUEUE, job_queue
from data.errors import StoreError
from data.telemetry import TelemetryStore
from data.window_cache import connect
from tests.raw_sql import sql
from tests.rows import row

LOOP = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n"


def run_away(path: str) -> None:
    """A job whose statement has no limit of its own."""
    with closing(sqlite_file.connect(path, statement_s=math.inf)) as db:
        sqlite_file.query(db, LOOP)


@pytest.fixture
def path(store: TelemetryStore, store_url: str) -> str:
    return store_url.removeprefix("sqlite:///")


def test_the_time_limit_of_a_job_stops_its_statement(path: str, redis_url: str) -> None:
    assert threading.current_thread() is threading.main_thread()  # signals come here only
    with connect(redis_url) as connection:
        job = job_queue(connection).enqueue(run_away, path, job_timeout=1)
        worker = SimpleWorker([QUEUE], connection=connection, serializer=JSONSerializer)
        worker.work(burst=True, logging_level="CRITICAL")
        done = Job.fetch(job.id, connection=connection, serializer=JSONSerializer)
        assert done.get_status() is JobStatus.FAILED
        assert "interrupted" in str(done.latest_result().exc_string)  # type: ignore[union-attr]


@pytest.mark.parametrize("readonly", [False, True])
def test_a_statement_that_takes_too_long_is_stopped(path: str, readonly: bool) -> None:
    with closing(sqlite_file.connect(path, readonly, statement_s=0.1)) as db:
        with pytest.raises(StoreError, match="interrupted"):
            sqlite_file.query(db, LOOP)
        assert sqlite_file.query(db, "SELECT 1") == [(1,)]  # the next has its own time


def test_each_statement_has_its_own_time(path: str) -> None:
    counted = LOOP.replace("FROM n)", "FROM n LIMIT 20000)")
    with closing(sqlite_file.connect(path, statement_s=5)) as db:
        db._until = 0.0  # type: ignore[attr-defined]  the one before took all of its time
        assert sqlite_file.query(db, counted) == [(20_000,)]


def test_a_trigger_that_loops_for_ever_does_not_hold_the_file_for_ever(
    path: str, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from data.telemetry import open_store

    sql(store_url, f"CREATE TRIGGER audit AFTER INSERT ON readings BEGIN {LOOP}; END")
    monkeypatch.setattr(sqlite_file.connect, "__defaults__", (False, 0.2))
    with closing(open_store(store_url)) as store:
        with pytest.raises(StoreError, match="interrupted"):
            store.append([row(1_000, 1, 1.0)])
        sql(store_url, "DROP TRIGGER audit")  # nobody holds the file
        assert store.append([row(1_000, 1, 1.0)]).stored == 1


def test_the_upgrade_of_a_file_has_no_limit(tmp_path: Path) -> None:
    made = sqlite_file.connect(str(tmp_path / "new.sqlite"), statement_s=0.0)
    with closing(made) as db, pytest.raises(sqlite3.OperationalError):
        db.execute(LOOP).fetchall()
