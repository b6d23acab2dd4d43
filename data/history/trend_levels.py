"""Which level of the history a trend is read from: raw readings, minute or hour rollups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

RAW, MINUTE, HOUR = "raw", "minute", "hour"


@dataclass(frozen=True)
class Level:
    """A table of the history: a row covers `step` ms (0: one reading), reading it costs `cost`."""

    name: str
    table: str
    step: int
    cost: int


#: Finest first. A reading costs twice a rollup: readings lie in order of arrival, not by extruder.
LEVELS = (
    Level(RAW, "readings", 0, 2),
    Level(MINUTE, "minute_rollups", 60_000, 1),
    Level(HOUR, "hour_rollups", 3_600_000, 1),
)
#: What one question may read, in costs: about 100 ms (docs/decisions/0011).
BUDGET = 100_000

#: Oldest row (ms) by the name of a level; None where it has none.
Kept = Mapping[str, int | None]


def wanted(span: int, columns: int, extruders: int, readings: int) -> int:
    """Index in LEVELS of the level to read `span` ms of so many extruders from.

    The coarsest one that still has a row per column, since a finer one would draw the same
    picture; a coarser one if that reads more than BUDGET. `readings` are the raw rows in the span.
    """
    column = span / max(1, columns)
    index = max(i for i, level in enumerate(LEVELS) if level.step <= column)
    while index < len(LEVELS) - 1 and _cost(LEVELS[index], span, extruders, readings) > BUDGET:
        index += 1
    return index


def _cost(level: Level, span: int, extruders: int, readings: int) -> int:
    rows = extruders * (span // level.step) if level.step else readings
    return rows * level.cost


def kept_level(index: int, start: int, kept: Kept) -> int | None:
    """The level at `index`, or the next one that reaches as far back towards `start` (ms).

    Coarser ones first; None if no level has anything.
    """
    order = [*range(index, len(LEVELS)), *range(index - 1, -1, -1)]
    there = [i for i in order if kept[LEVELS[i].name] is not None]
    return next((i for i in there if _reaches(i, start, kept)), there[0] if there else None)


def _reaches(index: int, start: int, kept: Kept) -> bool:
    first = kept[LEVELS[index].name]
    if first is None:
        return False
    older = (_begins(level, kept) for level in LEVELS[index + 1 :])
    return first <= start or all(other is None or other >= first for other in older)


def _begins(level: Level, kept: Kept) -> int | None:
    """The end of a level's first row: what comes before it is older than any other level's row."""
    first = kept[level.name]
    return None if first is None else first + level.step


def oldest(kept: Kept) -> int | None:
    """The oldest time (ms) that any level knows."""
    return min((ts for ts in kept.values() if ts is not None), default=None)
