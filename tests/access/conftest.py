"""The web application behind its gate, with real accounts and a real Redis."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette

from access.settings import AccessSettings
from data.people.passwords import Passwords
from data.people.roles import Role
from data.people.store import People, open_people
from data.settings import Settings

GOOD = "correct horse"
MOMENT_S = 0.1
#: Signing in hashes anew as it is done now; that is not what these tests are about.
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is believed for seconds is asked anew within a moment."""
    monkeypatch.setattr("access.sessions.KEPT_S", MOMENT_S)
    monkeypatch.setattr("access.recognise.TOKEN_KEPT_S", MOMENT_S)


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> Settings:
    store = f"sqlite:///{tmp_path}/people.sqlite"
    return Settings.from_env({"REDIS_URL": redis_url, "DATABASE_URL": store})


@pytest.fixture
def people(settings: Settings) -> Iterator[People]:
    with closing(open_people(settings.database_url, CHEAP)) as opened:
        for role in Role:
            opened.add(role.value, f"{role.value.title()} One", role, GOOD, "cli", 1)
        yield opened


def application(settings: Settings, **env: str) -> Starlette:
    from app import build

    return build(settings, AccessSettings.from_env(env))


def client_of(app: Starlette, address: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 5000))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


@pytest.fixture
def app(settings: Settings, people: People) -> Starlette:
    return application(settings, AUTH="local")


@pytest.fixture
async def web(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


async def sign_in(client: httpx.AsyncClient, name: str, password: str = GOOD) -> httpx.Response:
    answer = await client.post("/login", data={"name": name, "password": password})
    client.headers["X-CSRFToken"] = client.cookies.get("_csrf_token", "")
    return answer
