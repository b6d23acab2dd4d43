"""What a Redis URL names: a single server, one behind sentinels, a cluster. Pure."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

SENTINEL_PORT = 26_379
_SINGLE = ("redis://", "rediss://", "unix://")
_CLUSTER = ("redis+cluster://", "rediss+cluster://")
_SENTINEL = "redis+sentinel://"


def is_cluster(url: str) -> bool:
    """Whether a URL names a Redis Cluster, by any of its nodes."""
    return url.startswith(_CLUSTER)


def is_sentinel(url: str) -> bool:
    """Whether a URL names a service that sentinels watch over."""
    return url.startswith(_SENTINEL)


def what_is_wrong(url: str) -> str:
    """What a URL should have been; empty for a usable one."""
    if is_sentinel(url):
        try:
            behind_sentinels(url)
        except ValueError:
            return "redis+sentinel://host:port,host:port/service"
    elif not url.startswith((*_SINGLE, *_CLUSTER)):
        return "redis://host:port/db, unix:///path, redis+sentinel://… or redis+cluster://…"
    return ""


def plain(url: str) -> str:
    """The URL of a cluster as that of one of its nodes."""
    return url.replace("+cluster://", "://", 1)


def behind_sentinels(url: str) -> tuple[list[tuple[str, int]], str, dict[str, Any]]:
    """Sentinels, name of the service, and options of the client.

    The URL is `redis+sentinel://[user:password@]host:port,host:port/service[/db]`; the account is
    that of the Redis servers. Raises ValueError if no service is named or a number is none.
    """
    parts = urlsplit(url)
    account, _, hosts = parts.netloc.rpartition("@")
    sentinels = [_host_and_port(one) for one in hosts.split(",")]
    service, _, db = parts.path.strip("/").partition("/")
    if not service:
        raise ValueError("no service is named")
    user, _, password = account.partition(":")
    more = {"db": int(db or 0), "username": unquote(user), "password": unquote(password)}
    return sentinels, service, {name: value for name, value in more.items() if value}


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.partition(":")
    return host, int(port or SENTINEL_PORT)
