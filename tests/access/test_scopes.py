"""Every route that there is × somebody with a scope: nothing of what stands elsewhere is told."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import dash
import httpx
import pytest
from starlette.applications import Starlette

from access.rules import is_scoped
from data.journal.rows import malfunction_row
from data.people.account import TokenKind
from data.people.roles import Role
from data.people.store import open_people
from data.scopes import to_header
from data.window_cache import connect
from tests.access.conftest import CHEAP, GOOD, application, client_of, sign_in
from tests.access.test_routes_by_role import DASH, PUBLIC, filled, routes
from tests.history.malfunction_store import fault
from tests.raw_sql import sql_many
from tests.stack import Stack, wait_until

pytestmark = pytest.mark.anyio

MINE, OTHERS = (1, 2), (3, 4)
#: Of what stands in the other line: names, ids, and what was written there.
FOREIGN = re.compile(r"Extruder [34]\b|\b[34]-1\d{3,}|\b[34]\|\w|secret of line 2|for the plant")
ONSET = "2026-03-02 08:00"
SPAN = "from=1&to=9999999999999"
QUERIES = {
    "/lines/window": "signal=MainDrive.Load.ActualValue",
    "/lines/delta": "signal=MainDrive.Load.ActualValue",
    "/lines/day": "signal=MainDrive.Load.ActualValue",
    "/history/windows/{extruder:number}": SPAN,
    "/history/playback/{extruder:number}": SPAN,
    "/history/malfunctions.csv": "period=all",
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("scoped")
    running = Stack(folder, EXTRUDERS="4", HISTORY_CACHE="process")
    try:
        running.start_redis()
        running.start_ingest()
        wait_until((folder / "telemetry.sqlite").exists, 10, "ingest made the store")
        running.start_worker()
        client = connect(running.settings.redis_url)
        wait_until(lambda: _is_served(client), 30, "alarms are told")
        fill(running.settings.database_url)
        yield running
    finally:
        running.stop()


def _is_served(client: Any) -> bool:
    return any(key.endswith(b"alarms") for key in client.keys("*"))


def fill(url: str) -> None:
    """Something of each line, and of the plant; and people who see the first line or all."""
    made = [malfunction_row(fault(n, ONSET)) for n in (*MINE, *OTHERS)]
    sql_many(url, f"INSERT INTO malfunctions VALUES ({', '.join('?' * len(made[0]))})", made)
    notes = [
        (f"a{n}", 1000, "x", "note", n, "", 0, 1000, 2000, text, None, "")
        for n, text in [(1, "of line 1"), (3, "secret of line 2"), (0, "for the plant")]
    ]
    sql_many(url, f"INSERT INTO annotations VALUES ({', '.join('?' * 12)})", notes)
    with closing(open_people(url, CHEAP)) as people:
        for name in ("anna", "whole"):
            people.add(name, name, Role.ADMIN, GOOD, "cli", 1)
        people.set_scope(people.by_login("anna"), ("Plant/Line 1",), "cli")


@pytest.fixture
def app(stack: Stack) -> Starlette:
    return application(stack.settings, AUTH="local")


def foreign(body: str) -> str | None:
    """What a body tells of the other line."""
    found = FOREIGN.search(body)
    if found:
        return found[0]
    try:
        return _foreign(json.loads(body))
    except ValueError:
        return None


def text_of(answer: httpx.Response, asked: str) -> str:
    """What can be read, without the id that was asked for; windows are numbers of one extruder."""
    binary = answer.headers.get("content-type", "").endswith("window")
    return "" if binary else answer.text.replace(asked, "")


def _foreign(told: Any) -> str | None:
    """An extruder's number where such stand."""
    if isinstance(told, dict):
        if told.get("extruder") in OTHERS or (told.get("id") in OTHERS):
            return str(told)[:200]
        told = list(told.values())
    inner = (_foreign(one) for one in told) if isinstance(told, list) else ()
    return next((one for one in inner if one), None)


