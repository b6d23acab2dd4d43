"""AUTH=none and AUTH=proxy, and what is refused at start."""

from __future__ import annotations

import pytest

from access.settings import AccessSettings
from data.errors import SettingError
from data.settings import Settings
from tests.access.conftest import application, client_of

pytestmark = pytest.mark.anyio
PROXY = {
    "AUTH": "proxy",
    "PROXY_FROM": "10.0.0.5, 10.1.0.0/16",
    "PROXY_ROLES": "ops=operator, lead=supervisor",
}
FROM_ANNA = {"X-Forwarded-User": "anna@plant", "X-Forwarded-Groups": "staff, ops,lead"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "plant.example"])
def test_without_login_only_this_machine_is_served(host: str) -> None:
    with pytest.raises(SettingError) as refused:
        AccessSettings.from_env({"HOST": host})
    assert str(refused.value).startswith("setting AUTH='none': expected local, proxy or oidc")
    assert host in str(refused.value)
    assert AccessSettings.from_env({"HOST": host, "AUTH": "local"}).auth == "local"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_needs_no_login(host: str) -> None:
    assert AccessSettings.from_env({"HOST": host}).auth == "none"


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"AUTH": "ldap"}, "AUTH='ldap'"),
        ({"AUTH": "proxy"}, "PROXY_FROM=''"),
        ({**PROXY, "PROXY_FROM": "anywhere"}, "PROXY_FROM='anywhere'"),
        ({**PROXY, "PROXY_ROLES": "ops=boss"}, "PROXY_ROLES='ops=boss'"),
        ({**PROXY, "PROXY_ROLES": "=viewer"}, "PROXY_ROLES='=viewer'"),
        ({"SESSION_MAX_H": "0"}, "SESSION_MAX_H='0'"),
    ],
)
def test_a_bad_setting_is_named(env: dict[str, str], named: str) -> None:
    with pytest.raises(SettingError) as refused:
        AccessSettings.from_env(env)
    assert str(refused.value).startswith(f"setting {named}: expected ")


async def test_without_login_no_other_name_is_answered(settings: Settings) -> None:
    async with client_of(application(settings)) as web:
        assert (await web.get("/access/me")).json()["auth"] == "none"
        for host in ("plant.example", "localhost.evil.example", "10.0.0.1"):
            refused = await web.get("/lines", headers={"Host": host})
            assert refused.status_code == 403
            assert "AUTH=none answers at localhost only" in refused.text


async def test_a_proxy_is_believed_by_its_address(settings: Settings) -> None:
    app = application(settings, **PROXY)
    async with client_of(app, "10.1.2.3") as proxy, client_of(app, "10.2.0.1") as other:
        me = await proxy.get("/access/me", headers=FROM_ANNA)
        assert (me.json()["name"], me.json()["role"]) == ("anna@plant", "supervisor")
        assert (await proxy.get("/access/me")).status_code == 401
        no_role = {**FROM_ANNA, "X-Forwarded-Groups": "staff"}
        assert (await proxy.get("/access/me", headers=no_role)).status_code == 401
        forged = await other.get("/access/me", headers=FROM_ANNA)
        assert forged.status_code == 403
        assert "10.2.0.1 is not in PROXY_FROM" in forged.text
