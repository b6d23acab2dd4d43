"""The notifications file: routes in TOML, checked. No error shows an URL: it may be secret."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import time
from pathlib import Path
from typing import NoReturn

from data.alarms.events import Priority
from data.errors import MeltwatchError
from data.notifier.apprise_send import understands
from data.notifier.routes import ALL_EVENTS, EVENTS, REPORT, STORE, Route, Routes, Shift
from data.toml_table import REQUIRED, Table

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PRIORITIES = {priority.name.lower(): priority for priority in Priority}
#: What stands before the name of an environment variable that holds the URL.
ENV = "env:"
LONGEST_ESCALATION_MIN = 7 * 24 * 60.0

# No "|" and no "#": they part a notification's key and a route's URLs.
_NAME = re.compile(r"[^\W_][\w .,+/&()-]{0,39}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class RoutesError(MeltwatchError):
    """A notifications file is wrong; the text names file, key and, unless secret, value."""


class _Hidden:
    def __repr__(self) -> str:
        return "(not shown)"


class _RouteTable(Table):
    error = RoutesError
    #: Keys whose values cannot be secret. Unknown keys are not among them: "url" is one.
    shown = frozenset(("name", "priorities", "shifts", "extruders", "events", "cleared",
                       "escalate_after_min", "days", "from", "to"))  # fmt: skip

    def fail(self, key: str, value: object, expected: str) -> NoReturn:
        visible = key in self.shown or value is REQUIRED
        super().fail(key, value if visible else _Hidden(), expected)


def load_routes(path: Path, env: Mapping[str, str] = os.environ) -> Routes:
    """Read and check a notifications file; `env` holds what `env:NAME` stands for.

    Raises RoutesError naming file, key and value, but never an URL.
    """
    try:
        raw = tomllib.loads(path.read_bytes().decode())
    except (OSError, ValueError) as error:
        raise RoutesError(f"{path}: cannot be read as TOML: {error}") from error
    top = _RouteTable(str(path), "", raw)
    tables = [top.of("route", index, one) for index, one in enumerate(top.raw_tables("route"), 1)]
    if not tables:
        top.fail("route", REQUIRED, "at least one [[route]]")
    routes = tuple(_route(table, env) for table in tables)
    top.finish()
    _refuse_repeats(tables, routes)
    return Routes(routes)


def _route(table: _RouteTable, env: Mapping[str, str]) -> Route:
    name = table.text("name")
    if not _NAME.fullmatch(name):
        table.fail("name", name, "up to 40 letters, digits, spaces and .,+/&()-")
    route = Route(
        name=name,
        urls=_urls(table, name, env),
        priorities=frozenset(PRIORITIES[p] for p in table.choices("priorities", list(PRIORITIES))),
        shifts=_shifts(table),
        extruders=frozenset(table.wholes("extruders", 1, 2**31 - 1)),
        events=_events(table),
        escalate_after_min=_escalation(table),
        cleared=table.flag("cleared", False),
    )
    for event, noun in ((REPORT, "a report"), (STORE, "a finding")):
        if event in route.events and route.escalate_after_min is not None:
            expected = f"no {event!r} beside escalate_after_min: nobody acknowledges {noun}"
            table.fail("events", sorted(route.events), expected)
    if route.cleared and route.escalate_after_min is not None:
        table.fail("cleared", True, "no escalate_after_min beside it: nobody acknowledged is told")
    table.finish()
    return route


def _urls(table: _RouteTable, name: str, env: Mapping[str, str]) -> tuple[str, ...]:
    urls = []
    for number, text in enumerate(table.texts("urls"), 1):
        where = f"number {number} of route {name!r}"
        variable = text.removeprefix(ENV)
        url = env.get(variable, "") if text.startswith(ENV) else text
        if not url:
            table.fail("urls", text, f"the environment variable {variable} to be set: {where}")
        if not understands(url):
            table.fail("urls", text, f"URLs that apprise can read: {where} is none")
        urls.append(url)
    return tuple(urls)


def _events(table: _RouteTable) -> frozenset[str]:
    """Where it does not say: the store is for those who are there for the whole plant."""
    if table.has("events"):
        return frozenset(table.choices("events", ALL_EVENTS))
    partly = table.has("extruders") or table.has("escalate_after_min")
    return frozenset(EVENTS) - ({STORE} if partly else set())


def _escalation(table: _RouteTable) -> float | None:
    minutes = table.optional_number("escalate_after_min")
    if minutes is not None and not 0 < minutes <= LONGEST_ESCALATION_MIN:
        expected = f"minutes, more than 0, at most {LONGEST_ESCALATION_MIN:.0f}"
        table.fail("escalate_after_min", minutes, expected)
    return minutes


def _shifts(table: _RouteTable) -> tuple[Shift, ...]:
    raws = table.raw_tables("shifts")
    if table.has("shifts") and not raws:
        table.fail("shifts", raws, "at least one shift, or no such key for always")
    return tuple(_shift(table.of("shifts", index, raw)) for index, raw in enumerate(raws, 1))


def _shift(table: _RouteTable) -> Shift:
    days = frozenset(DAYS.index(day) for day in table.choices("days", DAYS))
    shift = Shift(days, _clock(table, "from"), _clock(table, "to"))
    table.finish()
    return shift


def _clock(table: _RouteTable, key: str) -> time:
    text = table.text(key)
    if key == "to" and text == "24:00":
        return time(0)
    if not _CLOCK.fullmatch(text):
        table.fail(key, text, "a time of the plant's clock such as '06:00'")
    return time.fromisoformat(text)


def _refuse_repeats(tables: Sequence[_RouteTable], routes: Sequence[Route]) -> None:
    names = [route.name for route in routes]
    for index, name in enumerate(names):
        if name in names[:index]:
            tables[index].fail("name", name, "a name that no other route has")
