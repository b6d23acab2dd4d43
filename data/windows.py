"""Window arithmetic on plain arrays: rings of the last readings, free of I/O.

A ring holds `slots` records of one extruder. The record of slot `(ts // step) % slots` is

    S × float32 value, S × uint8 quality, padding to a multiple of 4 bytes

after a header of HEADER_SIZE bytes (see `Header`). Because a record is contiguous, one tick
changes one small range of the ring. All integers and floats are little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from data.quality import Quality

Values = npt.NDArray[np.float32]
Qualities = npt.NDArray[np.uint8]

MAGIC = b"MWR1"
HEADER = struct.Struct("<4sHHIIqq")
HEADER_SIZE = HEADER.size

#: No reading has arrived yet.
NEVER = -1


@dataclass(frozen=True)
class Row:
    """Readings of one extruder at one time.

    `ts` is in ms since the Unix epoch, UTC; `values` is (S,) float32 with NaN where there is no
    number; `quality` is (S,) uint8 of `Quality`. `seq` is the store's order of arrival.
    """

    ts: int
    extruder: int
    values: Values
    quality: Qualities
    seq: int = 0


@dataclass(frozen=True)
class RingSpec:
    """Shape of a ring: signals per record, records, ms per record."""

    signals: int
    slots: int
    step_ms: int

    @cached_property
    def record(self) -> np.dtype[np.void]:
        """numpy dtype of one record, padding included."""
        size = (5 * self.signals + 3) // 4 * 4
        return np.dtype(
            {
                "names": ["values", "quality"],
                "formats": [("<f4", self.signals), ("u1", self.signals)],
                "offsets": [0, 4 * self.signals],
                "itemsize": size,
            }
        )

    def step_of(self, ts: int) -> int:
        """Number of the step that `ts` (ms) falls in, counted from the epoch."""
        return ts // self.step_ms

    def offset(self, step: int) -> int:
        """Byte offset of a step's record in the ring."""
        return HEADER_SIZE + (step % self.slots) * self.record.itemsize


@dataclass(frozen=True)
class Header:
    """First bytes of a ring.

    `head_ts` is the ts of the newest row in ms, NEVER before the first; `revision` grows when
    a record older than the newest is corrected, so that a reader who only follows the newest
    records knows that it must read the whole ring again.
    """

    spec: RingSpec
    head_ts: int = NEVER
    revision: int = 0

    def pack(self) -> bytes:
        """The header's HEADER_SIZE bytes."""
        s = self.spec
        return HEADER.pack(MAGIC, s.signals, s.slots, s.step_ms, 0, self.head_ts, self.revision)

    @staticmethod
    def unpack(blob: bytes) -> Header:
        """Read a header. Raises ValueError when the bytes are no ring of this version."""
        if len(blob) < HEADER_SIZE or blob[:4] != MAGIC:
            raise ValueError("not a ring of this version")
        _, signals, slots, step_ms, _, head_ts, revision = HEADER.unpack_from(blob)
        return Header(RingSpec(signals, slots, step_ms), head_ts, revision)


@dataclass(frozen=True)
class Write:
    """Bytes to place at an offset of a ring."""

    offset: int
    data: bytes


def empty_records(spec: RingSpec, count: int) -> npt.NDArray[np.void]:
    """`count` records without readings: value NaN, quality ABSENT."""
    records = np.zeros(count, spec.record)
    records["values"] = np.nan
    records["quality"] = Quality.ABSENT
    return records


def overlay(old: Row | None, new: Row) -> Row:
    """`new` laid over `old`: signals that `new` does not report (ABSENT) keep the old reading."""
    if old is None:
        return new
    keep = new.quality == Quality.ABSENT
    return replace(
        new,
        values=np.where(keep, old.values, new.values),
        quality=np.where(keep, old.quality, new.quality),
    )


def fit(row: Row, signals: int) -> Row:
    """`row` with exactly `signals` slots; rows older than a new signal are padded ABSENT."""
    have = len(row.values)
    if have == signals:
        return row
    values = np.full(signals, np.nan, np.float32)
    quality = np.full(signals, Quality.ABSENT, np.uint8)
    values[:have], quality[:have] = row.values[:signals], row.quality[:signals]
    return replace(row, values=values, quality=quality)


def fold(rows: Iterable[Row], spec: RingSpec) -> dict[int, Row]:
    """Rows by step; within a step the later ts is laid over the earlier."""
    steps: dict[int, Row] = {}
    for row in sorted(rows, key=lambda r: (r.ts, r.seq)):
        step = spec.step_of(row.ts)
        steps[step] = overlay(steps.get(step), fit(row, spec.signals))
    return steps


def build(rows: Sequence[Row], spec: RingSpec, revision: int = 0) -> bytes:
    """A whole ring from rows of one extruder; rows older than the window are left out."""
    head_ts = max((row.ts for row in rows), default=NEVER)
    records = empty_records(spec, spec.slots)
    oldest = spec.step_of(head_ts) - spec.slots
    for step, row in fold(rows, spec).items():
        if step > oldest:
            _put(records, step % spec.slots, row)
    return Header(spec, head_ts, revision).pack() + records.tobytes()


