"""Malfunctions as a table: one page of it, in any order, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass

from data.history import Reader
from data.history.malfunction_sql import FROM, MONEY, where
from data.history.selection import DEFAULT_SORT, Scope

#: Rows of one page, at most.
MAX_ROWS = 10_000

#: What a column of data.history.selection.SORTS sorts by. Names, as people read them, not numbers;
#: what lasts is longer than all that ended within the same time.
_ORDER = {
    "onset": "m.onset",
    "extruder": "lower(coalesce(e.name, CAST(m.extruder AS TEXT)))",
    "cause": "m.cause",
    "state": "m.stage",
    "product": "lower(coalesce(p.name, ''))",
    "duration": "coalesce(m.ended, {now}) - m.onset",
    "hours": "m.hours",
    "kg": "m.kg",
    "money": MONEY,
}
_NAMED = f"{FROM} LEFT JOIN extruders e ON e.id = m.extruder"


@dataclass(frozen=True)
class Rows:
    """Which rows of the table: `count` from number `first` (0 is the top), ordered by `sort`.

    `sort` is a column of data.history.selection.SORTS and whether from high to low.
    """

    first: int = 0
    count: int = 50
    sort: tuple[str, bool] = DEFAULT_SORT


@dataclass(frozen=True)
class Row:
    """A malfunction in the table. Times in ms; `ended` is None while it lasts.

    `hours` and `kg` are scrap; `money` is in the plant's currency, None where nobody has told
    the product's price; `product` is empty when it is not known.
    """

    id: str
    extruder: int
    extruder_name: str
    onset: int
    detected: int
    ended: int | None
    stage: str
    cause: str
    product: str
    shift: str
    hours: float
    kg: float
    money: float | None


@dataclass(frozen=True)
class TablePage:
    """Rows of a table that has `total` of them."""

    rows: tuple[Row, ...]
    total: int


def table(reader: Reader, scope: Scope, rows: Rows) -> TablePage:
    """One page of the malfunctions of a scope, and their number."""
    return TablePage(page(reader, scope, rows), total(reader, scope))


def total(reader: Reader, scope: Scope) -> int:
    """How many malfunctions a scope has."""
    condition = where(scope)
    found = reader.all(f"SELECT count(*) FROM {FROM} WHERE {condition.sql}", *condition.values)
    return int(found[0][0])


def page(reader: Reader, scope: Scope, rows: Rows) -> tuple[Row, ...]:
    """One page of the malfunctions of a scope."""
    condition = where(scope)
    order = _order(rows.sort, scope.now)
    # The inner statement orders by what the index holds; only its few rows are fetched whole.
    chosen = f"SELECT m.rowid FROM {_NAMED} WHERE {condition.sql} ORDER BY {order} LIMIT ? OFFSET ?"
    found = reader.all(
        "SELECT m.id, m.extruder, coalesce(e.name, 'Extruder ' || m.extruder), m.onset,"
        " m.detected, m.ended, m.stage, m.cause, coalesce(p.name, ''), shift_of(m.onset),"
        f" coalesce(m.hours, 0.0), m.kg, {MONEY} FROM {_NAMED}"
        f" WHERE m.rowid IN ({chosen}) ORDER BY {order}",
        *condition.values,
        min(rows.count, MAX_ROWS),
        max(rows.first, 0),
    )
    return tuple(Row(*one) for one in found)


def _order(sort: tuple[str, bool], now: int) -> str:
    column, descending = sort
    direction = "DESC" if descending else "ASC"
    # Unknown money stands last either way; equals stand newest first, each in one place.
    expression = _ORDER[column].format(now=int(now))
    return f"{expression} {direction} NULLS LAST, m.onset DESC, m.rowid DESC"
