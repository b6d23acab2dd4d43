"""The keys of a source of kind opcua in sources.toml (docs/sources.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from data.ingest.sources.config import secret_of
from data.toml_table import REQUIRED, Table

POLICIES = ("None", "Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")
MODES = ("SignAndEncrypt", "Sign")
#: The server keeps so much of each signal for us while we are away or busy, s.
_QUEUE_S = 60


@dataclass(frozen=True)
class Security:
    """How the channel is protected. Files are PEM or DER; own ones are made where not given."""

    policy: str
    mode: str
    certificate: Path
    private_key: Path
    private_key_password: str = field(repr=False)
    own: bool
    trusted: tuple[Path, ...]
    rejected: Path


@dataclass(frozen=True)
class User:
    """Who signs in: nobody, a name with a password, or a certificate with its key."""

    name: str = ""
    password: str = field(default="", repr=False)
    certificate: Path | None = None
    private_key: Path | None = None


@dataclass(frozen=True)
class Settings:
    """One server. Times as in their names; `queue_size` is readings per signal at the server.
    What has not changed is a reading again every `repeat_ms`; never, where that is 0.
    """

    url: str
    security: Security
    user: User
    sampling_ms: int
    publishing_ms: int
    queue_size: int
    repeat_ms: int
    discover: bool
    browse_from: str
    history: bool
    timeout_s: float


def read_settings(table: Table, folder: Path, has_mapped: bool) -> Settings:
    """Raises MappingError naming file, key and value."""
    url = table.text("url")
    _check_url(table, url)
    security = _security(table, folder)
    sampling = table.whole("sampling_ms", 10, 3_600_000, 1_000)
    return Settings(
        url=url,
        security=security,
        user=_user(table, security.policy),
        sampling_ms=sampling,
        publishing_ms=table.whole("publishing_ms", 10, 60_000, min(500, max(50, sampling))),
        queue_size=table.whole("queue_size", 1, 1_000_000, max(10, _QUEUE_S * 1000 // sampling)),
        repeat_ms=table.whole("repeat_ms", 0, 3_600_000, 1_000),
        discover=table.flag("discover", not has_mapped),
        browse_from=table.text("browse_from") if table.has("browse_from") else "",
        history=table.flag("history", True),
        timeout_s=_timeout(table),
    )


def _check_url(table: Table, url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme == "opc.tcp" and parts.hostname and parts.port and not parts.username
    except ValueError:
        good = False
    if not good:
        table.fail("url", url, "opc.tcp://host:port, without an account (user and password)")


def _timeout(table: Table) -> float:
    seconds = table.number("timeout_s", 4.0)
    if not 1 <= seconds <= 4:
        table.fail("timeout_s", seconds, "1 to 4: a server that hangs is to be noticed in 10 s")
    return seconds


def _security(table: Table, folder: Path) -> Security:
    policy = table.choice("security", POLICIES[1], POLICIES)
    mode = table.choice("mode", MODES[0], MODES)
    own = not table.has("certificate")
    certificate = folder / "client.der" if own else _file(table, "certificate")
    private_key = folder / "client.pem" if own else _file(table, "private_key")
    trusted = [Path(name) for name in table.texts("trusted")] if table.has("trusted") else []
    if policy == "None" and trusted:
        table.fail("trusted", trusted[0].name, "nothing, since nothing is protected by None")
    for path in trusted:
        if not path.is_file():
            table.fail("trusted", str(path), "files of server certificates that can be read")
    password = secret_of(table, "private_key_password")
    rejected = folder / "rejected.der"
    return Security(policy, mode, certificate, private_key, password, own, tuple(trusted), rejected)


def _user(table: Table, policy: str) -> User:
    if table.has("user_certificate"):
        if table.has("user"):
            table.fail("user_certificate", table.text("user_certificate"), "no user beside it")
        return User("", "", _file(table, "user_certificate"), _file(table, "user_key"))
    if not table.has("user"):
        return User()
    name, password = table.text("user"), secret_of(table, "password")
    if policy == "None" and not table.flag("plain_password", False):
        told = "a security other than None with a user, or plain_password = true: it can be read"
        table.fail("user", name, told)
    return User(name, password)


def _file(table: Table, key: str) -> Path:
    path = Path(table.text(key, REQUIRED))
    if not path.is_file():
        table.fail(key, str(path), "a file that can be read")
    return path