def numbered(path: str, extruder: int) -> str:
    path = path.replace("{extruder:number}", str(extruder)).replace("<extruder>", str(extruder))
    path = path.replace("<malfunction>", fault(extruder, ONSET).id)
    return filled(path.replace("{id}", fault(extruder, ONSET).id))


async def test_no_route_tells_of_what_stands_elsewhere(app: Starlette) -> None:
    told, refused = 0, set()
    async with client_of(app) as anna, client_of(app) as whole:
        await sign_in(anna, "anna")
        await sign_in(whole, "whole")
        for method, path in routes(app):
            if method != "GET" or (method, path) in PUBLIC or path.endswith("/events"):
                continue
            for extruder in (*MINE, *OTHERS):
                url = f"{numbered(path, extruder)}?{QUERIES.get(path, '')}"
                await whole.get(url)  # what is kept for others is not given to anna
                answer = await anna.get(url)
                assert foreign(text_of(answer, fault(extruder, ONSET).id)) is None, url
                if not is_scoped(numbered(path, extruder)):
                    assert answer.status_code == 403, url
                    refused.add(path)
                told += answer.status_code == 200
    assert told > 30
    assert {"/metrics", "/system/runs", "/replays/{id}", "/system"} <= refused


async def test_what_is_mine_is_told(app: Starlette) -> None:
    async with client_of(app) as anna:
        await sign_in(anna, "anna")
        cards = (await anna.get("/plant")).json()["cards"]
        assert {card["id"] for card in cards} == set(MINE)
        assert [one["id"] for one in (await anna.get("/lines")).json()["extruders"]] == [1, 2]
        for extruder, status in [(1, 200), (3, 404)]:
            for path in ("/windows/{}", "/windows/{}/delta", "/catalogue/{}"):
                assert (await anna.get(path.format(extruder))).status_code == status, path


async def test_no_page_tells_of_what_stands_elsewhere(app: Starlette) -> None:
    async with client_of(app) as anna, client_of(app) as whole:
        await sign_in(anna, "anna")
        await sign_in(whole, "whole")
        found = (await whole.get("/_dash-dependencies")).json()
        pages = next(one for one in found if "_pages_content.children" in one["output"])
        seen_by_whole = ""
        for page in dash.page_registry.values():
            for extruder in OTHERS:
                path = numbered(page["path_template"] or page["path"], extruder)
                seen_by_whole += await rendered(whole, pages, path)
                body = await rendered(anna, pages, path)
                assert foreign(body.replace(fault(extruder, ONSET).id, "")) is None, path
        assert "Extruder 3" in seen_by_whole, "else this test finds nothing"


async def rendered(client: httpx.AsyncClient, pages: dict[str, Any], path: str) -> str:
    """The page that Dash makes for a path."""
    values = {"pathname": path, "search": "?period=all"}
    body = {
        "output": pages["output"],
        "outputs": [
            {"id": "_pages_content", "property": "children"},
            {"id": "_pages_store", "property": "data"},
        ],
        "inputs": [{**one, "value": values.get(one["property"])} for one in pages["inputs"]],
        "changedPropIds": ["_pages_location.pathname"],
        "state": [{**one, "value": None} for one in pages["state"]],
    }
    answer = await client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200, (path, answer.text)
    return answer.text


async def test_acting_elsewhere_is_refused(app: Starlette) -> None:
    acts: list[dict[str, Any]] = [
        {"action": "acknowledge", "alarms": ["3|x|H"]},
        {"action": "acknowledge", "alarms": ["1|x|H", "3|x|H"]},
        {"action": "resolve_malfunction", "malfunction": "3-1772435000000"},
        {"action": "annotate", "extruder": 3},
        {"action": "annotate", "extruder": 3, "malfunction": "1-1772435000000"},
        {"action": "annotate"},
        {"action": "set_limits", "extruder": 3},
        {"action": "set_limits", "extruder": "3"},
        {"action": "remove_annotation", "annotation": "a3"},
        {"action": "acknowledge", "alarms": "3|x|H"},
        {},
    ]
    async with client_of(app) as anna:
        await sign_in(anna, "anna")
        for act in acts:
            answer = await anna.post("/commands", json={"id": "c", **act})
            assert answer.status_code == 403, (act, answer.text)
        mine = {"id": "c", "action": "annotate", "extruder": 1}
        assert (await anna.post("/commands", json=mine)).status_code == 400
        assert (await anna.post("/replays", json={})).status_code == 403


