"""Rate, errors and duration by route, counted by the web process itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from prometheus_client import generate_latest
from starlette.routing import Route

from data.refresh import Refresher
from data.settings import Settings
from routes.extruder_number import EXTRUDER
from routes.push import QUEUE_EVENTS, PushHub, Viewer
from routes.request_metrics import WebMetrics
from tests.routes.metrics import samples

pytestmark = pytest.mark.anyio


async def test_requests_are_counted_by_route_and_not_by_address(
    web: httpx.AsyncClient, refresher: Refresher
) -> None:
    refresher.rebuild()
    for path in ("/windows/1", "/windows/2", "/windows/99", "/", "/extruder/1", "/no/such/page"):
        await web.get(path)
    found = await samples(web)
    route = f"/windows/{EXTRUDER}"
    assert found["meltwatch_http_requests_total", "GET", route, "200"] == 2
    assert found["meltwatch_http_requests_total", "GET", route, "404"] == 1
    assert found["meltwatch_http_requests_total", "GET", "{page}", "200"] == 3
    assert found["meltwatch_http_request_duration_seconds_count", route] == 3
    assert found["meltwatch_http_failures_total", "UnknownExtruder"] == 1


async def test_methods_that_somebody_made_up_are_one(web: httpx.AsyncClient) -> None:
    for method in ("BREW", "WHEN"):
        await web.request(method, "/plant")
    assert (await samples(web))["meltwatch_http_requests_total", "other", "{unknown}", "403"] == 2


async def test_an_error_is_counted_by_its_class(settings: Settings, web: httpx.AsyncClient) -> None:
    async def broken(_request: object) -> None:
        raise ZeroDivisionError

    app = web._transport.app  # type: ignore[attr-defined]
    app.router.routes.insert(0, Route("/broken", broken))
    with pytest.raises(ZeroDivisionError):
        await web.get("/broken")
    found = await samples(web)
    assert found["meltwatch_http_failures_total", "ZeroDivisionError"] == 1
    assert found["meltwatch_http_requests_total", "GET", "/broken", "500"] == 1


async def test_viewers_and_what_they_were_too_slow_for_are_counted(settings: Settings) -> None:
    counted = WebMetrics()
    hub = PushHub(None, settings, counted.pushed)  # type: ignore[arg-type]
    slow, fast = Viewer(), Viewer()
    hub._topics[1] |= {slow, fast}
    for _ in range(QUEUE_EVENTS + 1):
        hub._send([1], b"event")
        await fast.next()
    counted.pushed(2, 0)
    counted.pushed(-1, 0)
    text = generate_latest(counted.registry).decode()
    assert f"meltwatch_sse_dropped_events_total {QUEUE_EVENTS}.0" in text
    assert "meltwatch_viewers 1.0" in text


_PROCESS = """
from routes.request_metrics import WebMetrics
metrics = WebMetrics()
metrics.answered({"method": "GET", "path": "/"}, 200, 0.01)
metrics.pushed(3, 1)
"""
_TELL = """
from prometheus_client import generate_latest
print(generate_latest(metrics.registry).decode())
"""


async def test_processes_that_share_a_folder_tell_the_sum_without_the_viewers_of_dead_ones(
    tmp_path: Path,
) -> None:
    def process(code: str) -> str:
        env = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PYTHONPATH": "."}
        command = [sys.executable, "-c", code]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout

    process(_PROCESS)
    told = process(_PROCESS + _TELL)
    assert 'meltwatch_http_requests_total{method="GET",route="{unknown}",status="200"} 2.0' in told
    assert "meltwatch_sse_dropped_events_total 2.0" in told
    assert "meltwatch_viewers 3.0" in told
