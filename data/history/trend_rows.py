"""Rows of one level of the history → points of the signals that are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from data.history import Reader
from data.history.downsample import Points
from data.history.trend_levels import BUDGET, Level
from data.quality import Quality
from data.rollups import RECORD

#: Rows of one read: more than the budget of trend_levels only where no coarser level is there.
CAP = 2 * BUDGET

_FLOAT = np.dtype("<f4")


def points_of(
    reader: Reader, level: Level, extruder: int, slots: Sequence[int], span: tuple[int, int]
) -> list[Points]:
    """Points of each slot of an extruder in [start, end), oldest first, from one read."""
    read = _rollups if level.step else _readings
    return read(reader, level, extruder, slots, span)


def _rollups(
    reader: Reader, level: Level, extruder: int, slots: Sequence[int], span: tuple[int, int]
) -> list[Points]:
    # One substr over all that is wanted: two or more are slower than whole blobs.
    first, last = min(slots), max(slots)
    sql = (
        f"SELECT ts, substr(signals, ?, ?) FROM {level.table}"
        " WHERE extruder = ? AND ts >= ? AND ts < ? ORDER BY ts"
    )
    size = RECORD.itemsize
    rows = reader.all(sql, first * size + 1, (last - first + 1) * size, extruder, *span, cap=CAP)
    times = _times(rows)
    records = _matrix([row[1] for row in rows], RECORD, last - first + 1)
    return [_of_records(times, records[:, slot - first]) for slot in slots]


def _of_records(times: np.ndarray[Any, Any], records: np.ndarray[Any, Any]) -> Points:
    count = records["count"].astype(np.int64)
    low, high, mean = (
        np.where(count > 0, records[name], np.nan).astype(float) for name in ("min", "max", "mean")
    )
    return Points(times, low, high, mean, count, records["bad"].astype(np.int64))


def _readings(
    reader: Reader, level: Level, extruder: int, slots: Sequence[int], span: tuple[int, int]
) -> list[Points]:
    first, last = min(slots), max(slots)
    width = last - first + 1
    sql = (
        'SELECT ts, substr("values", ?, ?), substr(quality, ?, ?)'
        f" FROM {level.table} WHERE extruder = ? AND ts >= ? AND ts < ? ORDER BY ts"
    )
    rows = reader.all(sql, first * 4 + 1, width * 4, first + 1, width, extruder, *span, cap=CAP)
    times = _times(rows)
    values = _matrix([row[1] for row in rows], _FLOAT, width, b"\x00\x00\xc0\x7f")  # NaN
    quality = _matrix([_codes(row, width) for row in rows], np.dtype("u1"), width, b"\xff")
    return [
        _of_readings(times, values[:, slot - first], quality[:, slot - first]) for slot in slots
    ]


def _codes(row: tuple[Any, ...], width: int) -> bytes:
    return bytes(width) if row[2] is None else row[2]


def _of_readings(
    times: np.ndarray[Any, Any], values: np.ndarray[Any, Any], quality: np.ndarray[Any, Any]
) -> Points:
    """As the rollups count: good and uncertain numbers are readings, an absent one is nothing."""
    counted = (quality < Quality.BAD_SENSOR_FAILURE) & np.isfinite(values)
    value = np.where(counted, values, np.nan).astype(float)
    bad = (quality >= Quality.BAD_SENSOR_FAILURE) & (quality != Quality.ABSENT)
    return Points(times, value, value, value, counted.astype(np.int64), bad.astype(np.int64))


def _times(rows: list[tuple[Any, ...]]) -> np.ndarray[Any, Any]:
    return np.fromiter((row[0] for row in rows), np.int64, len(rows))


def _matrix(
    blobs: list[bytes], dtype: np.dtype[Any], width: int, none: bytes = b""
) -> np.ndarray[Any, Any]:
    """Rows × slots. A row from before the last signals were added is shorter: filled up."""
    size = width * dtype.itemsize
    packed = b"".join(blobs)
    if len(packed) != size * len(blobs):
        fill = none or bytes(dtype.itemsize)
        packed = b"".join(b + fill * ((size - len(b)) // dtype.itemsize) for b in blobs)
    return np.frombuffer(packed, dtype).reshape(len(blobs), width)
