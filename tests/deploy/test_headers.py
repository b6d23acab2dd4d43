"""nginx's own answers carry the headers of the web process, and none has them twice."""

from __future__ import annotations

import httpx
import pytest

from tests.deploy.conftest import Behind
from tests.routes.test_hardening import assert_hardened
from tests.stack import wait_until

MIB = 1024 * 1024


def assert_good(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status
    assert answer.headers.pop("server") == "nginx", "without its version"
    assert_hardened(answer)


@pytest.mark.parametrize("path", ["/", "/plant", "/assets/theme.css", "/healthz", "/windows/999"])
def test_what_is_passed_on_has_each_header_once(behind: Behind, path: str) -> None:
    for _ in range(2):  # the second may come out of the cache
        answer = httpx.get(f"{behind.url}{path}")
        assert_good(answer, 404 if "999" in path else 200)
        assert "script-src 'self' 'sha256-" in answer.headers["content-security-policy"]


def test_also_an_answer_that_a_browser_has(behind: Behind) -> None:
    etag = httpx.get(f"{behind.url}/catalogue/1").headers["ETag"]
    again = httpx.get(f"{behind.url}/catalogue/1", headers={"If-None-Match": etag})
    assert_good(again, 304)


def test_nginx_refuses_what_is_too_large_with_the_headers(behind: Behind) -> None:
    before = behind.asked("/commands")
    assert_good(httpx.post(f"{behind.url}/commands", content=b" " * (MIB + 1)), 413)
    assert behind.asked("/commands") == before
    assert_good(httpx.post(f"{behind.url}/commands", content=b" " * MIB), 415)


def test_nginx_s_own_answers_have_the_headers(behind: Behind) -> None:
    """The last of this file: it ends the web process."""
    assert_good(httpx.get(f"{behind.url}/metrics"), 404)
    behind.stack.kill("web")
    try:
        for path in ("/", "/healthz", "/lines/day?signal=none", "/plant/events"):
            answer = httpx.get(f"{behind.url}{path}")
            assert_good(answer, 502 if "events" in path else 503)
            assert "script" not in answer.headers["content-security-policy"]
    finally:
        behind.stack.start_web()
    wait_until(lambda: httpx.get(f"{behind.url}/").is_success, 10, "nginx asks again")
