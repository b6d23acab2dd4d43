"""Which extruders somebody sees: all, or those of some sites and lines.

A scope is a tuple of entries, "site" or "site/line", as they stand in the catalogue; letters and
spaces count. None at all is the whole plant. What is seen during a request is said once, by the
gate (`seeing`), and asked where the windows and the history are read (`seen`): whatever is built
upon those cannot forget it. Pure but for that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import TypeAlias
from urllib.parse import quote, unquote

from data.errors import SettingError
from data.extruders import Catalogue

Scope: TypeAlias = tuple[str, ...]
WHOLE: Scope = ()
#: Between a site, which has none in its name, and a line.
BETWEEN = "/"
LONGEST, MOST = 120, 50
_EXPECTED = f"up to {MOST} of 'site' or 'site/line', each 1 to {LONGEST} characters"

_seen: ContextVar[Scope] = ContextVar("meltwatch.scope", default=WHOLE)


def covers(scope: Scope, site: str, line: str) -> bool:
    """Whether what stands there is seen. Whoever has a scope does not see what has no site."""
    return not scope or any(_covers(entry, site, line) for entry in scope)


def _covers(entry: str, site: str, line: str) -> bool:
    in_site, between, in_line = entry.partition(BETWEEN)
    return bool(site) and in_site == site and (not between or in_line == line)


def part_of(catalogue: Catalogue, scope: Scope) -> Catalogue:
    """The catalogue as somebody sees it."""
    if not scope:
        return catalogue
    mine = (one for one in catalogue.extruders if covers(scope, one.site, one.line))
    return replace(catalogue, extruders=tuple(mine))


def scope_of(entries: Iterable[str]) -> Scope:
    """A scope of what somebody wrote. Raises SettingError."""
    scope = tuple(sorted({entry.strip() for entry in entries}))
    if len(scope) > MOST or not all(map(_is_entry, scope)):
        raise SettingError("scope", ", ".join(scope), _EXPECTED)
    return scope


def _is_entry(entry: str) -> bool:
    return 0 < len(entry) <= LONGEST and entry.isprintable() and not entry.startswith(BETWEEN)


def told(scope: Scope) -> str:
    """A scope for people to read."""
    return ", ".join(scope) or "whole plant"


def to_header(scope: Scope) -> str:
    """A scope as an HTTP header, which also tells it from others; "" is the whole plant."""
    return quote(json.dumps(sorted(scope), ensure_ascii=False), safe="") if scope else ""


def from_header(text: str) -> Scope:
    """Inverse of `to_header`. Raises SettingError."""
    try:
        entries = json.loads(unquote(text)) if text else []
    except ValueError as error:
        raise SettingError("scope", text, _EXPECTED) from error
    texts = isinstance(entries, list) and all(isinstance(one, str) for one in entries)
    if not texts or (text and not entries):
        raise SettingError("scope", text, _EXPECTED)
    return scope_of(entries)


def seen() -> Scope:
    """What whoever made this request sees; the whole plant outside of requests."""
    return _seen.get()


@contextmanager
def seeing(scope: Scope) -> Iterator[None]:
    """Whatever is read inside, also by threads and tasks that begin there, is of this scope."""
    before = _seen.set(scope)
    try:
        yield
    finally:
        _seen.reset(before)
