"""A scope as SQL: the FROM and WHERE that every question about malfunctions shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.history.selection import LASTING, Scope

#: Money of a malfunction; NULL where nobody has told the product's price.
MONEY = "CASE WHEN m.money <> 0 OR coalesce(p.price_per_kg, 0) > 0 THEN m.money END"
#: When it ended, or `now` for one that lasts; the placeholder is `now` in ms.
UNTIL = "coalesce(m.ended, ?)"

FROM = "malfunctions m LEFT JOIN products p ON p.code = m.product"


@dataclass(frozen=True)
class Where:
    """A condition on `FROM`, and what fills its placeholders."""

    sql: str
    values: tuple[object, ...]


def where(scope: Scope) -> Where:
    """The malfunctions of a scope."""
    parts: list[tuple[str, Sequence[object]]] = [
        ("m.onset >= ? AND m.onset < ?", (scope.start, scope.end)),
        _among("m.extruder", scope.extruders),
        _among("m.cause", scope.causes),
        _among("m.product", scope.products),
        _states(scope.states),
    ]
    if scope.min_money is not None:
        parts.append((f"{MONEY} >= ?", (scope.min_money,)))
    if scope.min_kg is not None:
        parts.append(("m.kg >= ?", (scope.min_kg,)))
    if scope.brush is not None:
        start, end = scope.brush
        parts.append((f"m.onset < ? AND {UNTIL} >= ?", (end, scope.now, start)))
    # Last, for it is a call of Python: SQLite asks from left to right.
    parts.append(_among("shift_of(m.onset)", scope.shifts))
    used = [(sql, values) for sql, values in parts if sql]
    return Where(
        " AND ".join(sql for sql, _ in used), tuple(one for _, values in used for one in values)
    )


def _among(column: str, values: Sequence[object]) -> tuple[str, Sequence[object]]:
    return (f"{column} IN ({_marks(values)})" if values else "", values)


def _states(states: Sequence[str]) -> tuple[str, Sequence[object]]:
    stages = [state for state in states if state != LASTING]
    either = [f"m.stage IN ({_marks(stages)})"] if stages else []
    if LASTING in states:
        either.append("m.ended IS NULL")
    return (f"({' OR '.join(either)})" if either else "", stages)


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
