"""Every route × every role: what each may, and that nobody else reads anything."""

from __future__ import annotations

import json
from collections.abc import Iterator

import dash
import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route

import access.rules
from data.people.account import TokenKind
from data.people.roles import ALLOWED, Permission, Role
from data.people.store import People
from data.settings import Settings
from tests.access.conftest import application, client_of, sign_in

pytestmark = pytest.mark.anyio

P = Permission
#: Not VIEW, which all others take.
TAKES = {
    ("GET", "/metrics"): P.METRICS,
    ("GET", "/system/failures/{id}"): P.JOBS,
    ("POST", "/system/failures/run"): P.JOBS,
    ("POST", "/system/failures/discard"): P.JOBS,
    ("POST", "/sources/test"): P.SOURCES,
    ("POST", "/sources/map"): P.SOURCES,
    ("POST", "/sources/unmap"): P.SOURCES,
    ("POST", "/replays"): P.SET_LIMITS,
    ("POST", "/commands"): P.ACKNOWLEDGE,
}
PUBLIC = {
    ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/login"), ("POST", "/login"),
    ("GET", "/login/start"), ("GET", "/login/done"),
    ("POST", "/logout"), ("GET", "/kiosk"), ("POST", "/kiosk"),
}  # fmt: skip
DASH = [
    ("GET", "/_dash-layout"), ("GET", "/_dash-dependencies"), ("POST", "/_dash-update-component"),
    ("GET", "/_reload-hash"), ("GET", "/_favicon.ico"), ("GET", "/assets/theme.css"),
    ("GET", "/_dash-component-suites/dash/deps/react@18.3.1.min.js"),
    ("GET", "/no/such/page"),
]  # fmt: skip


def routes(app: Starlette) -> Iterator[tuple[str, str]]:
    """Method and path template of every route there is."""
    for route in app.routes:
        if isinstance(route, Route):
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield method, route.path
        else:
            assert isinstance(route, Mount)
    yield from DASH
    for page in dash.page_registry.values():
        yield "GET", page["path_template"] or page["path"]


def filled(path: str) -> str:
    for part, value in {
        "{extruder:number}": "1", "{extruder}": "1", "{id}": "x", "<extruder>": "1",
        "<malfunction>": "1-1", "{language}": "de",
    }.items():  # fmt: skip
        path = path.replace(part, value)
    assert not set("{<") & set(path), path
    return path


async def test_who_is_not_signed_in_reads_nothing(app: Starlette) -> None:
    async with client_of(app) as nobody:
        seen = set()
        for method, path in routes(app):
            seen.add((method, path))
            if (method, path) not in PUBLIC:
                answer = await nobody.request(method, filled(path))
                assert answer.status_code == 401, (method, path)
                assert answer.json() == {"error": "sign in first"}
    assert PUBLIC | set(TAKES) <= seen, "the table names what is there"
    assert len(seen) > 50


@pytest.mark.parametrize("role", Role)
async def test_a_role_may_what_the_table_says(app: Starlette, role: Role) -> None:
    async with client_of(app) as client:
        assert (await sign_in(client, role.value)).status_code == 303
        for method, path in routes(app):
            if (method, path) in PUBLIC or path.endswith("/events"):
                continue
            allowed = TAKES.get((method, path), P.VIEW) in ALLOWED[role]
            body = {"json": {"action": "acknowledge"}} if method == "POST" else {}
            status = (await client.request(method, filled(path), **body)).status_code
            assert (status == 403) != allowed, (method, path, status)
            assert status != 401, (method, path)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_what_no_route_has_is_refused_to_all(app: Starlette, method: str) -> None:
    async with client_of(app) as client:
        assert (await client.request(method, "/plant")).status_code == 401
        await sign_in(client, "admin")
        for path in ("/plant", "/commands", "/_dash-update-component", "/"):
            assert (await client.request(method, path)).status_code == 403


COMMANDS = {
    "acknowledge": {Role.OPERATOR, Role.SUPERVISOR, Role.MAINTENANCE, Role.ADMIN},
    "out_of_service": {Role.SUPERVISOR, Role.ADMIN},
    "set_limits": {Role.SUPERVISOR, Role.ADMIN},
    "resolve_malfunction": {Role.MAINTENANCE, Role.ADMIN},
}


@pytest.mark.parametrize("role", Role)
async def test_an_action_takes_its_role(app: Starlette, role: Role) -> None:
    async with client_of(app) as client:
        await sign_in(client, role.value)
        for action, roles in COMMANDS.items():
            answer = await client.post("/commands", json={"id": "a", "action": action})
            assert (answer.status_code == 403) == (role not in roles), (action, answer.text)


async def test_tokens_read_and_change_nothing(app: Starlette, people: People) -> None:
    for kind, read in [(TokenKind.API, True), (TokenKind.KIOSK, True), (TokenKind.METRICS, False)]:
        _, plain = people.new_token(kind, "x", "cli", 1, None)
        async with client_of(app) as client:
            client.headers["Authorization"] = f"Bearer {plain}"
            assert ((await client.get("/lines")).status_code != 403) == read
            assert ((await client.get("/metrics")).status_code != 403) != read
            for path in (path for _, path in routes(app) if path.startswith("/api/")):
                answer = await client.get(filled(path))
                assert (answer.status_code != 403) == read, path
            for method, path in routes(app):
                if method == "POST" and (method, path) not in PUBLIC | {DASH[2]}:
                    assert (await client.post(path, json={})).status_code == 403, path


async def test_a_list_as_action_is_an_error_of_the_sender(web: httpx.AsyncClient) -> None:
    await sign_in(web, "operator")
    answer = await web.post("/commands", content=json.dumps({"id": "a", "action": ["x"]}),
                            headers={"Content-Type": "application/json"})  # fmt: skip
    assert answer.status_code == 400


async def test_the_environment_cannot_open_the_mcp_server_of_dash(
    settings: Settings, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASH_MCP_ENABLED", "true")
    monkeypatch.setitem(access.rules._POSTS, "/_mcp", P.VIEW)
    _, plain = people.new_token(TokenKind.API, "x", "cli", 1, None)
    async with client_of(application(settings, AUTH="local")) as client:
        client.headers["Authorization"] = f"Bearer {plain}"
        asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        assert (await client.post("/_mcp", json=asked)).status_code == 405
