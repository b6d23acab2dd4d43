"""Signing in and out: sessions begin, end by time and by somebody, and posts must be meant."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from redis import Redis
from starlette.applications import Starlette

from access.login import local_path
from access.principal import Principal
from access.sessions import Session, Sessions
from access.throttle import MOST
from data.audit.chain import first_fault
from data.audit.journal import rows
from data.people.account import TokenKind
from data.people.roles import Role
from data.people.signing_out import SESSION, sign_out
from data.people.store import TRIES, People
from data.settings import Settings
from tests.access.conftest import GOOD, MOMENT_S, application, client_of, sign_in

pytestmark = pytest.mark.anyio


def stored(redis_url: str) -> list[bytes]:
    with Redis.from_url(redis_url) as client:
        return list(client.scan_iter(f"{SESSION}*"))


async def test_a_page_leads_to_the_login_and_back(web: httpx.AsyncClient) -> None:
    asked = await web.get("/extruder/3?at=5", headers={"Accept": "text/html"})
    assert asked.status_code == 303
    assert asked.headers["location"] == "/login?next=%2Fextruder%2F3%3Fat%3D5"
    page = await web.get(asked.headers["location"])
    assert 'value="/extruder/3?at=5"' in page.text
    data = {"name": "operator", "password": GOOD, "next": "/extruder/3?at=5"}
    answer = await web.post("/login", data=data)
    assert (answer.status_code, answer.headers["location"]) == (303, "/extruder/3?at=5")
    me = (await web.get("/access/me")).json()
    assert (me["name"], me["role"], me["auth"]) == ("Operator One", "operator", "local")
    assert me["may"] == ["acknowledge", "view"]


async def test_the_cookie_cannot_be_read_by_scripts_and_is_not_in_redis(
    web: httpx.AsyncClient, redis_url: str
) -> None:
    answer = await sign_in(web, "operator")
    cookies = answer.headers.get_list("set-cookie")
    session = next(one for one in cookies if one.startswith("meltwatch="))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    plain = web.cookies["meltwatch"]
    assert plain.encode() not in b"".join(stored(redis_url))


@pytest.mark.parametrize(
    "where", ["https://evil.example", "//evil", "/\\evil", "x", "/a\nb", "/login"]
)
def test_nobody_is_led_to_another_site(where: str) -> None:
    assert local_path(where) == "/"


async def test_a_wrong_password_says_no_more(web: httpx.AsyncClient) -> None:
    wrong = await sign_in(web, "operator", "wrong horse")
    unknown = await sign_in(web, "nobody", "wrong horse")
    assert wrong.status_code == unknown.status_code == 401
    assert "Login or password is wrong." in wrong.text
    assert wrong.text.replace("operator", "nobody") == unknown.text
    assert "meltwatch" not in web.cookies


async def test_a_locked_account_says_how_long(web: httpx.AsyncClient) -> None:
    for _ in range(TRIES):
        await sign_in(web, "operator", "wrong horse")
    locked = await sign_in(web, "operator")
    assert (locked.status_code, locked.headers["retry-after"]) == (429, "60")
    assert "wait 60 s" in locked.text


async def test_an_address_may_not_try_all_day(app: Starlette) -> None:
    async with client_of(app, "10.1.1.1") as one, client_of(app, "10.1.1.2") as other:
        for _ in range(MOST):
            assert (await sign_in(one, "x", "y")).status_code == 401
        assert (await sign_in(one, "operator")).status_code == 429
        assert (await sign_in(other, "operator")).status_code == 303


async def test_who_signs_out_is_out(web: httpx.AsyncClient, redis_url: str) -> None:
    await sign_in(web, "operator")
    kept = dict(web.cookies)
    assert (await web.post("/logout")).headers["location"] == "/login"
    assert stored(redis_url) == []
    assert (await web.get("/access/me", cookies=kept)).status_code == 401


async def test_signing_in_again_ends_the_session_before(
    web: httpx.AsyncClient, redis_url: str
) -> None:
    await sign_in(web, "operator")
    await sign_in(web, "supervisor")
    assert len(stored(redis_url)) == 1
    assert (await web.get("/access/me")).json()["role"] == "supervisor"


@pytest.mark.parametrize("change", ["disable", "role"])
async def test_an_account_that_is_changed_meanwhile_gets_no_session(
    web: httpx.AsyncClient,
    people: People,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    begin, anna = Sessions.begin, people.by_login("operator")

    async def late(self: Sessions, who: Principal) -> tuple[str, Session]:
        if change == "disable":
            people.disable(anna, "cli")
        else:
            people.set_role(anna, Role.VIEWER, "cli")
        return await begin(self, who)

    monkeypatch.setattr(Sessions, "begin", late)
    assert (await sign_in(web, "operator")).status_code == 401
    assert stored(redis_url) == []


async def test_a_person_can_be_signed_out_by_others(
    web: httpx.AsyncClient, people: People, redis_url: str
) -> None:
    await sign_in(web, "operator")
    with Redis.from_url(redis_url) as client:
        assert sign_out(client, people.by_login("operator").id) == 1
    await asyncio.sleep(2 * MOMENT_S)
    assert (await web.get("/access/me")).status_code == 401


async def told(web: httpx.AsyncClient, redis_url: str, **seconds_ago: float) -> int:
    """The status after the times of the session were set back."""
    (key,) = stored(redis_url)
    with Redis.from_url(redis_url) as client:
        raw = client.get(key)
        assert isinstance(raw, bytes)
        session = json.loads(raw)
        for name, ago in seconds_ago.items():
            session[name] -= ago
        client.set(key, json.dumps(session))
    await asyncio.sleep(2 * MOMENT_S)
    return (await web.get("/lines")).status_code


async def test_a_session_ends_when_nobody_does_anything(
    web: httpx.AsyncClient, redis_url: str
) -> None:
    await sign_in(web, "operator")
    assert await told(web, redis_url, seen=719 * 60) != 401
    assert await told(web, redis_url, seen=2 * 60) == 401


async def test_a_session_ends_after_a_day_in_any_case(
    web: httpx.AsyncClient, redis_url: str
) -> None:
    await sign_in(web, "operator")
    assert await told(web, redis_url, began=24 * 3600 + 1) == 401


async def test_screens_that_refresh_keep_nobody_signed_in(
    web: httpx.AsyncClient, redis_url: str
) -> None:
    def seen() -> float:
        with Redis.from_url(redis_url) as client:
            raw = client.get(stored(redis_url)[0])
        assert isinstance(raw, bytes)
        return float(json.loads(raw)["seen"])

    await sign_in(web, "operator")
    await told(web, redis_url, seen=100)
    before = seen()
    await web.get("/plant")
    assert seen() == before
    await web.get("/trends")
    assert seen() > before + 90


@pytest.mark.parametrize("token", [None, "", "another"])
async def test_a_post_must_carry_the_token_of_its_session(
    web: httpx.AsyncClient, token: str | None
) -> None:
    await sign_in(web, "operator")
    right = web.headers.pop("X-CSRFToken")
    headers = {} if token is None else {"X-CSRFToken": token}
    for path in ("/commands", "/_dash-update-component"):
        refused = await web.post(path, json={"action": "acknowledge"}, headers=headers)
        assert refused.status_code == 403
        assert "another session" in refused.text
        meant = await web.post(path, json={"action": "x"}, headers={"X-CSRFToken": right})
        assert meant.status_code != 403


async def test_refusals_stand_in_the_audit_journal_once(
    web: httpx.AsyncClient, people: People
) -> None:
    await sign_in(web, "viewer")
    for _ in range(3):
        assert (await web.post("/replays", json={})).status_code == 403
    kept = list(rows(people._session))
    assert first_fault(kept) == ""
    assert [row.event for row in kept][-2:] == ["sign_in", "denied"]
    assert (kept[-1].actor, kept[-1].subject) == (people.by_login("viewer").id, "/replays")


async def test_a_wall_display_shows_until_its_token_is_revoked(
    web: httpx.AsyncClient, people: People
) -> None:
    token, plain = people.new_token(TokenKind.KIOSK, "hall 1", "cli", 1, None)
    assert (await web.post("/kiosk", data={"token": "mwt_wrong"})).status_code == 401
    assert (await web.post("/kiosk", data={"token": plain})).status_code == 303
    assert (await web.get("/access/me")).json()["may"] == ["view"]
    assert (await web.post("/replays", json={})).status_code == 403
    people.revoke(token.id, "cli", 2)
    await asyncio.sleep(2 * MOMENT_S)
    assert (await web.get("/access/me")).status_code == 401


async def test_while_redis_is_away_health_answers_and_others_are_told(
    settings: Settings, people: People
) -> None:
    away = Settings.from_env(
        {"REDIS_URL": "redis://127.0.0.1:1", "DATABASE_URL": settings.database_url}
    )
    async with client_of(application(away, AUTH="local")) as web:
        web.cookies.set("meltwatch", "x")
        assert (await web.get("/healthz")).status_code == 200
        answer = await web.get("/lines")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert (await web.get("/", headers={"Accept": "text/html"})).status_code == 503


async def test_the_id_and_not_the_name_goes_to_the_workers(
    web: httpx.AsyncClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    from data.asking import AskedCommands

    sent: list[object] = []
    monkeypatch.setattr(AskedCommands, "send", lambda self, raw: sent.append(raw) or {})
    await sign_in(web, Role.OPERATOR.value)
    await web.post("/commands", json={"id": "a", "action": "acknowledge", "who": "The boss"})
    assert sent == [{"id": "a", "action": "acknowledge", "who": people.by_login("operator").id}]
