"""GET /metrics: what the plant's processes told Redis, without the store, also without Redis."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from redis import Redis
from rq.registry import FailedJobRegistry

from app import build
from data import jobs, meter
from data.alarms.events import Priority
from data.command_queue import job_queue
from data.job_counts import JobCounts
from data.journal import open_journal
from data.refresh import Refresher
from data.settings import Settings
from data.store_guard import Finding, MinuteCheck
from data.store_guard.kept import keep
from data.team import Team
from data.telemetry import TelemetryStore, open_store
from data.window_cache import COST_TOTAL, connect
from data.window_cache.source_state import SOURCES, Condition, Rejected, SourceState, encoded
from data.window_cache.source_state import Finding as Uncertain
from data.window_cache.spool_state import SPOOL
from tests.routes.metrics import samples
from tests.rows import row
from tests.workers import work

pytestmark = pytest.mark.anyio

NOTHING = {("meltwatch_redis_up",): 0, ("meltwatch_queue_redis_up",): 0}


@pytest.fixture
def client(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url) as opened:
        yield opened


def web_for(redis_url: str) -> httpx.AsyncClient:
    settings = Settings.from_env({"REDIS_URL": redis_url})
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(build(settings)), base_url="http://localhost"
    )


async def test_counters_are_those_of_all_processes(web: httpx.AsyncClient, client: Redis) -> None:
    client.hset(COST_TOTAL, mapping={"job:refresh:rows": 480, "job:refresh:statements": 180})
    client.hset(COST_TOTAL, "process:worker:cpu_s", "2.5")
    found = await samples(web)
    assert found["meltwatch_store_rows_total", "refresh"] == 480
    assert found["meltwatch_store_statements_total", "refresh"] == 180
    assert found["meltwatch_cpu_seconds_total", "worker"] == 2.5
    assert found["meltwatch_redis_up",] == found["meltwatch_queue_redis_up",] == 1


async def test_before_the_first_refresh_there_is_no_time_of_one(web: httpx.AsyncClient) -> None:
    found = await samples(web)
    names = {name for name, *_ in found}
    assert not {name for name in names if name.endswith("_timestamp_seconds")}
    assert "meltwatch_window_age_seconds" not in names
    assert found["meltwatch_refreshes_total", "0"] == 0


async def test_each_window_has_its_age_and_each_shard_its_refresh(
    web: httpx.AsyncClient, refresher: Refresher, store: TelemetryStore
) -> None:
    now = int(time.time() * 1000)
    store.append([row(now - 60_000, 1, 1.0, 2.0, 1.0)])
    refresher.rebuild()
    refresher.refresh()
    found = await samples(web)
    assert 60 <= found["meltwatch_window_age_seconds", "1"] < 120
    assert ("meltwatch_window_age_seconds", "2") not in found  # it has had no readings yet
    assert found["meltwatch_refreshes_total", "0"] == 2
    assert found["meltwatch_refresh_backlog_rows", "0"] == 0
    assert 0 < found["meltwatch_refresh_last_success_timestamp_seconds", "0"] <= time.time()


async def test_what_waits_in_the_queue_is_told_with_its_age(
    web: httpx.AsyncClient, client: Redis
) -> None:
    own, shared = job_queue(client, "some-worker"), job_queue(client)
    jobs.enqueue_trim(shared, 1)
    jobs.enqueue_refresh(own, 0, 1)
    jobs.enqueue_refresh(own, 1, 1)
    asked = time.time() - 90
    client.hset("rq:job:trim-1-0", "enqueued_at", f"{_utc(asked)}")
    found = await samples(web)
    assert found["meltwatch_queue_jobs", "shared"] == 1
    assert found["meltwatch_queue_jobs", "own"] == 2
    assert 90 <= found["meltwatch_queue_oldest_job_seconds", "shared"] < 150
    assert found["meltwatch_queue_failed_jobs", "shared"] == 0


def _utc(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(seconds))


async def test_what_becomes_of_jobs_is_told_by_task_and_cause(
    web: httpx.AsyncClient, client: Redis, refresher: Refresher, settings: Settings
) -> None:
    counts, queue = JobCounts(client), job_queue(client)
    open_ = partial(open_store, settings.database_url)
    jobs.use([refresher], [], queue, partial(open_journal, settings.database_url), open_)
    jobs.count_in(counts)
    jobs.enqueue_refresh(queue, 0, 1)  # finds no windows, and asks for a rebuild
    client.hset("rq:job:refresh-0-1", "enqueued_at", _utc(time.time() - 5))
    jobs.enqueue_refresh(queue, 7, 1)  # there is no such shard
    work(settings.redis_url)
    jobs.count_in(None)
    counts.tell()
    found = await samples(web)
    assert found["meltwatch_job_duration_seconds_count", "refresh"] == 2
    assert found["meltwatch_job_duration_seconds_count", "rebuild"] == 1
    assert found["meltwatch_job_failures_total", "IndexError", "refresh"] == 1
    assert found["meltwatch_job_last_success_timestamp_seconds", "rebuild"] <= time.time()
    assert found["meltwatch_queue_failed_jobs", "shared"] == 1
    assert found["meltwatch_ticks_late_total",] == 1


async def test_what_failed_of_a_dead_worker_is_counted(
    web: httpx.AsyncClient, client: Redis
) -> None:
    own = job_queue(client, "dead")
    jobs.enqueue_refresh(own, 7, 1)
    FailedJobRegistry(queue=own).add(own.jobs[0], ttl=60)
    own.delete(delete_jobs=False)  # as the others do with what it leaves: see data.team
    client.zadd("rq:failed:meltwatch-dead", {"kept no longer": time.time() - 1})
    client.zadd("rq:failed:meltwatchers", {"another program's": time.time() + 60})
    assert (await samples(web))["meltwatch_queue_failed_jobs", "own"] == 1


async def test_only_workers_that_were_heard_a_moment_ago_live(
    web: httpx.AsyncClient, client: Redis
) -> None:
    Team(client, "one").living()
    client.zadd("meltwatch:workers", {"dead": (time.time() - 60) * 1000})
    assert (await samples(web))["meltwatch_workers_live",] == 1


async def test_findings_of_the_store_guard_are_counted_by_priority(
    web: httpx.AsyncClient, client: Redis
) -> None:
    findings = tuple(Finding(f"trigger:{n}", Priority.HIGH, "A trigger") for n in range(2))
    keep(client, MinuteCheck(5_000, 12, findings))
    found = await samples(web)
    assert found["meltwatch_store_guard_findings", "high"] == 2
    assert found["meltwatch_store_guard_findings", "critical"] == 0
    assert found["meltwatch_store_guard_checked_timestamp_seconds", "minute"] == 5


async def test_what_ingest_holds_back_is_told(web: httpx.AsyncClient, client: Redis) -> None:
    client.set(
        SPOOL,
        '{"rows": 40, "bytes": 4000, "oldest_ms": 7000, "dropped_rows": 3, "limit_bytes": 9000,'
        ' "memory_rows": 1, "refused": "disk full"}',
    )
    found = await samples(web)
    assert found["meltwatch_spool_rows",] == 40
    assert found["meltwatch_spool_oldest_timestamp_seconds",] == 7
    assert found["meltwatch_spool_dropped_rows_total",] == 3
    assert found["meltwatch_spool_refused",] == 1


async def test_sources_are_told_each_by_its_name(web: httpx.AsyncClient, client: Redis) -> None:
    rejects = (Rejected("a", 3, 1, ""), Rejected("b", 4, 1, ""))
    one = SourceState(
        "hall-1", "mqtt", Condition.RECEIVING, 1, rate=2.5, last_ms=5_000, rejects=rejects,
        waiting_rows=9, findings=(Uncertain(1, "P", "frozen", "why", 1),),
    )  # fmt: skip
    states = [SourceState(str(state), "x", state, 1) for state in Condition]
    client.set(SOURCES, encoded([one, *states]))
    found = await samples(web)
    assert found["meltwatch_source_up", "hall-1"] == 1
    assert found["meltwatch_source_readings_per_second", "hall-1"] == 2.5
    assert found["meltwatch_source_last_reading_timestamp_seconds", "hall-1"] == 5
    assert found["meltwatch_source_rejects_total", "hall-1"] == 7
    assert found["meltwatch_source_findings", "hall-1"] == 1
    assert found["meltwatch_source_waiting_rows", "hall-1"] == 9
    up = {name: found.get(("meltwatch_source_up", name)) for name in Condition}
    assert up == {
        "starting": 0, "receiving": 1, "silent": 0, "lost": 0, "failed": 0, "ended": None,
    }  # fmt: skip
    assert ("meltwatch_source_last_reading_timestamp_seconds", "lost") not in found


async def test_memory_of_redis_is_told_with_its_limit(web: httpx.AsyncClient) -> None:
    found = await samples(web)
    assert 0 < found["meltwatch_redis_memory_bytes", "only"] < 512 * 2**20
    assert found["meltwatch_redis_memory_max_bytes", "only"] == 512 * 2**20


async def test_metrics_never_ask_the_store(web: httpx.AsyncClient, refresher: Refresher) -> None:
    refresher.rebuild()
    meter.take()
    await samples(web)
    assert meter.take() == {}


async def test_without_redis_it_is_told_that_it_is_away(tmp_path: Path) -> None:
    found = await samples(web_for(f"unix://{tmp_path / 'nobody.sock'}"))
    assert found.items() >= NOTHING.items()
    assert not [name for name, *_ in found if name.startswith(("meltwatch_refresh", "meltwatch_q"))
                and name != "meltwatch_queue_redis_up"]  # fmt: skip
    assert found["meltwatch_viewers",] == 0


async def test_a_redis_that_hangs_is_told_before_prometheus_gives_up(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(str(tmp_path / "hangs.sock"))
        hanging.listen()
        async with asyncio.timeout(2):
            found = await samples(web_for(f"unix://{tmp_path / 'hangs.sock'}"))
    assert found.items() >= NOTHING.items()


async def test_redis_is_read_once_a_second_however_many_ask(
    web: httpx.AsyncClient, client: Redis
) -> None:
    await samples(web)
    before = client.info("stats")["total_commands_processed"]
    await asyncio.gather(*(samples(web) for _ in range(20)))
    assert client.info("stats")["total_commands_processed"] - before < 5
