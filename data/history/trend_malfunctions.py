"""Malfunctions of some extruders in a time, as short as a chart needs them."""

from __future__ import annotations

from dataclasses import dataclass

from data.history import Reader

#: More bars than these are not drawn.
MOST = 2_000


@dataclass(frozen=True)
class Bar:
    """One malfunction from `onset` to `end` (ms; None while it lasts); `cause` is its code."""

    id: str
    extruder: int
    onset: int
    end: int | None
    cause: str


def malfunctions_in(
    reader: Reader, extruders: tuple[int, ...], start: int, end: int
) -> tuple[list[Bar], int]:
    """The newest MOST that last at some time of start <= t < end (ms) by onset; how many more."""
    marks = ", ".join("?" * len(extruders))
    where = (
        f" FROM malfunctions WHERE extruder IN ({marks}) AND onset < ?"
        " AND (ended IS NULL OR ended > ?)"
    )
    parameters = *extruders, end, start
    rows = reader.all(
        f"SELECT id, extruder, onset, ended, cause{where} ORDER BY onset DESC LIMIT ?",
        *parameters,
        MOST,
    )
    total = len(rows)
    if total == MOST:
        total = reader.all(f"SELECT count(*){where}", *parameters)[0][0]
    return [Bar(*row) for row in reversed(rows)], total - len(rows)
