"""The headers are on every answer, whoever gives it, and cover the scripts in the page."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from app import build
from data.settings import Settings
from routes.hardening import Hardening
from tests.routes.test_refusals import DASH, JSON
from tests.stack import ROOT, Stack, wait_until, web_command

pytestmark = pytest.mark.anyio
NAMES = {
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
}
ASSET = "/assets/theme.css"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The real server, with Valkey and without workers."""
    stack = Stack(tmp_path_factory.mktemp("plant"))
    try:
        stack.start_redis()
        stack.start_web()
        yield stack
    finally:
        stack.stop()


def assert_hardened(answer: httpx.Response) -> None:
    once = {name for name in NAMES if len(answer.headers.get_list(name)) == 1}
    assert once == NAMES
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/healthz", 200),
        ("HEAD", "/system", 200),
        ("OPTIONS", "/", 403),
        ("GET", ASSET, 200),
        ("GET", "/_dash-layout", 200),
        ("GET", "/_dash-dependencies", 200),
        ("GET", "/_dash-component-suites/no/such", 500),
        ("GET", "/system/failures/no-such-job", 404),
        ("DELETE", "/plant", 403),
        ("POST", "/commands", 415),
        ("GET", "/readyz", 503),
    ],
)
def test_every_answer_has_the_headers(plant: Stack, method: str, path: str, status: int) -> None:
    answer = httpx.request(method, f"{plant.url}{path}")
    assert answer.status_code == status
    assert_hardened(answer)


def test_also_one_without_a_body(plant: Stack) -> None:
    first = httpx.get(f"{plant.url}{ASSET}")
    again = httpx.get(f"{plant.url}{ASSET}", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert_hardened(again)


def test_also_a_stream_which_still_streams(plant: Stack) -> None:
    with httpx.stream("GET", f"{plant.url}/plant/events", timeout=10) as stream:
        assert_hardened(stream)
        assert len([chunk for chunk, _ in zip(stream.iter_raw(), "ab", strict=False)]) == 2


def test_also_refusals(plant: Stack) -> None:
    from_elsewhere = {"Origin": "https://evil.example"}
    for answer in (
        httpx.post(f"{plant.url}/commands", headers=from_elsewhere),
        httpx.post(f"{plant.url}{DASH}", content=b" " * 2**21),
        httpx.post(f"{plant.url}{DASH}", content=iter([b" " * 2**16] * 64), headers=JSON),
    ):
        assert answer.status_code in {403, 413}
        assert_hardened(answer)


def test_what_a_client_says_of_its_address_is_not_believed(plant: Stack) -> None:
    said = {"Origin": "https://evil.example", "X-Forwarded-For": "203.0.113.9"}
    assert httpx.delete(f"{plant.url}/forwarded", headers=said).status_code == 403
    log = Path(plant.log.name)
    wait_until(lambda: "path=/forwarded" in log.read_text(), 5, "it is logged")
    line = next(one for one in log.read_text().splitlines() if "path=/forwarded" in one)
    assert "address=127.0.0.1" in line


def test_tests_start_the_web_process_as_it_is_started() -> None:
    started = (ROOT / "Procfile").read_text().splitlines()[0].split()
    assert set(web_command("app:server")) <= set(started)


async def test_also_an_error_of_ours(settings: Settings) -> None:
    async def broken(_request: object) -> None:
        raise ZeroDivisionError

    web = build(settings)
    web.routes.insert(0, Route("/broken", broken))
    async with client(web) as asking:
        answer = await asking.get("/broken")
    assert answer.status_code == 500
    assert_hardened(answer)


async def test_also_an_error_that_nobody_answers() -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    async with client(Hardening(broken, "default-src 'self'", https=False)) as asking:
        answer = await asking.get("/")
    assert answer.status_code == 500
    assert_hardened(answer)


async def test_what_the_application_says_itself_is_replaced() -> None:
    inner = Starlette(
        routes=[Route("/", lambda _: Response(headers={"Referrer-Policy": "unsafe-url"}))]
    )
    async with client(Hardening(inner, "default-src 'self'", https=True)) as asking:
        headers = (await asking.get("/")).headers
    assert headers.get_list("referrer-policy") == ["same-origin"]
    assert headers["strict-transport-security"] == "max-age=31536000"


def test_the_policy_allows_the_scripts_in_the_page_and_no_others(plant: Stack) -> None:
    page = httpx.get(f"{plant.url}/extruder/1")
    policy = dict(
        rule.split(" ", 1) for rule in page.headers["content-security-policy"].split("; ")
    )
    live = re.sub(r"<!--.*?-->", "", page.text, flags=re.S)
    inline = re.findall(
        r"<script(?![^>]*(?:src=|application/json))[^>]*>(.*?)</script>", live, re.S
    )
    assert len(inline) > 2
    hashes = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline}
    assert set(policy["script-src"].split()) == {"'self'", *(f"'sha256-{one}'" for one in hashes)}
    assert policy["frame-ancestors"] == "'none'"


def client(app: object) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")
