"""What a Redis URL names: a single server, one behind sentinels, a cluster. Pure."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit, urlunsplit

SENTINEL_PORT = 26_379
_SINGLE = ("redis://", "rediss://", "unix://")
_CLUSTER = ("redis+cluster://", "rediss+cluster://")
_SENTINEL = "redis+sentinel://"
_ENCRYPTED = ("rediss://", "rediss+cluster://")
#: A certificate of one's own; all else of TLS could weaken what is verified.
_TLS_OPTIONS = {"ssl_certfile", "ssl_keyfile", "ssl_password"}


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
    elif url.startswith("rediss+sentinel://"):
        return "redis+sentinel://…, since sentinels are not asked over TLS"
    elif weak := _tls_options(url) - _TLS_OPTIONS:
        return f"no {min(weak)}: certificates are always verified, REDIS_CA names their CA"
    elif not url.startswith((*_SINGLE, *_CLUSTER)):
        return "redis://host:port/db, unix:///path, redis+sentinel://… or redis+cluster://…"
    return ""


def with_ca(url: str, ca: str) -> str:
    """The URL with the CA's file as an option, if it is one of TLS."""
    if not ca or not url.startswith(_ENCRYPTED):
        return url
    parts = urlsplit(url)
    query = f"{parts.query}&ssl_ca_certs={quote(ca, safe='')}".lstrip("&")
    return urlunsplit(parts._replace(query=query))


def _tls_options(url: str) -> set[str]:
    return {name for name in parse_qs(urlsplit(url).query) if name.startswith("ssl_")}


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
