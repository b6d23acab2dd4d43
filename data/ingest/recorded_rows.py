"""From records of a file to rows for the store: what is repaired, what is rejected, and why.

Shared by CSV and Parquet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from data.ingest.mapped_extruders import Column, MappedExtruder
from data.ingest.mapping import CsvMapping
from data.ingest.stamps import MAX_SHIFT_MS, LocalClock, Placer
from data.quality import Quality
from data.windows import Qualities, Row, Values

#: Lines per batch, and so per transaction of an import.
BATCH_LINES = 500

#: Repairs: what was read is stored, marked or moved.
MISSING = "readings: empty, NaN, NA or null, stored as missing"
ZERO = "readings: 0 that stands for missing"
GARBAGE = "readings: garbage next to 0, stored as sensor failure"
INFINITE = "readings: infinite or beyond float32, stored as sensor failure"
DUPLICATE = "rows: time stamp was there before, stored at the next free ms as uncertain"
BACKWARD = "rows: time stamp earlier than that of the row before"
TWICE = "rows: local time that a clock change repeats, told apart by order"

#: Rejects: not stored, or only as a failure; each is in the rejects file.
NOT_A_NUMBER = "not a number, stored as sensor failure"
SKIPPED = "local time that a clock change skips"
CROWDED = f"more than {MAX_SHIFT_MS + 1} rows at one time stamp"

#: Cells that say in words that there is no reading.
NO_READING = frozenset({"", "nan", "na", "n/a", "null", "none"})

#: Called for each reject: line, column, value, reason.
Reject = Callable[[int, str, str, str], None]

Numbers = npt.NDArray[np.float64]


@dataclass
class Tally:
    """What a file held: rows read, and by reason how much was repaired and rejected."""

    rows: int = 0
    repaired: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)


class Batch(NamedTuple):
    """Rows of some consecutive CSV rows; `lines` counts these, rejected ones included."""

    lines: int
    rows: list[Row]


class Record(NamedTuple):
    """A time in ms, whether it was moved there, numbers by column, and which of them are none."""

    ts: int
    moved: bool
    numbers: list[float]
    bad: list[int]


class RecordedRows:
    """Reads a file under a mapping, from its start, once. `tally` grows while reading.

    Raises MalformedFile where the file is not what the mapping declares.
    """

    def __init__(self, path: Path, mapping: CsvMapping, reject: Reject) -> None:
        self.tally = Tally()
        self.position = 0
        self.unmapped: list[str] = []
        self._path = path
        self._format = mapping.format
        self._extruders = mapping.extruders
        self._columns = mapping.columns
        self._reject_one = reject
        self._clock = LocalClock(self._format.time_format, self._format.zone)
        self._placer = Placer()
        self._before: int | None = None

    def batches(self) -> Iterator[Batch]:
        """All rows in the file's order; `position` is the number of bytes read so far."""
        raise NotImplementedError

    def _placed(self, number: int, text: str, stamp: tuple[int, bool]) -> tuple[int, int] | None:
        """A record's time as written and as placed, or None if it was rejected."""
        ts, twice = stamp
        placed = self._placer.place(ts)
        if placed is None:
            self._reject_row(number, text, CROWDED)
            return None
        self._count_stamp(ts, placed, twice)
        return ts, placed

    def _count_stamp(self, ts: int, placed: int, twice: bool) -> None:
        backward = self._before is not None and ts < self._before
        self._before = ts
        for reason, seen in ((DUPLICATE, placed != ts), (BACKWARD, backward), (TWICE, twice)):
            if seen:
                self.tally.repaired[reason] += 1

    def _reject_row(self, number: int, text: str, reason: str) -> None:
        self.tally.rejected[f"rows: {reason}"] += 1
        self._reject_one(number, self._format.time_column, text, reason)

    def _reject_cell(self, number: int, column: str, text: str) -> None:
        self.tally.rejected[f"readings: {NOT_A_NUMBER}"] += 1
        self._reject_one(number, column, text, NOT_A_NUMBER)

    def _batch(self, lines: int, records: list[Record]) -> Batch:
        self.tally.rows += lines
        return Batch(lines, self._rows(records) if records else [])

    def _rows(self, records: list[Record]) -> list[Row]:
        raw = np.array([record.numbers for record in records], np.float64)
        values, quality, repaired = clean(raw, self._columns, self._format.garbage_below)
        bad = [(row, column) for row, record in enumerate(records) for column in record.bad]
        for row, column in bad:
            quality[row, column] = Quality.BAD_SENSOR_FAILURE
        repaired[MISSING] -= len(bad)
        self.tally.repaired.update(+repaired)
        moved = np.array([record.moved for record in records])[:, np.newaxis]
        quality[moved & (quality == Quality.GOOD)] = Quality.UNCERTAIN_LAST_USABLE_VALUE
        return list(_by_time([r.ts for r in records], values, quality, self._extruders))


def to_number(cell: str, decimal: str) -> float:
    """A cell's number, NaN if it says that there is none. ValueError for any other text."""
    text = cell.strip()
    if text.lower() in NO_READING:
        return np.nan
    if "_" in text or (decimal != "." and "." in text):  # Python reads 1_000 as a number
        raise ValueError(text)
    return float(text if decimal == "." else text.replace(decimal, "."))


def clean(
    raw: Numbers, columns: Iterable[Column], garbage_below: float
) -> tuple[Values, Qualities, Counter[str]]:
    """Readings and their quality from the numbers of a file, (rows, columns); spikes stay."""
    declared = [(c.scale, c.offset, c.zero_is_missing) for c in columns]
    scale, offset, zero_is_missing = (np.array(one) for one in zip(*declared, strict=True))
    with np.errstate(over="ignore", invalid="ignore"):
        values = (raw * scale + offset).astype(np.float32)
    missing, zero = np.isnan(raw), (raw == 0) & zero_is_missing
    garbage = (raw != 0) & (np.abs(raw) < garbage_below)
    infinite = ~missing & ~np.isfinite(values)
    quality = np.zeros(raw.shape, np.uint8)
    quality[missing | zero] = Quality.BAD_NO_COMMUNICATION
    quality[garbage | infinite] = Quality.BAD_SENSOR_FAILURE
    values[quality != Quality.GOOD] = np.nan
    found = {MISSING: missing, ZERO: zero, GARBAGE: garbage, INFINITE: infinite}
    return values, quality, Counter({reason: int(mask.sum()) for reason, mask in found.items()})


def _by_time(
    times: list[int], values: Values, quality: Qualities, extruders: Iterable[MappedExtruder]
) -> Iterator[Row]:
    """One row per time and extruder; rows of one time follow each other."""
    parts, first = [], 0
    for mapped in extruders:
        part = slice(first, first + len(mapped.columns))
        first = part.stop
        own = _with_product(values[:, part], quality[:, part], mapped)
        parts.append((mapped.extruder.id, *own))
    for index, ts in enumerate(times):
        for number, numbers, codes in parts:
            yield Row(ts, number, numbers[index], codes[index])


def _with_product(
    values: Values, quality: Qualities, mapped: MappedExtruder
) -> tuple[Values, Qualities]:
    if mapped.product is None:
        return values, quality
    code = np.full((len(values), 1), mapped.product.code, np.float32)
    return np.hstack([code, values]), np.hstack([np.zeros_like(code, np.uint8), quality])
