"""GET /system/cost: what was spent, honest while Redis is away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from app import build
from data.refresh import Refresher
from data.settings import Settings
from data.window_cache import connect, cost_minute

pytestmark = pytest.mark.anyio

SPENT = {"job:refresh:rows": 480, "job:refresh:statements": 180, "process:web:viewer_s": 120}


@pytest.fixture
def client(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url) as opened:
        yield opened


@pytest.fixture
async def away(tmp_path: Path) -> httpx.AsyncClient:
    settings = Settings.from_env({"REDIS_URL": f"unix://{tmp_path / 'nobody.sock'}"})
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(build(settings)), base_url="http://localhost"
    )


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
