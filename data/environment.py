"""Reads single settings; each error names the key, its value and what is expected."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from data.errors import SettingError
from data.logs import syslog_address
from data.masking import hide, hide_all, hide_path
from data.redis_urls import is_cluster, what_is_wrong
from data.shifts import ShiftPlan

_N = TypeVar("_N", int, float)


class Reader:
    """What an environment says. All methods raise SettingError."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def text(self, key: str, default: str) -> str:
        """As it is."""
        return self._env.get(key) or default

    def secret(self, key: str, default: str) -> str:
        """A URL that may hold a password: given as it is, or in the file that KEY_FILE names."""
        value = self._from_file(key) or self.text(key, default)
        hide(value)
        return value

    def key(self, key: str) -> str:
        """A secret that is no URL, given in the same two ways."""
        value = self.secret(key, "")
        hide_all(value)
        return value

    def _from_file(self, key: str) -> str:
        path = self.text(f"{key}_FILE", "")
        if path and self._env.get(key):
            raise SettingError(f"{key}_FILE", path, f"nothing, since {key} is set")
        try:
            value = Path(path).read_text().strip() if path else ""
        except (OSError, ValueError) as error:
            raise SettingError(f"{key}_FILE", path, "a file that can be read") from error
        if path and not value:
            raise SettingError(f"{key}_FILE", path, f"a file that holds {key}")
        return value

    def syslog(self, key: str) -> str:
        """Where syslog listens."""
        value = self.text(key, "")
        try:
            return value if not value or syslog_address(value) else ""
        except ValueError as error:
            raise SettingError(key, value, "host:port or a path such as /dev/log") from error

    def url(self, key: str, default: str) -> str:
        """The URL of a Redis."""
        value = self.secret(key, default)
        if expected := what_is_wrong(value):
            raise SettingError(key, value, expected)
        return value

    def queue_url(self, redis_url: str) -> str:
        """RQ's keys are of many slots: it cannot work on a cluster."""
        value = self.url("QUEUE_URL", redis_url)
        if is_cluster(value):
            raise SettingError("QUEUE_URL", value, "a single Redis or sentinels, no cluster")
        return value

    def authority(self, key: str) -> str:
        """The path of a file of CA certificates."""
        value = self.text(key, "")
        try:
            ssl.create_default_context(cafile=value or None)
        except (OSError, ValueError) as error:
            expected = "a file of CA certificates (PEM) that can be read"
            raise SettingError(key, value, expected) from error
        return str(Path(value).resolve()) if value else ""

    def web(self, key: str) -> str:
        """The URL of a web service."""
        value = self.secret(key, "")
        hide_path(value)
        if value and not value.startswith(("http://", "https://")):
            raise SettingError(key, value, "http://host/path or https://host/path")
        return value

    def zone(self, key: str, default: str) -> str:
        """The name of a time zone."""
        value = self.text(key, default)
        try:
            return ZoneInfo(value).key
        except (KeyError, ValueError, OSError) as error:
            raise SettingError(key, value, "a time zone such as Europe/Berlin") from error

    def shifts(self, key: str, default: str) -> ShiftPlan:
        """Names and times of shifts."""
        value = self.text(key, default)
        try:
            return ShiftPlan.parse(value, ZoneInfo(self.zone("PLANT_TZ", "UTC")))
        except ValueError as error:
            raise SettingError(key, value, f"names and times such as {default!r}") from error

    def one_of(self, key: str, choices: tuple[str, ...]) -> str:
        """One of these words; the first if there is none."""
        value = self.text(key, choices[0])
        if value not in choices:
            raise SettingError(key, value, " or ".join(choices))
        return value

    def currency(self, key: str, default: str) -> str:
        """A currency by its ISO 4217 code."""
        value = self.text(key, default)
        if len(value) != 3 or not value.isascii() or not value.isupper():
            raise SettingError(key, value, "three capitals such as EUR")
        return value

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number within bounds."""
        return self._bounded(key, default, low, high, int, "a whole number")

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """A number within bounds."""
        return self._bounded(key, default, low, high, float, "a number")

    def _bounded(
        self, key: str, default: _N, low: _N, high: _N, parse: Callable[[str], _N], what: str
    ) -> _N:
        raw = self.text(key, str(default))
        expected = f"{what} from {low} to {high}"
        try:
            value = parse(raw)
        except ValueError as error:
            raise SettingError(key, raw, expected) from error
        if not low <= value <= high:
            raise SettingError(key, raw, expected)
        return value
