"""What costs most: malfunctions added up by cause or by extruder, largest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from data.history import Reader
from data.history.malfunction_sql import FROM, MONEY, where
from data.history.selection import Scope

Measure = Literal["count", "hours", "kg", "money"]
MEASURES: tuple[Measure, ...] = ("count", "hours", "kg", "money")
Group = Literal["cause", "extruder"]


@dataclass(frozen=True)
class Sum:
    """Malfunctions added up: `hours` and `kg` of scrap, `money` of those with a price.

    `unpriced` of the `count` have no price; `money` is None when all of them have none.
    """

    key: str
    count: int
    hours: float
    kg: float
    money: float | None
    unpriced: int


@dataclass(frozen=True)
class Bar:
    """One bar of a Pareto chart: its share of all, and that of it and all larger ones (0…1).

    `others` counts the keys that this bar stands for beside its own, 0 for a bar of one key.
    """

    key: str
    value: float
    share: float
    cumulative: float
    others: int = 0


@dataclass(frozen=True)
class Paretos:
    """Sums by cause and by extruder, and the whole scope as one sum.

    Each kind of sums leaves a choice of its own kind aside, so that what is chosen stands beside
    what is not.
    """

    causes: tuple[Sum, ...]
    extruders: tuple[Sum, ...]
    whole: Sum


def paretos(reader: Reader, scope: Scope) -> Paretos:
    """Sums of a scope."""
    causes = sums(reader, replace(scope, causes=()), "cause")
    extruders = sums(reader, replace(scope, extruders=()), "extruder")
    # One of them is all there is already, unless both leave a choice aside.
    counted = causes if not scope.causes else extruders
    if scope.causes and scope.extruders:
        counted = sums(reader, scope, "extruder")
    return Paretos(causes, extruders, added(counted))


def sums(reader: Reader, scope: Scope, group: Group) -> tuple[Sum, ...]:
    """One sum for each cause (its name) or extruder (its number as text) of a scope."""
    condition = where(scope)
    found = reader.all(
        f"SELECT {_KEY[group]}, {_SUMS} FROM {FROM} WHERE {condition.sql} GROUP BY 1",
        *condition.values,
    )
    return tuple(Sum(*one) for one in found)


def added(found: Sequence[Sum]) -> Sum:
    """Sums made one, with an empty key."""
    priced = [one.money for one in found if one.money is not None]
    return Sum(
        "",
        sum(one.count for one in found),
        sum(one.hours for one in found),
        sum(one.kg for one in found),
        sum(priced) if priced else None,
        sum(one.unpriced for one in found),
    )


_KEY: dict[Group, str] = {"cause": "m.cause", "extruder": "CAST(m.extruder AS TEXT)"}
_SUMS = (
    f"count(*), coalesce(sum(m.hours), 0.0), coalesce(sum(m.kg), 0.0), sum({MONEY}),"
    f" count(*) - count({MONEY})"
)


def bars(found: Sequence[Sum], measure: Measure, cap: int) -> tuple[Bar, ...]:
    """Bars by a measure, largest first; beyond `cap` - 1 of them the rest make one bar.

    Sums without the measure (money of unknown price, or 0) have no bar.
    """
    values = [(one.key, float(getattr(one, measure) or 0.0)) for one in found]
    ranked = sorted(((k, v) for k, v in values if v > 0), key=lambda one: (-one[1], one[0]))
    in_all = sum(value for _, value in ranked)
    shown = ranked if len(ranked) <= cap else ranked[: cap - 1]
    rest = ranked[len(shown) :]
    made, running = [], 0.0
    for key, value in shown:
        running += value
        made.append(Bar(key, value, value / in_all, running / in_all))
    if rest:
        value = sum(value for _, value in rest)
        made.append(Bar("", value, value / in_all, 1.0, len(rest)))
    return tuple(made)
