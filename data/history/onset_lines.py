"""Readings around the onset of a malfunction as one line per signal, in minutes since the onset."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from data.errors import HistoryTooLarge
from data.history import Reader
from data.history.dossier import AROUND_MS, now_ms, signals_of, span_of
from data.history.trend_levels import LEVELS, Level
from data.history.trend_rows import points_of
from data.journal.frame_blob import columns
from data.quality import Quality

MINUTE_MS = 60_000
#: A point is the mean of so long; there are so few that lines of several events stay readable.
STEP_MS, SLOW_STEP_MS = 30_000, 60_000
#: Minutes after the onset that are drawn at most, and before it.
MOST_MINUTES, BEFORE_MINUTES = 240, AROUND_MS // MINUTE_MS
#: Signals of one question at most.
MOST_SIGNALS = 4

Times = npt.NDArray[np.int64]
Found = tuple[Times, npt.NDArray[np.float64]]


@dataclass(frozen=True)
class OnsetLine:
    """A signal around an onset: `values` from `first` minutes since the onset, `step` minutes
    apart, each the mean of its step; None is a gap.
    """

    signal: str
    first: float
    step: float
    values: list[float | None]


@dataclass(frozen=True)
class OnsetLines:
    """Lines of one malfunction. `source` is frame, raw or minute; "" where nothing is kept."""

    malfunction: str
    source: str
    lines: list[OnsetLine]


def onset_lines(reader: Reader, malfunction: str, signals: tuple[str, ...]) -> OnsetLines:
    """What its extruder's signals of these names did around the onset.

    A signal that the extruder lacks is left out.
    """
    span = span_of(reader, malfunction)
    if span is None:
        return OnsetLines(malfunction, "", [])
    one, wanted = span.malfunction, signals[:MOST_SIGNALS]
    if span.frame_rows:
        source, found = "frame", _of_frame(reader, malfunction, wanted)
    else:
        until = min(one.onset + MOST_MINUTES * MINUTE_MS, now_ms())
        source, found = _kept(reader, one.extruder, wanted, (one.onset - AROUND_MS, until))
    step = SLOW_STEP_MS if source == "minute" else STEP_MS
    lines = [_line(name, *found[name], one.onset, step) for name in wanted if name in found]
    return OnsetLines(malfunction, source, [line for line in lines if line.values])


def _of_frame(reader: Reader, malfunction: str, wanted: Sequence[str]) -> Mapping[str, Found]:
    sql = "SELECT signals, count, rows FROM frames WHERE malfunction = ?"
    names, count, blob = reader.all(sql, malfunction)[0]
    order: list[str] = json.loads(names)
    have = [name for name in wanted if name in order]
    times, values, quality = columns(blob, count, [order.index(name) for name in have])
    usable = (quality <= Quality.UNCERTAIN_LAST_USABLE_VALUE) & np.isfinite(values)
    numbers = np.where(usable, values, np.nan).astype(float)
    return {name: (times, numbers[:, at]) for at, name in enumerate(have)}


def _kept(
    reader: Reader, extruder: int, wanted: Sequence[str], span: tuple[int, int]
) -> tuple[str, Mapping[str, Found]]:
    """From readings as long as they are kept, else from minutes."""
    known = [signal.name for signal in signals_of(reader, extruder)]
    slots = {name: known.index(name) for name in wanted if name in known}
    for level in LEVELS[:2] if slots else ():
        found = _of_level(reader, level, extruder, slots, span)
        if found:
            return level.name, found
    return "", {}


def _of_level(
    reader: Reader, level: Level, extruder: int, slots: Mapping[str, int], span: tuple[int, int]
) -> Mapping[str, Found]:
    try:
        points = points_of(reader, level, extruder, list(slots.values()), span)
    except HistoryTooLarge:
        return {}  # a source faster than 1 Hz: the minutes tell as much
    if not any(np.isfinite(one.mean).any() for one in points):
        return {}
    return {name: (one.times, one.mean) for name, one in zip(slots, points, strict=True)}


def _line(name: str, times: Times, values: Any, onset: int, step_ms: int) -> OnsetLine:
    """Means of the steps from BEFORE_MINUTES before the onset to the last reading."""
    first, step = -BEFORE_MINUTES, step_ms / MINUTE_MS
    steps = (times - onset) // step_ms + BEFORE_MINUTES * MINUTE_MS // step_ms
    most = (BEFORE_MINUTES + MOST_MINUTES) * MINUTE_MS // step_ms
    there = np.isfinite(values) & (steps >= 0) & (steps < most)
    if not there.any():
        return OnsetLine(name, first, step, [])
    counts = np.bincount(steps[there])
    with np.errstate(invalid="ignore"):
        means = np.bincount(steps[there], values[there]) / counts
    return OnsetLine(
        name, first, step, [float(f"{v:.6g}") if np.isfinite(v) else None for v in means]
    )
