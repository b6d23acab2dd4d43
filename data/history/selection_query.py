"""A selection of malfunctions to and from the query of an address. Pure; never fails."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from urllib.parse import urlencode

from data.history.selection import (
    CAUSES,
    DEFAULT_PRESET,
    DEFAULT_SORT,
    PRESETS,
    SORTS,
    STATES,
    Selection,
)

#: Days that a clock can have: others would overflow times in some zone.
_DAYS = (date(1970, 1, 2), date(2200, 1, 1))
#: More pages than any table has.
_MAX_PAGE = 1_000_000

_V = TypeVar("_V")


@dataclass(frozen=True)
class Parsed:
    """A selection, and a line for each part of the address that could not be used."""

    selection: Selection
    notes: tuple[str, ...] = ()


def query_of(selection: Selection) -> dict[str, str]:
    """The address's query by key; what is the default is left out."""
    days = selection.first or selection.last
    pairs = {
        "period": "" if days or selection.preset == DEFAULT_PRESET else selection.preset,
        "from": selection.first.isoformat() if selection.first else "",
        "to": selection.last.isoformat() if selection.last else "",
        "extruder": _joined(selection.extruders),
        "cause": _joined(selection.causes),
        "product": _joined(selection.products),
        "shift": _joined(selection.shifts),
        "state": _joined(selection.states),
        "min_money": _number(selection.min_money),
        "min_kg": _number(selection.min_kg),
        "brush": ",".join(map(str, selection.brush or ())),
        "sort": "" if selection.sort == DEFAULT_SORT else sort_text(selection.sort),
        "page": "" if selection.page == 1 else str(selection.page),
    }
    return {key: text for key, text in pairs.items() if text}


def query_text(selection: Selection) -> str:
    """The query as it stands in an address, without the question mark."""
    return urlencode(query_of(selection))


def sort_text(sort: tuple[str, bool]) -> str:
    """A sort as the address has it: "-" before a column that runs from high to low."""
    return f"{'-' if sort[1] else ''}{sort[0]}"


def parse(query: Mapping[str, object], shifts: Collection[str]) -> Parsed:
    """The selection of an address's query; texts or lists of texts by key.

    A part that cannot be used is told in a line and left at its default; keys that mean nothing
    here are not looked at. `shifts` are the names that the plant has.
    """
    read = _Reading(query)
    first, last = read.days()
    selection = Selection(
        preset=read.one("period", _one_of(PRESETS), " or ".join(PRESETS)) or DEFAULT_PRESET,
        first=first,
        last=last,
        extruders=read.many("extruder", _whole, "a number"),
        causes=read.many("cause", _one_of(CAUSES), "a cause that Meltwatch knows"),
        products=read.many("product", _whole, "a number"),
        shifts=read.many("shift", _one_of(shifts), " or ".join(shifts)),
        states=read.many("state", _one_of(STATES), " or ".join(STATES)),
        min_money=read.one("min_money", _amount, "an amount of 0 or more"),
        min_kg=read.one("min_kg", _amount, "an amount of 0 or more"),
        brush=read.one("brush", _span, "two times in ms, as 1700000000000,1700000600000"),
        sort=read.one("sort", _sort, " or ".join(SORTS)) or DEFAULT_SORT,
        page=read.one("page", _page, "a page from 1") or 1,
    )
    return Parsed(selection, tuple(read.notes))


class _Reading:
    """Reads parts of a query and notes what could not be used."""

    def __init__(self, query: Mapping[str, object]) -> None:
        self._query = query
        self.notes: list[str] = []

    def one(self, key: str, convert: Callable[[str], _V], expected: str) -> _V | None:
        """The last value of a key, None where there is none that can be used."""
        texts = self._texts(key)
        return self._convert(key, texts[-1], convert, expected) if texts else None

    def many(self, key: str, convert: Callable[[str], _V], expected: str) -> tuple[_V, ...]:
        """The values of a key between commas, each once."""
        texts = [part.strip() for text in self._texts(key) for part in text.split(",")]
        found = [self._convert(key, text, convert, expected) for text in texts if text]
        return tuple(dict.fromkeys(one for one in found if one is not None))

    def days(self) -> tuple[date | None, date | None]:
        """First and last day, in order."""
        first = self.one("from", _day, "a day, as 2026-01-31")
        last = self.one("to", _day, "a day, as 2026-01-31")
        if first and last and first > last:
            self.notes.append(f"from={first} is after to={last}: read the other way round.")
            return last, first
        return first, last

    def _texts(self, key: str) -> list[str]:
        raw = self._query.get(key)
        texts = raw if isinstance(raw, list | tuple) else [] if raw is None else [raw]
        return [text for one in texts if (text := str(one).strip())]

    def _convert(
        self, key: str, text: str, convert: Callable[[str], _V], expected: str
    ) -> _V | None:
        try:
            return convert(text)
        except (ValueError, OverflowError):
            self.notes.append(f"{key}={text[:60]!r} left out: expected {expected}.")
            return None


def _one_of(known: Collection[str]) -> Callable[[str], str]:
    def convert(text: str) -> str:
        if text not in known:
            raise ValueError(text)
        return text

    return convert


def _whole(text: str) -> int:
    return _within(int(text), 0, 2**31 - 1)


def _page(text: str) -> int:
    return _within(int(text), 1, _MAX_PAGE)


def _within(value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise ValueError(value)
    return value


def _amount(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or value < 0:
        raise ValueError(text)
    return value


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if not _DAYS[0] <= day <= _DAYS[1]:
        raise ValueError(text)
    return day


def _span(text: str) -> tuple[int, int]:
    start, end = (_within(int(one), 0, 2**53) for one in text.split(","))
    if start >= end:
        raise ValueError(text)
    return start, end


def _sort(text: str) -> tuple[str, bool]:
    return _one_of(SORTS)(text.removeprefix("-")), text.startswith("-")


def _joined(values: Iterable[object]) -> str:
    return ",".join(map(str, values))


def _number(value: float | None) -> str:
    """The shortest text that reads back as the same number, without a needless ".0"."""
    return "" if value is None else repr(value).removesuffix(".0")
