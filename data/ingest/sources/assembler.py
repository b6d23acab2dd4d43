"""From single readings to rows: readings of one extruder at about one time share a row.

A row's time is that of its readings, rounded down to `align_ms`. A second reading of the same
signal within these gets a row at its own time, so that none replaces another; the same reading
again (same time of the source) is the same row again, which the store does not mind.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from data.ingest.sources import Reading
from data.quality import Quality
from data.windows import Row

#: Beyond this a float32 is infinite.
_LARGEST = 3.4028234e38
#: So long a reading is remembered, to know a second one from the same one, ms.
_REMEMBER_MS = 60_000


class Place(NamedTuple):
    """Where an address's readings go: reading = value × scale + offset."""

    extruder: int
    slot: int
    scale: float = 1.0
    offset: float = 0.0


class Shape(NamedTuple):
    """How many signals an extruder has, and what stands in slot 0 of each of its rows, if any."""

    signals: int
    product: int | None = None


class _Cell:
    __slots__ = ("born", "quality", "values")

    def __init__(self, born: float, shape: Shape) -> None:
        self.born = born
        self.values = [math.nan] * shape.signals
        self.quality = [int(Quality.ABSENT)] * shape.signals
        if shape.product is not None:
            self.values[0], self.quality[0] = float(shape.product), int(Quality.GOOD)


class Assembler:
    """`now` is any clock in seconds that does not go back; a row waits for `linger_s`."""

    def __init__(self, align_ms: int, linger_s: float) -> None:
        self._align, self._linger = max(1, align_ms), linger_s
        self._cells: dict[tuple[int, int], _Cell] = {}
        #: By extruder and row, the source's own time of each slot's reading.
        self._seen: dict[tuple[int, int], dict[int, int]] = {}
        self._newest = 0

    def add(self, reading: Reading, place: Place, shapes: Mapping[int, Shape], now: float) -> None:
        """Put a reading into its row."""
        ts, slot = reading.ts, place.slot
        key = (place.extruder, ts - ts % self._align)
        seen = self._seen.setdefault(key, {})
        if seen.setdefault(slot, ts) != ts:
            key = (place.extruder, ts)
        cell = self._cells.get(key)
        if cell is None or slot >= len(cell.values):
            cell = self._grown(key, shapes[place.extruder], now)
        cell.values[slot], cell.quality[slot] = _stored(reading, place)
        self._newest = max(self._newest, ts)

    def due(self, now: float, everything: bool = False) -> list[Row]:
        """The rows that have waited long enough, in order of time."""
        born = math.inf if everything else now - self._linger
        keys = sorted(
            (key for key, cell in self._cells.items() if cell.born <= born), key=lambda key: key[1]
        )
        if keys:
            self._forget()
        return [_row(key, self._cells.pop(key)) for key in keys]

    def _grown(self, key: tuple[int, int], shape: Shape, now: float) -> _Cell:
        cell, before = _Cell(now, shape), self._cells.get(key)
        if before is not None:  # a signal was added meanwhile
            cell.born = before.born
            cell.values[: len(before.values)] = before.values
            cell.quality[: len(before.quality)] = before.quality
        self._cells[key] = cell
        return cell

    def _forget(self) -> None:
        """In the order of arrival, so that this looks at what goes only."""
        oldest = self._newest - _REMEMBER_MS
        while self._seen and (first := next(iter(self._seen)))[1] < oldest:
            del self._seen[first]


def _stored(reading: Reading, place: Place) -> tuple[float, int]:
    value = reading.value * place.scale + place.offset
    if abs(value) <= _LARGEST:
        return value, int(reading.quality)
    good = reading.quality in {Quality.GOOD, Quality.UNCERTAIN_LAST_USABLE_VALUE}
    return math.nan, int(Quality.BAD_SENSOR_FAILURE if good else reading.quality)


def _row(key: tuple[int, int], cell: _Cell) -> Row:
    values = np.array(cell.values, np.float32)
    return Row(key[1], key[0], values, np.array(cell.quality, np.uint8))
