"""AUTH=oidc with a real provider in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from access.journeys import KEY
from access.oidc import person_id
from access.settings import AccessSettings
from data.audit.journal import rows
from data.errors import SettingError
from data.people.store import People
from data.settings import Settings
from tests.access.conftest import application, client_of
from tests.stack import ROOT, free_port, wait_until

pytestmark = pytest.mark.anyio
#: Reading certificates for each request takes longer than the rest.
HTTP = httpx.Client()
GROUPS = {"name": "Anna Berg", "groups": ["staff", "ops", "lead"]}
GIVEN = {
    "AUTH": "oidc",
    "OIDC_ISSUER": "https://id.example",
    "OIDC_CLIENT_ID": "meltwatch",
    "OIDC_CLIENT_SECRET": "kr0n-juwel",
    "OIDC_ROLES": "ops=operator, lead=supervisor",
}


class Provider:
    """A running provider that knows Meltwatch and Anna."""

    def __init__(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        line = [sys.executable, "-W", "ignore", "-m", "tests.access.provider_process", str(port)]
        self.process = subprocess.Popen(line, cwd=ROOT)
        wait_until(self.answers, 30, "the provider")
        back = {"redirect_uris": ["http://localhost/login/done"]}
        self.client = HTTP.post(f"{self.url}/oauth2/clients", json=back).json()

    def answers(self) -> bool:
        try:
            return HTTP.get(self.url).is_success
        except httpx.HTTPError:
            return False

    @property
    def env(self) -> dict[str, str]:
        client = self.client
        told = {
            "OIDC_CLIENT_ID": client["client_id"],
            "OIDC_CLIENT_SECRET": client["client_secret"],
        }
        return {**GIVEN, "OIDC_ISSUER": self.url, **told}

    def knows(self, **claims: object) -> None:
        HTTP.put(f"{self.url}/users/anna", json={**GROUPS, **claims}).raise_for_status()

    def lies(self, how: str) -> None:
        HTTP.put(f"{self.url}/lie/{how}").raise_for_status()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    started = Provider()
    yield started
    started.end()


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.knows()
    running.lies("none yet")
    return running


@pytest.fixture
async def web(
    settings: Settings, people: People, provider: Provider
) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(application(settings, **provider.env)) as client:
        yield client


async def there(web: httpx.AsyncClient, where: str = "/trends") -> str:
    """Go to the provider and sign in; the address that it sends people back to."""
    begun = await web.get("/login/start", params={"next": where})
    assert begun.status_code == 303, begun.text
    allowed = HTTP.post(begun.headers["location"], data={"sub": "anna"})
    assert allowed.headers["location"].startswith("http://localhost/login/done?"), allowed.text
    return allowed.headers["location"]


async def test_who_the_provider_knows_is_in_with_role_and_name(
    web: httpx.AsyncClient, provider: Provider, people: People
) -> None:
    page = await web.get("/login?next=/trends")
    assert 'href="/login/start?next=%2Ftrends"' in page.text
    back = await web.get(await there(web))
    assert (back.status_code, back.headers["location"]) == (303, "/trends")
    me = (await web.get("/access/me")).json()
    assert (me["auth"], me["name"], me["role"]) == ("oidc", "Anna Berg", "supervisor")
    assert me["id"] == person_id(provider.url, "anna")
    assert people.names()[me["id"]] == "Anna Berg"
    newest = list(rows(people._session))[-1]
    assert (newest.event, newest.actor) == ("sign_in", me["id"])


async def test_the_way_begins_as_it_should(web: httpx.AsyncClient, redis_url: str) -> None:
    begun = await web.get("/login/start?next=https://evil.example")
    asked = httpx.URL(begun.headers["location"]).params
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    cookie = next(iter(begun.headers.get_list("set-cookie")))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=600" in cookie
    with Redis.from_url(redis_url) as client:
        (key,) = client.scan_iter(f"{KEY}*")
        kept = client.get(key)
    assert isinstance(kept, bytes)
    assert b'"where": "/"' in kept
    for secret in (asked["state"], web.cookies["meltwatch-started"]):
        assert secret.encode() not in key + kept


async def refused(web: httpx.AsyncClient, address: str, status: int = 401) -> str:
    answer = await web.get(address)
    assert answer.status_code == status
    assert "<h1>Not signed in</h1>" in answer.text
    assert (await web.get("/access/me")).status_code == 401
    return answer.text


async def test_an_answer_of_the_provider_is_used_once(web: httpx.AsyncClient) -> None:
    address = await there(web)
    cookies = dict(web.cookies)
    assert (await web.get(address)).status_code == 303
    web.cookies.clear()
    web.cookies.update(cookies)
    assert "has ended" in await refused(web, address)


async def test_another_browser_cannot_use_it(web: httpx.AsyncClient) -> None:
    address = await there(web)
    web.cookies.clear()
    assert "another browser" in await refused(web, address)


async def test_nobody_comes_back_who_was_not_sent(web: httpx.AsyncClient) -> None:
    await there(web)
    for query in ("", "?state=x&code=y", "?code=y"):
        await refused(web, f"/login/done{query}")


async def test_a_wrong_code_is_refused(web: httpx.AsyncClient) -> None:
    address = httpx.URL(await there(web))
    await refused(web, str(address.copy_set_param("code", "x")))


async def test_who_says_no_at_the_provider_is_told(web: httpx.AsyncClient) -> None:
    begun = await web.get("/login/start")
    asked = httpx.URL(begun.headers["location"])
    denied = HTTP.post(asked, data={"action": "deny"}).headers["location"]
    # The provider forgets the state here, which others send (RFC 6749, 4.1.2.1).
    address = httpx.URL(denied).copy_add_param("state", asked.params["state"])
    assert "did not let you in" in await refused(web, str(address))


#: Claims that make a token one for somebody else, or for another time.
FOREIGN: list[dict[str, object]] = [
    {"iss": "https://evil.example"}, {"nonce": "x"}, {"nonce": None}, {"aud": "another"},
    {"aud": ["another"]}, {"exp": 1_000_000_000}, {"exp": None}, {"azp": "another"},
]  # fmt: skip


async def test_a_token_for_others_is_refused(
    web: httpx.AsyncClient, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    for claims in FOREIGN:
        provider.knows(**claims)
        caplog.clear()
        assert "cannot be trusted" in await refused(web, await there(web)), claims
        assert next(iter(claims)) in caplog.text


async def test_a_token_that_the_provider_has_not_signed_is_refused(
    web: httpx.AsyncClient, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    whys = {"other key": "bad_signature", "client secret": "HS256", "nobody": "none"}
    for lie, why in whys.items():
        provider.lies(lie)
        caplog.clear()
        assert "cannot be trusted" in await refused(web, await there(web)), lie
        assert why in caplog.text


async def test_who_has_no_role_is_told_so(
    web: httpx.AsyncClient, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    for groups in (["staff"], [], "", None, 5, [None]):
        provider.knows(groups=groups)
        caplog.clear()
        told = await refused(web, await there(web), 403)
        assert "None of your groups has a role here" in told, groups
        assert "sign_in_failed" in caplog.text


async def test_a_single_group_may_be_a_text(web: httpx.AsyncClient, provider: Provider) -> None:
    provider.knows(groups="ops", name="", preferred_username="anna.b")
    await web.get(await there(web))
    me = (await web.get("/access/me")).json()
    assert (me["name"], me["role"]) == ("anna.b", "operator")


async def test_another_secret_or_issuer_is_refused(
    settings: Settings, people: People, provider: Provider
) -> None:
    env = {**provider.env, "OIDC_CLIENT_SECRET": "another one"}
    async with client_of(application(settings, **env)) as web:
        await refused(web, await there(web))
    env = {**provider.env, "OIDC_ISSUER": f"{provider.url}/"}
    async with client_of(application(settings, **env)) as web:
        await refused(web, "/login/start")


async def test_while_the_provider_is_away_people_are_told(
    settings: Settings, people: People
) -> None:
    mortal = Provider()
    mortal.knows()
    async with client_of(application(settings, **mortal.env)) as web:
        address = await there(web)
        mortal.end()
        assert "does not answer" in await refused(web, address, 503)
        again = await web.get("/login/start")
    assert (again.status_code, again.headers["retry-after"]) == (503, "10")


async def test_people_come_back_to_the_address_of_the_site(
    settings: Settings, provider: Provider, redis_url: str
) -> None:
    told = {"REDIS_URL": redis_url, "DATABASE_URL": settings.database_url}
    public = Settings.from_env({**told, "BASE_URL": "https://melt.example/"})
    async with client_of(application(public, **provider.env)) as web:
        begun = await web.get("/login/start")
    asked = httpx.URL(begun.headers["location"]).params
    assert asked["redirect_uri"] == "https://melt.example/login/done"
    cookie = begun.headers["set-cookie"]
    assert cookie.startswith("__Host-meltwatch-started=")
    assert "Secure" in cookie


@pytest.mark.parametrize("missing", sorted(set(GIVEN) - {"AUTH"}))
def test_what_is_missing_is_named(missing: str) -> None:
    with pytest.raises(SettingError, match=missing):
        AccessSettings.from_env({**GIVEN, missing: ""})


@pytest.mark.parametrize("issuer", ["http://id.example", "id.example", "https://", "http://[x"])
def test_an_issuer_that_others_can_read_is_refused(issuer: str) -> None:
    with pytest.raises(SettingError, match="OIDC_ISSUER"):
        AccessSettings.from_env({**GIVEN, "OIDC_ISSUER": issuer})


def test_the_secret_may_lie_in_a_file_and_is_not_printed(tmp_path: Path) -> None:
    from data.masking import masked

    (tmp_path / "secret").write_text("gr0sses-juwel\n")
    env = {**GIVEN, "OIDC_CLIENT_SECRET": "", "OIDC_CLIENT_SECRET_FILE": f"{tmp_path}/secret"}
    settings = AccessSettings.from_env(env)
    assert settings.oidc_client_secret == "gr0sses-juwel"
    assert "juwel" not in repr(settings) + masked("told gr0sses-juwel")
