"""Writes the table of docs/settings.md from the code: `python -m docs.make_settings`.

Names, order, defaults and allowed values are what Settings and AccessSettings read; what each
means is in docs/settings.toml. tests/test_settings.py holds that the file is what this writes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

from access.settings import AccessSettings
from data.environment import Reader
from data.settings import Settings

FILE = Path(__file__).with_name("settings.md")
MEANINGS = Path(__file__).with_name("settings.toml")
_TABLE = re.compile(r"^\| setting \|.*?\n\n", re.MULTILINE | re.DOTALL)
Reads = dict[str, tuple[str, tuple[Any, ...]]]


def whole(before: str) -> str:
    """The text of the file with the table as it must be; KeyError for a setting without meaning."""
    return _TABLE.sub(lambda _: table() + "\n", before, count=1)


def table() -> str:
    """The table, a line per setting in the order of the code."""
    reads, told = read_settings(), tomllib.loads(MEANINGS.read_text())
    names = [one.upper() for kind in (Settings, AccessSettings) for one in kind.__annotations__]
    lines = [_line(name, *reads[name], told[name]) for name in names]
    head = "| setting | default | values | meaning |\n|---|---|---|---|\n"
    return head + "".join(lines)


def read_settings() -> Reads:
    """What is read of an empty environment: the method of Reader and its arguments, by name."""
    reads: Reads = {}
    with _recording(reads):
        Settings.from_env({})
        AccessSettings.from_env({})
    return reads


@contextmanager
def _recording(reads: Reads) -> Iterator[None]:
    def recorded(kind: str, read: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(read)
        def reader(self: Reader, name: str, *arguments: Any) -> Any:
            reads.setdefault(name, (kind, arguments))  # the first asks the others
            return read(self, name, *arguments)

        return reader

    methods = {name: one for name, one in vars(Reader).items() if not name.startswith("_")}
    del methods["queue_url"]  # names no setting, and asks `url`
    with patch.multiple(Reader, **{name: recorded(name, one) for name, one in methods.items()}):
        yield


def _line(name: str, kind: str, arguments: tuple[Any, ...], told: dict[str, str]) -> str:
    default = told.get("default", _code(_default(kind, arguments)))
    cells = (f"`{name}`", default, _values(kind, arguments), told["meaning"])
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|\n"


def _default(kind: str, arguments: tuple[Any, ...]) -> str:
    first = arguments[0] if arguments else ""
    value = first[0] if kind == "one_of" else first
    return f"{value:g}" if isinstance(value, float) else str(value).replace(f"{Path.cwd()}/", "")


def _values(kind: str, arguments: tuple[Any, ...]) -> str:
    if kind == "one_of":
        return ", ".join(map(_code, arguments[0]))
    if kind == "number":
        return f"{arguments[1]:g} to {arguments[2]:g}"
    return f"{arguments[1]} to {arguments[2]}" if kind == "whole" else ""


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


if __name__ == "__main__":
    FILE.write_text(whole(FILE.read_text()))
