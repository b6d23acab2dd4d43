"""Where the broker is and how it is spoken to: url, account, TLS, session."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from data.ingest.sources.config import secret_of
from data.toml_table import REQUIRED, Table

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_PROTOCOLS = ("5", "3.1.1")
_WEEK_S = 7 * 24 * 3600


@dataclass(frozen=True)
class Tls:
    """Files in PEM; without `ca` the system's authorities are trusted."""

    ca: str = ""
    certificate: str = ""
    key: str = ""


@dataclass(frozen=True)
class Broker:
    """`in_flight` messages may be with us unacknowledged; the broker keeps our session, and what
    comes for it, for `session_s` while we are away (0: not at all).
    """

    url: str
    host: str
    port: int
    client_id: str
    user: str = ""
    password: str = ""
    tls: Tls | None = None
    protocol: str = "5"
    keepalive_s: int = 30
    session_s: int = _WEEK_S
    in_flight: int = 1000


def read_broker(table: Table, name: str) -> Broker:
    """The broker's keys of a source's table. Raises MappingError."""
    url = table.text("url", REQUIRED)
    scheme, host, port = _split(table, url)
    return Broker(
        url=f"{scheme}://{host}:{port}",
        host=host,
        port=port,
        client_id=table.text("client_id", f"meltwatch-{name}"),
        user=table.text("user") if table.has("user") else "",
        password=secret_of(table, "password"),
        tls=_tls(table) if scheme == "mqtts" else None,
        protocol=table.choice("protocol", "5", _PROTOCOLS),
        keepalive_s=table.whole("keepalive_s", 5, 3600, 30),
        session_s=table.whole("session_s", 0, 2**31 - 1, _WEEK_S),
        in_flight=table.whole("in_flight", 1, 65_535, 1000),
    )


def _split(table: Table, url: str) -> tuple[str, str, int]:
    expected = "mqtt://host:1883 or mqtts://host:8883, the account by user and password"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        table.fail("url", url, expected)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in {"", "/"}:
        table.fail("url", url, expected)
    if parts.username is not None:
        table.fail("url", "(with an account)", expected)
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme]


def _tls(table: Table) -> Tls:
    tls = Tls(*(table.text(key) if table.has(key) else "" for key in ("ca", "certificate", "key")))
    for key, value in vars(tls).items():
        if value and not Path(value).is_file():
            table.fail(key, value, "a file")
    if bool(tls.certificate) != bool(tls.key):
        table.fail("key", tls.key, "certificate and key, both or neither")
    return tls
