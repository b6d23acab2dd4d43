"""From single readings to rows: readings of one extruder at about one time share a row.

A row's time is that of its readings, rounded down to `align_ms`. A second reading of the same
signal within these gets a row at its own time, so that none replaces another; the same reading
again (same time of the source) is the same row again, which the store does not mind.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import islice
from typing import NamedTuple

import numpy as np

from data.ingest.sources import Reading
from data.quality import Quality
from data.windows import Row

#: Beyond this a float32 is infinite.
_LARGEST = 3.4028234e38
#: So many rows are remembered, to know what else belongs to them: some 10 MB.
_REMEMBER = 5_000


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
    """A row and, by slot, the source's own time of its reading; `due` says when it was begun or
    changed, None once it was given out as it is.
    """

    __slots__ = ("due", "quality", "times", "values")

    def __init__(self, shape: Shape) -> None:
        self.due: float | None = None
        self.values = [math.nan] * shape.signals
        self.quality = [int(Quality.ABSENT)] * shape.signals
        self.times: list[int | None] = [None] * shape.signals
        if shape.product is not None:
            self.values[0], self.quality[0] = float(shape.product), int(Quality.GOOD)

    def grow(self, signals: int) -> None:
        """Signals were added meanwhile."""
        more = signals - len(self.values)
        self.values += [math.nan] * more
        self.quality += [int(Quality.ABSENT)] * more
        self.times += [None] * more


class _Given(NamedTuple):
    ts: int
    value: float
    quality: int


class Assembler:
    """`now` is any clock in seconds that does not go back; a row waits for `linger_s`.

    A row that a late reading belongs to is given out again, whole.
    """

    def __init__(self, align_ms: int, linger_s: float) -> None:
        self._align, self._linger = max(1, align_ms), linger_s
        self._due: dict[tuple[int, int], _Cell] = {}
        #: In the order of arrival, also those that were given out.
        self._known: dict[tuple[int, int], _Cell] = {}

    def add(self, reading: Reading, place: Place, shapes: Mapping[int, Shape], now: float) -> None:
        """Put a reading into its row."""
        ts = reading.ts
        key = (place.extruder, ts - ts % self._align)
        given = _Given(ts, *_stored(reading, place))
        self._put(key, place.slot, given, shapes[place.extruder], now)

    def due(self, now: float, everything: bool = False) -> list[Row]:
        """The rows that have waited long enough, in order of time."""
        until = math.inf if everything else now - self._linger
        due = [item for item in self._due.items() if (item[1].due or 0) <= until]
        for key, cell in due:
            del self._due[key]
            cell.due = None
        self._forget()
        return [_row(key, cell) for key, cell in sorted(due, key=lambda item: item[0][1])]

    def _put(
        self, key: tuple[int, int], slot: int, given: _Given, shape: Shape, now: float
    ) -> None:
        """Two readings of a signal in a row: the one whose time it is not gets a row of its own."""
        cell = self._cell(key, slot, shape)
        there = cell.times[slot]
        if there is not None and there != given.ts:
            if given.ts != key[1]:
                self._put((key[0], given.ts), slot, given, shape, now)
                return
            moved = _Given(there, cell.values[slot], cell.quality[slot])
            self._put((key[0], there), slot, moved, shape, now)
        cell.times[slot], cell.values[slot], cell.quality[slot] = given
        if cell.due is None:
            cell.due = now
            self._due[key] = cell

    def _cell(self, key: tuple[int, int], slot: int, shape: Shape) -> _Cell:
        cell = self._known.get(key)
        if cell is None:
            cell = self._known[key] = _Cell(shape)
        elif slot >= len(cell.values):
            cell.grow(shape.signals)
        return cell

    def _forget(self) -> None:
        """The oldest, of which nothing more is expected."""
        many = len(self._known) - _REMEMBER
        for key in list(islice(self._known, max(0, many))):
            if key not in self._due:
                del self._known[key]


def _stored(reading: Reading, place: Place) -> tuple[float, int]:
    value = reading.value * place.scale + place.offset
    if abs(value) <= _LARGEST:
        return value, int(reading.quality)
    good = reading.quality in {Quality.GOOD, Quality.UNCERTAIN_LAST_USABLE_VALUE}
    return math.nan, int(Quality.BAD_SENSOR_FAILURE if good else reading.quality)


def _row(key: tuple[int, int], cell: _Cell) -> Row:
    values = np.array(cell.values, np.float32)
    return Row(key[1], key[0], values, np.array(cell.quality, np.uint8))