def advance(header: Header, rows: Sequence[Row], now: Row | None) -> tuple[Header, list[Write]]:
    """Writes that take rows newer than the head into a ring, gaps made explicit.

    `rows` must all have ts > header.head_ts (see `split_late`); `now` is the record that the
    ring holds for the head's own step, so that readings of the same step are laid over it.
    Returns the new header and the writes, the header's own included.
    """
    spec = header.spec
    steps = fold(([now] if now is not None else []) + list(rows), spec)
    if not rows:
        return header, []
    newest = max(steps)
    first = max(_first_step(header, min(steps)), newest - spec.slots + 1)
    records = empty_records(spec, newest - first + 1)
    for step, row in steps.items():
        if step >= first:
            _put(records, step - first, row)
    after = replace(header, head_ts=max(row.ts for row in rows))
    return after, [Write(0, after.pack()), *_contiguous(spec, first, records)]


def split_late(header: Header, rows: Sequence[Row]) -> tuple[list[Row], set[int]]:
    """Rows newer than the head, and the steps that the other rows correct.

    A late row's whole step is read again from the store, since what was laid over what depends
    on the order of ts, not of arrival. Steps older than the window that the new head leaves are
    left out: their slots belong to newer steps.
    """
    spec = header.spec
    fresh = [row for row in rows if row.ts > header.head_ts]
    head_ts = max((row.ts for row in fresh), default=header.head_ts)
    oldest = spec.step_of(head_ts) - spec.slots + 1
    steps = {spec.step_of(row.ts) for row in rows if row.ts <= header.head_ts}
    return fresh, {step for step in steps if step >= oldest}


def correct(header: Header, steps: dict[int, Row]) -> tuple[Header, list[Write]]:
    """Writes that replace whole records of older steps, and the header with a new revision."""
    after = replace(header, revision=header.revision + 1)
    writes = [Write(0, after.pack())]
    for step, row in steps.items():
        record = empty_records(header.spec, 1)
        _put(record, 0, fit(row, header.spec.signals))
        writes.append(Write(header.spec.offset(step), record.tobytes()))
    return after, writes


@dataclass(frozen=True)
class Window:
    """A ring unrolled: `n` steps in order of time, ending with the head.

    `values` is (n, S) float32, `quality` (n, S) uint8; `first_step` × step_ms is the time of
    the first row in ms.
    """

    header: Header
    first_step: int
    values: Values
    quality: Qualities


def unroll(blob: bytes, last: int | None = None) -> Window:
    """Read a ring's newest `last` steps (all of them if None), oldest first."""
    header = Header.unpack(blob)
    spec = header.spec
    count = min(last or spec.slots, spec.slots) if header.head_ts != NEVER else 0
    records = np.frombuffer(blob, spec.record, spec.slots, HEADER_SIZE)
    first = spec.step_of(header.head_ts) - count + 1
    order = (first + np.arange(count)) % spec.slots
    picked = records[order]
    return Window(header, first, picked["values"].copy(), picked["quality"].copy())


def tail_ranges(header: Header, last: int) -> list[tuple[int, int]]:
    """Byte ranges (first, last byte) of the newest `last` records, oldest first: one or two."""
    spec = header.spec
    if header.head_ts == NEVER:
        return []
    count = min(last, spec.slots)
    first = spec.step_of(header.head_ts) - count + 1
    until_end = min(count, spec.slots - first % spec.slots)
    parts = [(first, until_end), (first + until_end, count - until_end)]
    size = spec.record.itemsize
    return [(spec.offset(step), spec.offset(step) + n * size - 1) for step, n in parts if n]


def unroll_tail(header: Header, records: bytes) -> Window:
    """Read what `tail_ranges` named."""
    picked = np.frombuffer(records, header.spec.record)
    first = header.spec.step_of(header.head_ts) - len(picked) + 1
    return Window(header, first, picked["values"].copy(), picked["quality"].copy())


def record_row(header: Header, record: bytes) -> Row | None:
    """The head step's record as a row, or None before the first reading."""
    if header.head_ts == NEVER or not record:
        return None
    one = np.frombuffer(record, header.spec.record, 1)[0]
    return Row(header.head_ts, 0, one["values"].copy(), one["quality"].copy())


def _first_step(header: Header, oldest_new: int) -> int:
    """First step to write: everything after the head, so that gaps are cleared."""
    if header.head_ts == NEVER:
        return oldest_new
    return min(header.spec.step_of(header.head_ts) + 1, oldest_new)


def _put(records: npt.NDArray[np.void], index: int, row: Row) -> None:
    records["values"][index] = row.values
    records["quality"][index] = row.quality


def _contiguous(spec: RingSpec, first: int, records: npt.NDArray[np.void]) -> list[Write]:
    """One write, or two where the range wraps around the end of the ring."""
    until_end = spec.slots - first % spec.slots
    parts = [(first, records[:until_end]), (first + until_end, records[until_end:])]
    return [Write(spec.offset(step), part.tobytes()) for step, part in parts if len(part)]
