"""Who sees sources, who tests and maps them, and in whose name."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from data.asking import INGEST
from data.people.roles import Role
from data.people.store import People
from data.settings import Settings
from data.taking import Taking
from data.window_cache import connect
from data.window_cache.source_state import SOURCES, Condition, SourceState, encoded
from tests.access.conftest import client_of, sign_in

pytestmark = pytest.mark.anyio
ALL = ("/sources/now", "/sources/unmapped?source=hall-1", "/sources/mapped?source=hall-1")


@pytest.fixture(autouse=True)
def asked(settings: Settings) -> Iterator[list[dict[str, Any]]]:
    """Bodies of what the ingest of a source was asked, which did it."""
    heard: list[dict[str, Any]] = []

    def do(_kind: str, body: dict[str, Any], _id: str, _left_s: float) -> Any:
        heard.append(body)
        return {}

    over = threading.Event()
    with connect(settings.redis_url) as client:
        client.set(SOURCES, encoded([SourceState("hall-1", "mqtt", Condition.RECEIVING, 1)]))
        taking = Taking(client, "test", INGEST, do)

        def take() -> None:
            while not over.is_set():
                taking.take()

        thread = threading.Thread(target=take)
        thread.start()
        yield heard
        over.set()
        thread.join(10)


@pytest.mark.parametrize("role", Role)
async def test_who_sees_the_plant_sees_its_sources_and_some_work_on_them(
    app: Starlette, people: People, asked: list[dict[str, Any]], role: Role
) -> None:
    async with client_of(app) as web:
        await sign_in(web, role.value)
        assert [(await web.get(path)).status_code for path in ALL] == [200, 200, 200]
        body = {"source": "hall-1", "actor": "p-forged", "name": "forged"}
        answer = await web.post("/sources/test", json=body)
        may = role in {Role.MAINTENANCE, Role.ADMIN}
        assert answer.status_code == (200 if may else 403)
        assert asked == ([{"source": "hall-1", "actor": people.by_login(role.value).id}] * may)


async def test_who_sees_a_part_of_the_plant_sees_no_source(
    web: httpx.AsyncClient, people: People, asked: list[dict[str, Any]]
) -> None:
    people.set_scope(people.by_login("maintenance"), ["north"], "cli")
    await sign_in(web, "maintenance")
    for path in ALL:
        answer = await web.get(path)
        assert answer.status_code == 403
        assert "a part of it" in answer.json()["error"]
    posted = await web.post("/sources/test", json={"source": "hall-1"})
    assert posted.status_code == 403
    assert asked == []
