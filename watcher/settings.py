"""What the watcher is told: environment variables, over a TOML file of the same names."""

from __future__ import annotations

import logging
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from watcher.reference import LIMIT_S

#: WATCH_URL in the environment is `url` in the file.
PREFIX = "WATCH_"
DAY_S = 86_400.0


class SettingError(Exception):
    """A setting is missing or has a bad value; one line that names both."""


@dataclass(frozen=True)
class Settings:
    """Every setting of the watcher; docs/watcher.md explains each. Times are in seconds."""

    url: str
    name: str
    tz: str
    every_s: float
    limit_s: float
    fails: int
    recovers: int
    data_max_s: float
    cert_days: int
    heartbeat_max_s: float
    heartbeat_token: str
    token: str
    heartbeat_url: str
    reference_url: str
    tell: tuple[str, ...]
    remind_s: float
    host: str
    port: int
    dir: Path
    page_file: Path | None

    @staticmethod
    def read(env: Mapping[str, str] = os.environ, file: Path | None = None) -> Settings:
        """Read all settings. Raises SettingError naming setting, value and what is expected."""
        read = _Reader(env, file)
        settings = Settings(
            url=read.web("url").rstrip("/"),
            name=read.text("name", "Meltwatch"),
            tz=read.zone("tz", "UTC"),
            every_s=read.number("every_s", 10, 0.2, 3600),
            limit_s=read.number("limit_s", 8, 0.2, 120),
            fails=read.whole("fails", 3, 1, 100),
            recovers=read.whole("recovers", 3, 1, 100),
            data_max_s=read.number("data_max_s", 15, 1, DAY_S),
            cert_days=read.whole("cert_days", 14, 0, 365),
            heartbeat_max_s=read.number("heartbeat_max_s", 30, 0, DAY_S),
            heartbeat_token=read.token("heartbeat_token"),
            token=read.token("token"),
            heartbeat_url=read.web("heartbeat_url", ""),
            reference_url=read.web("reference_url", ""),
            tell=read.targets("tell"),
            remind_s=read.number("remind_s", 1800, 10, 7 * DAY_S),
            host=read.text("host", "0.0.0.0"),
            port=read.whole("port", 8060, 1, 65535),
            dir=Path(read.text("dir", "var/watcher")).resolve(),
            page_file=read.path("page_file"),
        )
        read.finish()
        return settings

    @property
    def zone(self) -> ZoneInfo:
        """The plant's time zone."""
        return ZoneInfo(self.tz)

    @property
    def site(self) -> str:
        """The site's address without a user and a password, for people."""
        split = urlsplit(self.url)
        return split._replace(netloc=split.netloc.rpartition("@")[2]).geturl()

    @property
    def round_s(self) -> float:
        """Longest time from the start of one round to that of the next."""
        return max(self.every_s, self.look_s)

    @property
    def look_s(self) -> float:
        """Longest time of a look at a site that does not answer."""
        return self.limit_s + (LIMIT_S if self.reference_url else 0)

    @property
    def known_within_s(self) -> float:
        """The longest it takes until a site that is gone is known to be: it goes away just after a
        probe, and every probe from then on takes as long as it may."""
        return self.round_s * self.fails + self.look_s

    @property
    def silence_known_within_s(self) -> float:
        """The same for heartbeats that stop while the site goes on: the last one came just now."""
        return self.heartbeat_max_s + self.known_within_s

    @property
    def gap_ms(self) -> int:
        """Rounds further apart than this were not watching: the watcher was stopped or asleep."""
        return round((2 * self.round_s + self.look_s) * 1000)


class _Reader:
    def __init__(self, env: Mapping[str, str], file: Path | None) -> None:
        self._env, self._file = env, file
        self._raw = _table(file) if file else {}
        self._asked: set[str] = set()

    def text(self, key: str, default: str) -> str:
        value = self._get(key, default)
        return value if isinstance(value, str) else self._fail(key, value, "a text")

    def web(self, key: str, default: str | None = None) -> str:
        value = self._get(key, default)
        if value == default == "":
            return ""
        if not isinstance(value, str) or not _is_web(value):
            self._fail(key, value, "an address such as https://meltwatch.example")
        return value

    def zone(self, key: str, default: str) -> str:
        value = self.text(key, default)
        try:
            return ZoneInfo(value).key
        except (KeyError, ValueError, OSError):
            self._fail(key, value, "a time zone such as Europe/Berlin")

    def token(self, key: str) -> str:
        value = self.text(key, "")
        if value and not value.replace("-", "").replace("_", "").isalnum():
            self._fail(key, "…", "letters, digits, - and _ only")
        return value

    def targets(self, key: str) -> tuple[str, ...]:
        value = self._get(key, [])
        urls = value.split() if isinstance(value, str) else value
        if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
            self._fail(key, value, "a list of apprise URLs")
        self._check_targets(key, urls)
        return tuple(urls)

    def path(self, key: str) -> Path | None:
        value = self.text(key, "")
        return Path(value).resolve() if value else None

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        return int(self._bounded(key, default, low, high, "a whole number", int))

    def number(self, key: str, default: float, low: float, high: float) -> float:
        return self._bounded(key, default, low, high, "a number")

    def finish(self) -> None:
        """A key of the file that nothing has read is a typing error, not a wish."""
        for key in self._raw:
            if key not in self._asked:
                self._fail(key, self._raw[key], f"one of {', '.join(sorted(self._asked))}")

    def _bounded(
        self, key: str, default: float, low: float, high: float, what: str, of: type = float
    ) -> float:
        value, expected = self._get(key, default), f"{what} from {low:g} to {high:g}"
        try:
            number: float = of(value)
        except (TypeError, ValueError):
            self._fail(key, value, expected)
        return number if low <= number <= high else self._fail(key, value, expected)

    def _check_targets(self, key: str, urls: Sequence[str]) -> None:
        for number, url in enumerate(urls, 1):
            if not _understood(url):
                scheme = f"{url.partition('://')[0][:20]}://…"  # the rest may be a secret
                self._fail(f"{key}[{number}]", scheme, "an URL that apprise knows")

    def _get(self, key: str, default: Any) -> Any:
        self._asked.add(key)
        value = self._env.get(PREFIX + key.upper()) or self._raw.get(key, default)
        return self._fail(key, "(missing)", "a value") if value is None else value

    def _fail(self, key: str, value: object, expected: str) -> NoReturn:
        base = key.partition("[")[0]
        of_file = base in self._raw and not self._env.get(PREFIX + base.upper())
        name = f"{self._file}: {key}" if of_file else f"setting {PREFIX}{key.upper()}"
        raise SettingError(f"{name}={value!r}: expected {expected}")


def _table(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"{file}: {' '.join(str(error).split())}") from error


def _is_web(url: str) -> bool:
    try:
        split = urlsplit(url)
        return split.scheme in {"http", "https"} and bool(split.hostname) and split.port != 0
    except ValueError:  # a bad port, a bracket without its other half
        return False


def _understood(url: str) -> bool:
    import apprise  # noqa: PLC0415  takes a second, and not everybody tells somebody

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    return apprise.Apprise.instantiate(url, suppress_exceptions=True) is not None
