"""Many readings or rollups of one signal → few points with minimum, maximum and mean. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

#: A silence this many times the usual distance of readings is a gap.
GAP_STEPS = 3.0
#: Readings come late by parts of a second: shorter silences than this are none (ms).
LEAST_GAP_MS = 2_500


@dataclass(frozen=True)
class Points:
    """One signal over time, oldest first; all arrays have one length.

    `times` ms; `low`, `high`, `mean` in the signal's unit, NaN where no reading counted;
    `count` readings behind each point, `bad` readings of bad quality beside them.
    """

    times: Times
    low: Floats
    high: Floats
    mean: Floats
    count: Counts
    bad: Counts


def width_of(span: int, columns: int, step: int) -> int:
    """Time for one point (ms): whole `step`s, so that at most `columns` + 1 cover `span`.

    Whole steps, or the beat of rollups against columns would show as a pattern in the picture.
    """
    return max(1, -(-span // (max(1, columns) * step))) * step


def merge(points: Points, width: int) -> Points:
    """Points of `width` ms, at multiples of it since the epoch; a time without any has none.

    Aligned to the epoch and not to the span, so that a line keeps its shape while it is moved.
    """
    if not len(points.times):
        return points
    column = points.times // width
    first = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
    count = np.add.reduceat(points.count, first)
    weighted = np.where(points.count > 0, points.mean * points.count, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.add.reduceat(weighted, first) / count
    return Points(
        column[first] * width,
        np.fmin.reduceat(points.low, first),
        np.fmax.reduceat(points.high, first),
        mean,
        count,
        np.add.reduceat(points.bad, first),
    )


def with_gaps(points: Points, longest: float) -> Points:
    """The points with an empty one inside each silence of more than `longest` ms.

    Without it a chart would draw a line through a time of which nothing is known.
    """
    silent = np.flatnonzero(np.diff(points.times) > longest)
    if not len(silent):
        return points
    at = silent + 1
    middle = (points.times[silent] + points.times[at]) // 2
    return Points(
        np.insert(points.times, at, middle),
        np.insert(points.low, at, np.nan),
        np.insert(points.high, at, np.nan),
        np.insert(points.mean, at, np.nan),
        np.insert(points.count, at, 0),
        np.insert(points.bad, at, 0),
    )


def longest_step(times: Times) -> float:
    """The longest distance of readings that is no gap yet (ms); infinite for fewer than three."""
    if len(times) < 3:
        return float("inf")
    return max(float(LEAST_GAP_MS), GAP_STEPS * float(np.median(np.diff(times))))


def bad_share(points: Points) -> Floats:
    """Share of bad readings at each point, 0…1; 0 where there was no reading at all."""
    total = points.count + points.bad
    return np.where(total > 0, points.bad / np.maximum(total, 1), 0.0)