async def test_a_stream_tells_of_what_is_seen(app: Starlette) -> None:
    async with client_of(app) as anna:
        await sign_in(anna, "anna")
        for path in ("/plant/events", "/windows/3/events"):
            body = await first_events(app, dict(anna.headers), anna.cookies, path)
            assert b"event: plant" in body or b"event: snapshot" in body, body[:200]
            for line in body.decode().splitlines():
                assert foreign(line.removeprefix("data: ")) is None, line[:200]


async def first_events(
    app: Starlette, headers: dict[str, str], cookies: httpx.Cookies, path: str
) -> bytes:
    """What a stream tells in its first seconds."""
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    raw = [(b"host", b"localhost"), (b"cookie", cookie.encode())]
    got, over = bytearray(), asyncio.Event()

    async def send(message: Any) -> None:
        got.extend(message.get("body", b""))

    async def receive() -> Any:
        await over.wait()
        return {"type": "http.disconnect"}

    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "headers": raw,
        "query_string": b"", "scheme": "http", "server": ("localhost", 80), "root_path": "",
        "client": ("127.0.0.1", 5000), "http_version": "1.1", "app": app,
    }  # fmt: skip
    serving = asyncio.ensure_future(app(scope, receive, send))
    async with asyncio.timeout(20):
        while got.count(b"event: ") < (4 if "plant" in path else 2):
            await asyncio.sleep(0.05)
    over.set()
    await asyncio.wait({serving}, timeout=10)
    return bytes(got)


async def test_a_proxy_is_given_what_its_caller_sees(app: Starlette, stack: Stack) -> None:
    with closing(open_people(stack.settings.database_url, CHEAP)) as people:
        _, nginx = people.new_token(TokenKind.API, "nginx", "cli", 1, None)
        _, wall = people.new_token(TokenKind.KIOSK, "wall", "cli", 1, None, ("Plant/Line 2",))
    async with client_of(app) as anna, client_of(app) as proxy:
        await sign_in(anna, "anna")
        told = (await anna.get("/access/check")).headers["meltwatch-scope"]
        assert told == to_header(("Plant/Line 1",))
        ask = {"Authorization": f"Bearer {nginx}", "Meltwatch-Scope": told}
        assert {c["id"] for c in (await proxy.get("/plant", headers=ask)).json()["cards"]} == {1, 2}
        assert (await proxy.get("/access/check", headers=ask)).headers["meltwatch-scope"] == told
        # Who has a scope gets no other by the header.
        ask["Authorization"] = f"Bearer {wall}"
        assert {c["id"] for c in (await proxy.get("/plant", headers=ask)).json()["cards"]} == {3, 4}
        ask = {"Authorization": f"Bearer {nginx}", "Meltwatch-Scope": "%5B"}
        assert (await proxy.get("/plant", headers=ask)).status_code == 403


async def test_what_a_browser_has_of_somebody_else_is_not_confirmed(app: Starlette) -> None:
    async with client_of(app) as anna, client_of(app) as whole:
        await sign_in(anna, "anna")
        await sign_in(whole, "whole")
        answer = await whole.get("/lines")
        assert answer.headers["cache-control"].startswith("public")
        known = {"If-None-Match": answer.headers["etag"]}
        answer = await anna.get("/lines", headers=known)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "private, no-cache"


def test_dash_is_among_what_is_told_by_scope() -> None:
    assert all(is_scoped(path) for _, path in DASH if not path.startswith("/no/"))
