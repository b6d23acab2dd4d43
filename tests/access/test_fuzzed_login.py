"""Whatever is posted to the login is answered below 500."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from tests.access.conftest import client_of

FORM = st.dictionaries(st.sampled_from(["name", "password", "next", "token", "x"]), st.text())
PATHS = st.sampled_from(["/login", "/kiosk", "/logout", "/login/start", "/login/done"])
COOKIES = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=50)


@pytest.fixture
def loop() -> Iterator[asyncio.Runner]:
    """One for all examples: connections to Redis belong to a loop."""
    with asyncio.Runner() as runner:
        yield runner


@given(path=PATHS, body=st.one_of(FORM, st.binary(max_size=6000)), cookie=COOKIES)
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_login_is_answered_below_500(
    app: Starlette, loop: asyncio.Runner, path: str, body: dict[str, str] | bytes, cookie: str
) -> None:
    async def ask() -> list[int]:
        async with client_of(app, "10.0.0.1") as web:
            web.headers["Cookie"] = f"meltwatch={cookie}; meltwatch-kiosk={cookie}"
            given = {"content": body} if isinstance(body, bytes) else {"data": body}
            posted = await web.post(path, **given)
            seen = await web.get(path, params={"next": cookie, "code": cookie, "state": cookie})
            return [posted.status_code, seen.status_code]

    assert max(loop.run(ask())) < 500
