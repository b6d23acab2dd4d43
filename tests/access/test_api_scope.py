"""/api/v1 tells each of what they see: a token of one site finds nothing of another."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette

from data.journal.rows import malfunction_row
from data.notifier.routes import Routes
from data.people.account import TokenKind
from data.people.store import People
from data.settings import Settings
from data.telemetry import open_store
from data.window_cache import Keys, connect
from data.window_cache.writer import WindowWriter
from data.worker import build_refresher
from tests.access.conftest import client_of
from tests.history.malfunction_store import fault
from tests.raw_sql import sql_many
from tests.rows import plant, row

pytestmark = pytest.mark.anyio
NOW = int(time.time()) * 1000
FAULTS = [fault(number, "2026-03-10 23:00") for number in (1, 2)]


@pytest.fixture
def two_sites(settings: Settings, people: People) -> None:
    """Extruder 1 in the north, 2 in the south, with readings, and a malfunction of each."""
    whole = plant(2)
    sites = zip(whole.extruders, ("North", "South"), strict=True)
    catalogue = replace(whole, extruders=tuple(replace(one, site=site) for one, site in sites))
    with closing(open_store(settings.database_url)) as store:
        store.put_catalogue(catalogue, "test", "")
        store.append([row(NOW - 1000 * t, e, 340.0, 200.0, 2.0) for t in range(90) for e in (1, 2)])
        rows = [malfunction_row(one) for one in FAULTS]
        marks = ", ".join("?" * len(rows[0]))
        sql_many(settings.database_url, f"INSERT INTO malfunctions VALUES ({marks})", rows)
        windows = WindowWriter(connect(settings.redis_url), Keys())
        build_refresher(settings, windows, Routes()).rebuild()


def asked_by(app: Starlette, people: People, *scope: str) -> httpx.AsyncClient:
    _, plain = people.new_token(TokenKind.API, "x", "cli", 1, None, scope)
    client = client_of(app)
    client.headers["Authorization"] = f"Bearer {plain}"
    return client


@pytest.mark.parametrize(("scope", "mine"), [((), {1, 2}), (("North",), {1}), (("South",), {2})])
async def test_a_token_reads_its_scope_and_no_more(
    app: Starlette, people: People, two_sites: None, scope: tuple[str, ...], mine: set[int]
) -> None:
    async with asked_by(app, people, *scope) as client:

        async def get(path: str) -> httpx.Response:
            return await client.get(f"/api/v1/{path}")

        extruders = (await get("extruders")).json()["extruders"]
        assert {one["id"] for one in extruders} == mine
        found = (await get("malfunctions")).json()["malfunctions"]
        assert {one["extruder"] for one in found} == mine
        alarms = (await get("alarms")).json()["alarms"]
        assert {one["extruder"] for one in alarms} <= mine
        for number, one in enumerate(FAULTS, 1):
            status = 200 if number in mine else 404
            assert (await get(f"extruders/{number}/window")).status_code == status
            assert (await get(f"malfunctions/{one.id}")).status_code == status
            chosen = (await get(f"malfunctions?extruder={number}")).json()["malfunctions"]
            assert len(chosen) == (number in mine)


async def test_what_one_is_told_is_kept_for_nobody_else(
    app: Starlette, people: People, two_sites: None
) -> None:
    async with asked_by(app, people) as all_, asked_by(app, people, "North") as north:
        for path in ("extruders", "malfunctions"):
            whole = await all_.get(f"/api/v1/{path}")
            part = await north.get(
                f"/api/v1/{path}", headers={"If-None-Match": whole.headers["ETag"]}
            )
            assert (part.status_code, part.headers["Cache-Control"]) == (200, "private, no-cache")
            assert whole.json() != part.json()
