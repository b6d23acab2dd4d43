"""Checked reading of a TOML table: every error names file, key, value and what is expected."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, Self, TypeVar, cast

from data.errors import MappingError, MeltwatchError

_T = TypeVar("_T")
_Raw = dict[str, Any]

#: Default of a key that must be present.
REQUIRED: Any = object()


class Table:
    """One table of a TOML file. Keys that nobody asked for are errors (see `finish`)."""

    #: What `fail` raises.
    error: type[MeltwatchError] = MappingError

    def __init__(self, file: str, where: str, raw: Mapping[str, Any]) -> None:
        self._file = file
        self._where = where
        self._raw = raw
        self._asked: set[str] = set()

    def text(self, key: str, default: str = REQUIRED) -> str:
        """A text that is not empty."""
        return self._get(key, default, "a text", lambda v: isinstance(v, str) and v != "")

    def any_text(self, key: str, default: str = REQUIRED) -> str:
        """A text that may be empty."""
        return self._get(key, default, "a text", lambda v: isinstance(v, str))

    def choice(self, key: str, default: str, choices: Sequence[str]) -> str:
        """One of the texts in `choices`."""
        return self._get(key, default, " or ".join(map(repr, choices)), lambda v: v in choices)

    def texts(self, key: str) -> list[str]:
        """A list of texts that are not empty, itself not empty."""
        return list(self._get(key, REQUIRED, "a list of texts", lambda v: _is_list(v, _is_text)))

    def choices(self, key: str, choices: Sequence[str]) -> list[str]:
        """A list of some of `choices`; all of them where the key is absent."""
        expected = "a list of " + ", ".join(map(repr, choices))
        good = lambda v: _is_list(v, lambda one: one in choices)  # noqa: E731
        return list(self._get(key, list(choices), expected, good))

    def wholes(self, key: str, low: int, high: int) -> list[int]:
        """A list of whole numbers within bounds; empty where the key is absent."""
        empty: list[int] = []
        expected = f"a list of whole numbers from {low} to {high}"
        good = lambda v: _is_list(v, lambda one: _is_whole(one, low, high))  # noqa: E731
        return list(self._get(key, empty, expected, good))

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        return self._get(key, default, "true or false", lambda v: isinstance(v, bool))

    def number(self, key: str, default: float = REQUIRED) -> float:
        """A finite number."""
        return float(self._get(key, default, "a number", _is_number))

    def optional_number(self, key: str) -> float | None:
        """A finite number, or None where the key is absent."""
        return self.number(key) if self.has(key) else None

    def whole(self, key: str, low: int, high: int, default: int = REQUIRED) -> int:
        """A whole number within bounds."""
        return self._get(
            key, default, f"a whole number from {low} to {high}", lambda v: _is_whole(v, low, high)
        )

    def table(self, key: str) -> Self:
        """The table under a key; an absent one is read as empty."""
        return type(self)(self._file, self._path(key), self.raw_table(key))

    def raw_table(self, key: str) -> _Raw:
        """The table under a key, unchecked, to be merged into another one."""
        empty: _Raw = {}
        return dict(self._get(key, empty, "a table", lambda v: isinstance(v, dict)))

    def named_tables(self) -> Iterator[tuple[str, Self]]:
        """All values of this table as tables, by name."""
        for key in self._raw:
            yield key, self.table(key)

    def raw_tables(self, key: str) -> list[_Raw]:
        """The list of tables under a key; empty if it is absent."""
        empty: list[_Raw] = []
        return list(self._get(key, empty, "a list of tables", _is_tables))

    def of(self, key: str, index: int, raw: Mapping[str, Any]) -> Self:
        """`raw` as the table number `index` of a list under a key."""
        return type(self)(self._file, f"{self._path(key)}[{index}]", raw)

    def has(self, key: str) -> bool:
        """True if the key is present."""
        self._asked.add(key)
        return key in self._raw

    def fail(self, key: str, value: object, expected: str) -> NoReturn:
        """Raise the error for a key's value."""
        shown = "(missing)" if value is REQUIRED else repr(value)
        raise self.error(f"{self._file}: {self._path(key)} = {shown}: expected {expected}")

    def finish(self) -> None:
        """Raise for a key that nothing has read: it is a typing error, not a wish."""
        for key in self._raw:
            if key not in self._asked:
                known = ", ".join(sorted(self._asked))
                self.fail(key, self._raw[key], f"no such key here; known keys: {known}")

    def _get(self, key: str, default: _T, expected: str, good: Callable[[Any], bool]) -> _T:
        self._asked.add(key)
        value = self._raw.get(key, default)
        if value is REQUIRED or (key in self._raw and not good(value)):
            self.fail(key, value, expected)
        return cast(_T, value)

    def _path(self, key: str) -> str:
        return f"{self._where}.{key}" if self._where else key


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_list(value: object, good: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and value != [] and all(good(one) for one in value)
