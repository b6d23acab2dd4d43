"""Settings of the login, read from the environment once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from data.environment import Reader
from data.errors import SettingError
from data.people.roles import Role

NONE, LOCAL, PROXY, OIDC = "none", "local", "proxy", "oidc"
#: What an AUTH cannot do without.
_TAKES = {
    PROXY: ("proxy_from", "proxy_roles"),
    OIDC: ("oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_roles"),
}
Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class AccessSettings:
    """How people sign in; docs/settings.md explains each."""

    auth: str
    session_idle_min: int
    session_max_h: int
    proxy_from: tuple[Network, ...]
    proxy_user_header: str
    proxy_roles_header: str
    proxy_roles: Mapping[str, Role]
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str = field(repr=False)
    oidc_roles_claim: str
    oidc_roles: Mapping[str, Role]

    @staticmethod
    def from_env(env: Mapping[str, str] = os.environ) -> AccessSettings:
        """Read all. Raises SettingError naming the key, its value and what is expected."""
        read = Reader(env)
        settings = AccessSettings(
            auth=read.one_of("AUTH", (NONE, LOCAL, PROXY, OIDC)),
            session_idle_min=read.whole("SESSION_IDLE_MIN", 720, 1, 10_080),
            session_max_h=read.whole("SESSION_MAX_H", 24, 1, 720),
            proxy_from=_networks(read, "PROXY_FROM"),
            proxy_user_header=read.text("PROXY_USER_HEADER", "X-Forwarded-User").lower(),
            proxy_roles_header=read.text("PROXY_ROLES_HEADER", "X-Forwarded-Groups").lower(),
            proxy_roles=_roles(read, "PROXY_ROLES"),
            oidc_issuer=_issuer(read, "OIDC_ISSUER"),
            oidc_client_id=read.text("OIDC_CLIENT_ID", ""),
            oidc_client_secret=read.key("OIDC_CLIENT_SECRET"),
            oidc_roles_claim=read.text("OIDC_ROLES_CLAIM", "groups"),
            oidc_roles=_roles(read, "OIDC_ROLES"),
        )
        _check_none(settings, read)
        _check_complete(settings)
        return settings


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_safe_url(url: str) -> bool:
    """Whether what goes there can be read by nobody on the way: https, or this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = parts.hostname or ""
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    )


def _check_none(settings: AccessSettings, read: Reader) -> None:
    host = read.text("HOST", "127.0.0.1")
    if settings.auth == NONE and not is_loopback(host):
        expected = f"local, proxy or oidc, since HOST={host!r} can be reached from other machines"
        raise SettingError("AUTH", settings.auth, expected)


def _check_complete(settings: AccessSettings) -> None:
    for name in _TAKES.get(settings.auth, ()):
        if not getattr(settings, name):
            raise SettingError(name.upper(), "", f"a value, since AUTH={settings.auth}")


def _roles(read: Reader, key: str) -> dict[str, Role]:
    """Roles by the names of groups that another system knows: "group=role, group=role"."""
    value = read.text(key, "")
    pairs = [pair.rpartition("=") for pair in value.split(",") if pair.strip()]
    try:
        return {group.strip(): Role(role.strip()) for group, _, role in _with_groups(pairs)}
    except ValueError as error:
        expected = f"group=role, group=role; roles are {', '.join(Role)}"
        raise SettingError(key, value, expected) from error


def _with_groups(pairs: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    if not all(group.strip() for group, _, _ in pairs):
        raise ValueError("no group")
    return pairs


def _issuer(read: Reader, key: str) -> str:
    value = read.text(key, "")
    if value and not is_safe_url(value):
        raise SettingError(key, value, "https://host/path, as the provider itself tells it")
    return value


def _networks(read: Reader, key: str) -> tuple[Network, ...]:
    value = read.text(key, "")
    try:
        return tuple(ip_network(one.strip()) for one in value.split(",") if one.strip())
    except ValueError as error:
        raise SettingError(key, value, "addresses such as 10.0.0.5 or 10.0.0.0/24") from error
