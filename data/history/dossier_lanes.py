"""Points of one signal → a line of evenly spaced values that a chart draws as it is. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite

import numpy as np

from data.history.downsample import Floats, Points, Times, longest_step, merge, width_of

#: Minimum and maximum of so many columns: up to twice as many values.
COLUMNS = 750
#: More digits than a float32 reading has tell nothing.
DIGITS = 5


@dataclass(frozen=True)
class Lane:
    """One signal: `values` in its unit, `step_ms` apart, None where nothing is known.

    `bad` are the times (from, to in ms) at which readings of bad quality were left out.
    """

    signal: str
    values: list[float | None]
    step_ms: float
    bad: list[tuple[int, int]]


def lane(signal: str, points: Points, span: tuple[int, int], every: int) -> Lane:
    """The points of a signal from `span` start to end (ms); `every` ms is their usual distance.

    Value i is at start + (i + ½) · step. Where several points share a column, it becomes two
    values: the least and the greatest.
    """
    start, end = span
    reach = longest_step(points.times)
    width = width_of(end - start, COLUMNS, every)
    columns = max(1, -(-(end - start) // width))
    merged = merge(replace(points, times=points.times - start), width)
    at = merged.times // width
    bad = _runs(at[merged.bad > 0], width, start)
    first, second = _in_order(merged)
    farthest = max(1.0, reach / width)
    if np.array_equal(first, second, equal_nan=True):
        return Lane(signal, _plain(_laid(at, first, columns, farthest)), float(width), bad)
    pairs = np.stack([_laid(at, one, columns, farthest) for one in (first, second)], axis=1)
    return Lane(signal, _plain(pairs.ravel()), width / 2, bad)


def _in_order(points: Points) -> tuple[Floats, Floats]:
    """Least and greatest of each column, in the order in which the line goes on smoothly."""
    rises = np.diff(points.mean, prepend=points.mean[:1]) >= 0
    return np.where(rises, points.low, points.high), np.where(rises, points.high, points.low)


def _laid(at: Times, values: Floats, columns: int, farthest: float) -> Floats:
    """Values in their columns; a column between two that are near has what lies between them.

    Readings that come less often than there are columns would show as dots otherwise.
    """
    everywhere = np.arange(columns)
    if not len(at):
        return np.full(columns, np.nan)
    laid = np.interp(everywhere, at, values, left=np.nan, right=np.nan)
    before = at[np.clip(np.searchsorted(at, everywhere, "right") - 1, 0, None)]
    after = at[np.clip(np.searchsorted(at, everywhere), None, len(at) - 1)]
    laid[after - before > farthest] = np.nan
    inside = (at >= 0) & (at < columns)
    laid[at[inside]] = values[inside]
    return laid


def _plain(values: Floats) -> list[float | None]:
    rounded = np.round(values, DIGITS).tolist()
    return [value if isfinite(value) else None for value in rounded]


def _runs(columns: Times, width: int, start: int) -> list[tuple[int, int]]:
    """Neighbouring columns as spans (ms)."""
    if not len(columns):
        return []
    parts = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
    return [(int(p[0]) * width + start, int(p[-1] + 1) * width + start) for p in parts]
