"""Readings around one malfunction: from its frame, else as they are kept, in few points."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.errors import HistoryTooLarge
from data.history import Reader
from data.history.dossier import Span, signals_of, span_of
from data.history.dossier_lanes import Lane, lane
from data.history.downsample import Points
from data.history.trend_levels import LEVELS, Level, kept_level
from data.history.trend_rows import points_of
from data.journal.frame_blob import columns
from data.quality import Quality

#: Longer spans are read from rollups of a minute, and still longer ones from those of an hour.
LONGEST_RAW_MS = 8 * 3_600_000
LONGEST_MINUTES_MS = 31 * 86_400_000
SECOND_MS = 1_000
#: Signals of one question at most.
MOST_SIGNALS = 16
FRAME = "frame"

Found = dict[str, Points]


@dataclass(frozen=True)
class Readings:
    """Lanes from `start` to `end` (ms), in the order in which their signals were asked for.

    `source` is "frame", "raw", "minute" or "hour", and "" where nothing is kept any more;
    `every_ms` is the distance of what was kept.
    """

    start: int
    end: int
    source: str
    every_ms: int
    lanes: list[Lane]


def readings(reader: Reader, malfunction: str, signals: tuple[str, ...]) -> Readings | None:
    """Readings of these signals around a malfunction; None if there is no such malfunction.

    A signal that its extruder has not got is left out.
    """
    span = span_of(reader, malfunction)
    if span is None:
        return None
    known = [signal.name for signal in signals_of(reader, span.malfunction.extruder)]
    slots = {name: known.index(name) for name in signals[:MOST_SIGNALS] if name in known}
    source, every, found = _found(reader, span, slots)
    between = span.start, span.end
    lanes = [lane(name, points, between, every) for name, points in found.items()]
    return Readings(*between, source, every, lanes)


def _found(reader: Reader, span: Span, slots: dict[str, int]) -> tuple[str, int, Found]:
    """Where the readings are, their distance (ms), and the points by signal."""
    if span.frame_rows:
        return FRAME, *_of_frame(reader, span, list(slots))
    for level in _levels(reader, span) if slots else ():
        found = _of_level(reader, level, span, slots)
        if found:
            return level.name, level.step or SECOND_MS, found
    return "", 0, {}


def _levels(reader: Reader, span: Span) -> tuple[Level, ...]:
    """Levels to read a span from: the finest that is worth it and reaches back, then coarser."""
    length = span.end - span.start
    finest = (length > LONGEST_RAW_MS) + (length > LONGEST_MINUTES_MS)
    kept = {level.name: _oldest(reader, level, span.malfunction.extruder) for level in LEVELS}
    at = kept_level(finest, span.start, kept)
    return () if at is None else LEVELS[at:]


def _oldest(reader: Reader, level: Level, extruder: int) -> int | None:
    found = reader.all(f"SELECT min(ts) FROM {level.table} WHERE extruder = ?", extruder)
    return None if found[0][0] is None else int(found[0][0])


def _of_level(reader: Reader, level: Level, span: Span, slots: dict[str, int]) -> Found:
    between = span.start, span.end
    try:
        found = points_of(reader, level, span.malfunction.extruder, list(slots.values()), between)
    except HistoryTooLarge:
        return {}  # a source faster than 1 Hz: the rollups tell as much
    there = any(len(points.times) for points in found)
    return dict(zip(slots, found, strict=True)) if there else {}


def _of_frame(reader: Reader, span: Span, names: Sequence[str]) -> tuple[int, Found]:
    """Step of the frame (ms) and its points; a frame names its own slots."""
    sql = "SELECT step_ms, signals, count, rows FROM frames WHERE malfunction = ?"
    step, signals, count, blob = reader.all(sql, span.malfunction.id)[0]
    order: list[str] = json.loads(signals)
    shown = [name for name in names if name in order]
    times, values, quality = columns(blob, count, [order.index(name) for name in shown])
    return step, {n: _points(times, values[:, at], quality[:, at]) for at, n in enumerate(shown)}


def _points(
    times: npt.NDArray[np.int64], read: npt.NDArray[np.float32], mark: npt.NDArray[np.uint8]
) -> Points:
    """As rollups count: a good or uncertain number is a reading, what is absent is nothing."""
    usable = (mark <= Quality.UNCERTAIN_LAST_USABLE_VALUE) & np.isfinite(read)
    bad = (mark > Quality.UNCERTAIN_LAST_USABLE_VALUE) & (mark != Quality.ABSENT)
    shown = np.where(usable, read, np.nan).astype(float)
    return Points(times, shown, shown, shown, usable.astype(np.int64), bad.astype(np.int64))
