"""What is refused at the door: too much, and what another site's page asks for. All is counted."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from routes.body_limit import MAX_BYTES
from tests.routes.metrics import samples

pytestmark = pytest.mark.anyio
DASH = "/_dash-update-component"
JSON = {"Content-Type": "application/json"}


class Endless:
    """A body of unknown length, and how much of it was taken."""

    def __init__(self) -> None:
        self.taken = 0

    async def parts(self) -> AsyncIterator[bytes]:
        while True:
            self.taken += 1
            yield b" " * 2**16


@pytest.mark.parametrize("path", [DASH, "/commands", "/system/failures/run", "/no/such"])
async def test_a_body_that_says_it_is_too_large_is_not_read(
    web: httpx.AsyncClient, path: str
) -> None:
    body = Endless()
    headers = {**JSON, "Content-Length": str(MAX_BYTES + 1)}
    answer = await web.post(path, content=body.parts(), headers=headers)
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert body.taken == 0
    assert (await samples(web))["meltwatch_http_requests_total", "POST", "{unknown}", "413"] == 1


async def test_a_body_of_unknown_length_is_counted_as_it_comes(web: httpx.AsyncClient) -> None:
    body = Endless()
    answer = await web.post(DASH, content=body.parts(), headers=JSON)
    assert (answer.status_code, answer.json()) == (
        413,
        {"error": f"expected at most {MAX_BYTES} bytes"},
    )
    assert body.taken * 2**16 == MAX_BYTES + 2**16
    found = await samples(web)
    assert found["meltwatch_http_requests_total", "POST", DASH, "413"] == 1
    assert not [name for name in found if name[0] == "meltwatch_http_failures_total"]


async def test_commands_keep_their_own_limit(web: httpx.AsyncClient) -> None:
    body = Endless()
    assert (await web.post("/commands", content=body.parts(), headers=JSON)).status_code == 413
    assert body.taken == 2


async def test_a_callback_of_unknown_length_is_answered(web: httpx.AsyncClient) -> None:
    about = (await web.get("/_dash-dependencies")).json()
    output = next(one["output"] for one in about if "_pages_content" in one["output"])
    ids = [("_pages_content", "children"), ("_pages_store", "data")]
    at = [("_pages_location", "pathname", "/system"), ("_pages_location", "search", "")]
    question = {
        "output": output,
        "outputs": [{"id": one, "property": name} for one, name in ids],
        "inputs": [{"id": one, "property": name, "value": value} for one, name, value in at],
        "changedPropIds": ["_pages_location.pathname"],
    }

    async def parts() -> AsyncIterator[bytes]:
        yield json.dumps(question).encode()

    answer = await web.post(DASH, content=parts(), headers=JSON)
    assert answer.status_code == 200
    assert "panel--cost" in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", DASH),
        ("POST", "/commands"),
        ("DELETE", "/"),
        ("BREW", "/no/such"),
        ("GET", "/plant/events"),
        ("GET", "/windows/1/events"),
    ],
)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
async def test_another_site_may_neither_change_nor_hold_anything(
    web: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = await web.request(method, path, headers=headers)
    assert answer.status_code == 403
    told = {"BREW": "other", "DELETE": "other"}.get(method, method)
    found = await samples(web)
    assert found["meltwatch_http_requests_total", told, "{unknown}", "403"] == 1


async def test_a_link_from_another_site_is_followed(web: httpx.AsyncClient) -> None:
    link = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    }
    assert (await web.get("/extruder/1", headers=link)).status_code == 200
    assert (await web.post("/commands", headers=link)).status_code == 403
