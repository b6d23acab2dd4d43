"""GET /alarms…: the worker's JSON as it was committed, and how old it is."""

from __future__ import annotations

import time

import httpx
import pytest

from data.window_cache import Keys, connect
from data.window_cache.writer import Commit, WindowWriter
from routes import alarms

pytestmark = pytest.mark.anyio

FACTS = {"checked": 17, "catalogue": 0, "rebuilding": "", "error": ""}


@pytest.fixture
def windows(redis_url: str) -> WindowWriter:
    writer = WindowWriter(connect(redis_url), Keys())
    writer.take_lease("me")
    return writer


def put(windows: WindowWriter, commit: Commit, last_success: int = 17) -> None:
    commit.status(last_success=last_success)
    assert windows.commit(commit, "me", windows.watermark(), 1)


@pytest.mark.parametrize(
    ("path", "empty"),
    [
        ("/alarms/now", {"as_of": -1, "alarms": [], "malfunctions": []}),
        ("/alarms/history", {"as_of": -1, "events": []}),
        ("/alarms/health", {"as_of": -1, "hours": 0}),
        ("/alarms/deliveries", {"as_of": -1, "deliveries": [], "configured": False}),
    ],
)
async def test_before_the_first_commit_the_lists_are_empty(
    web: httpx.AsyncClient, redis_url: str, path: str, empty: dict[str, object]
) -> None:
    answer = await web.get(path)
    assert answer.status_code == 200
    body = answer.json()
    assert body.pop("served") <= time.time() * 1000
    assert body == {**FACTS, "checked": -1, **empty}


async def test_texts_come_with_what_the_refresh_did(
    web: httpx.AsyncClient, windows: WindowWriter
) -> None:
    commit = windows.begin()
    commit.alarms('{"as_of":5,"alarms":[{"unit":"°C"}],"malfunctions":[]}')
    commit.history('{"as_of":6,"events":[1]}')
    commit.health('{"as_of":7,"hours":1.5}')
    commit.deliveries('{"as_of":8,"deliveries":[],"configured":true}')
    put(windows, commit)
    wanted = {
        "/alarms/now": {"as_of": 5, "alarms": [{"unit": "°C"}], "malfunctions": []},
        "/alarms/history": {"as_of": 6, "events": [1]},
        "/alarms/health": {"as_of": 7, "hours": 1.5},
        "/alarms/deliveries": {"as_of": 8, "deliveries": [], "configured": True},
    }
    for path, body in wanted.items():
        told = (await web.get(path)).json()
        assert told.pop("served") > 0
        assert told == {**FACTS, **body}


async def test_unchanged_alarms_are_not_sent_again(
    web: httpx.AsyncClient, windows: WindowWriter
) -> None:
    commit = windows.begin()
    commit.alarms('{"as_of":5,"alarms":[],"malfunctions":[]}')
    put(windows, commit)
    first = await web.get("/alarms/now")
    time.sleep(alarms.KEEP_S + 0.05)
    same = {"If-None-Match": first.headers["etag"]}
    again = await web.get("/alarms/now", headers=same)
    assert (again.status_code, again.content) == (304, b"")
    commit = windows.begin()
    commit.alarms('{"as_of":6,"alarms":[],"malfunctions":[]}')
    put(windows, commit)
    time.sleep(alarms.KEEP_S + 0.05)
    changed = await web.get("/alarms/now", headers=same)
    assert (changed.status_code, changed.json()["as_of"]) == (200, 6)


async def test_a_refresh_that_fails_is_told_with_the_alarms(
    web: httpx.AsyncClient, windows: WindowWriter
) -> None:
    put(windows, windows.begin())
    windows.record_error("the store failed: disk full", 18)
    assert (await web.get("/alarms/now")).json()["error"] == "the store failed: disk full"
