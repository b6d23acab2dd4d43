"""GET /system/cost and /metrics: what was spent, honest while Redis is away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis

from app import build
from data.refresh import Refresher
from data.settings import Settings
from data.window_cache import COST_TOTAL, connect, cost_minute

pytestmark = pytest.mark.anyio

SPENT = {"job:refresh:rows": 480, "job:refresh:statements": 180, "process:web:viewer_s": 120}


@pytest.fixture
def client(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url) as opened:
        yield opened


@pytest.fixture
async def away(tmp_path: Path) -> httpx.AsyncClient:
    settings = Settings.from_env({"REDIS_URL": f"unix://{tmp_path / 'nobody.sock'}"})
    return httpx.AsyncClient(transport=httpx.ASGITransport(build(settings)), base_url="http://t")


async def samples(web: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    answer = await web.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_the_cost_is_that_of_the_last_minutes(web: httpx.AsyncClient, client: Redis) -> None:
    for minute in range(int(time.time() / 60) - 5, int(time.time() / 60)):
        client.hset(cost_minute(minute), mapping=SPENT)
    body = (await web.get("/system/cost")).json()
    assert body["served"] <= time.time() * 1000
    hour = body["spans"]["hour"]
    assert hour["known"] in {4, 5}
    assert hour["jobs"]["refresh"]["rows"] == 480
    assert hour["viewers"] == 2
    assert body["prices"]["currency"] == "EUR"


async def test_polling_is_reckoned_with_the_signals_of_the_plant(
    web: httpx.AsyncClient, refresher: Refresher
) -> None:
    refresher.rebuild()
    viewer = (await web.get("/system/cost")).json()["polling"]["viewer"]
    assert viewer["rows"] == 60 * 900
    assert viewer["bytes"] == 60 * 900 * (24 + 3 * 4)


async def test_without_redis_there_is_a_reason_instead_of_figures(away: httpx.AsyncClient) -> None:
    answer = await away.get("/system/cost")
    assert answer.status_code == 503
    assert "Redis" in answer.json()["error"]


async def test_the_page_opens_without_redis(away: httpx.AsyncClient) -> None:
    assert (await away.get("/system")).status_code == 200


async def test_counters_are_those_of_all_processes(web: httpx.AsyncClient, client: Redis) -> None:
    client.hset(COST_TOTAL, mapping={**SPENT, "process:worker:cpu_s": 2.5})
    found = await samples(web)
    assert found["meltwatch_store_rows_total", "refresh"] == 480
    assert found["meltwatch_store_statements_total", "refresh"] == 180
    assert found["meltwatch_cpu_seconds_total", "worker"] == 2.5
    assert found["meltwatch_redis_up",] == 1
    assert found["meltwatch_viewers",] == 0


async def test_metrics_say_what_the_refresh_did(
    web: httpx.AsyncClient, refresher: Refresher
) -> None:
    assert "meltwatch_refresh_last_success_timestamp_seconds" not in {
        name for name, *_ in await samples(web)
    }
    refresher.rebuild()
    refresher.refresh()
    found = await samples(web)
    assert found["meltwatch_refreshes_total",] == 2
    assert found["meltwatch_refresh_backlog_rows",] == 0
    assert 0 < found["meltwatch_refresh_last_success_timestamp_seconds",] <= time.time()


async def test_metrics_without_redis_are_told_as_such(away: httpx.AsyncClient) -> None:
    assert await samples(away) == {("meltwatch_redis_up",): 0, ("meltwatch_viewers",): 0}
