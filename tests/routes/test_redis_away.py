"""Without Redis the web process answers fast and says why."""

from __future__ import annotations

import httpx
import pytest

from app import build
from data.settings import Settings
from tests.stack import free_port

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("path", ["/windows/1", "/windows/1/delta", "/plant", "/plant/sparks"])
async def test_every_route_says_that_windows_are_unavailable(path: str) -> None:
    settings = Settings.from_env({"REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"})
    transport = httpx.ASGITransport(build(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as web:
        answer = await web.get(path)
        assert answer.status_code == 503
        assert "Redis" in answer.json()["error"]
        assert answer.headers["retry-after"] == "1"
        assert (await web.get("/healthz")).status_code == 200
        assert (await web.get("/readyz")).status_code == 503
