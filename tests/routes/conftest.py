"""The web application in the test's own process, on a real Valkey."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from data.notifier.routes import Routes
from data.refresh import Refresher
from data.settings import Settings
from data.telemetry import TelemetryStore
from data.window_cache import Keys, connect
from data.window_cache.writer import WindowWriter
from data.worker import build_refresher
from tests.rows import plant


@pytest.fixture
def settings(redis_url: str, store_url: str) -> Settings:
    return Settings.from_env({"REDIS_URL": redis_url, "DATABASE_URL": store_url})


@pytest.fixture
def refresher(settings: Settings, store: TelemetryStore) -> Iterator[Refresher]:
    store.put_catalogue(plant(2), "test", "")
    windows = WindowWriter(connect(settings.redis_url), Keys())
    yield build_refresher(settings, windows, Routes())


@pytest.fixture
async def web(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    from app import build

    transport = httpx.ASGITransport(build(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
