"""Rollups: what was measured in a minute or an hour, as plain arrays. No I/O.

Any order and any grouping of readings ends in the same rollups (the mean within float32).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from data.quality import Quality
from data.windows import Row

MINUTE_MS, HOUR_MS = 60_000, 3_600_000

#: One signal in one period: `min`, `max` and `mean` of good and uncertain readings in the
#: signal's unit, NaN when there is none; `count` of those; `bad` counts readings of bad quality.
#: A reading that is ABSENT, or no number though good, counts as neither.
RECORD = np.dtype(
    [("min", "<f4"), ("max", "<f4"), ("mean", "<f4"), ("count", "<u2"), ("bad", "<u2")]
)
#: Counts stay here once they reach it.
MOST = 65_535

Records = npt.NDArray[np.void]
Longs = npt.NDArray[np.int64]

_STATE = struct.Struct("<4sqqqqII")
_MAGIC = b"MWU1"


@dataclass(frozen=True)
class Rollups:
    """K rollups, in order of extruder and start.

    `keys` is (K, 3) int64: extruder, start of the period in ms, number of slots that it has;
    `records` is (K, S) of RECORD, S the greatest number of slots, padded with empty ones.
    """

    keys: Longs
    records: Records

    def __len__(self) -> int:
        return len(self.keys)


def empty(count: int = 0, slots: int = 0) -> Records:
    """(count, slots) records of no readings."""
    records = np.zeros((count, slots), RECORD)
    for name in ("min", "max", "mean"):
        records[name] = np.nan
    return records


NOTHING = Rollups(np.empty((0, 3), np.int64), empty())


def roll_up(rows: Sequence[Row], period_ms: int) -> Rollups:
    """Rollups of rows of any extruders, in any order."""
    if not rows:
        return NOTHING
    keys = np.array([(row.extruder, row.ts, len(row.values)) for row in rows], np.int64)
    return regroup(Rollups(keys, _records_of(rows, keys[:, 2])), period_ms)


def regroup(rollups: Rollups, period_ms: int) -> Rollups:
    """Rollups of longer periods from those of shorter ones; the same period twice is merged."""
    if not len(rollups):
        return rollups
    extruder, slots = rollups.keys[:, 0], rollups.keys[:, 2]
    start = rollups.keys[:, 1] // period_ms * period_ms
    order = np.lexsort((start, extruder))
    extruder, start, slots = extruder[order], start[order], slots[order]
    new = (np.diff(extruder) != 0) | (np.diff(start) != 0)
    firsts = np.concatenate(([0], np.flatnonzero(new) + 1))
    most = np.maximum.reduceat(slots, firsts)
    keys = np.stack([extruder[firsts], start[firsts], most], axis=1)
    records = rollups.records[order]
    return Rollups(keys, records if len(firsts) == len(order) else _merged(records, firsts))


def join(parts: Sequence[Rollups]) -> Rollups:
    """All parts one after the other, not merged."""
    slots = max((one.records.shape[1] for one in parts), default=0)
    keys = np.concatenate([NOTHING.keys, *(one.keys for one in parts)])
    padded = [fit_slots(one.records, slots) for one in parts]
    return Rollups(keys, np.concatenate([empty(0, slots), *padded]))


def fit_slots(records: Records, slots: int) -> Records:
    """`records` with at least `slots` slots; those older than a new signal are padded empty."""
    lacking = slots - records.shape[1]
    if lacking <= 0:
        return records
    return np.concatenate([records, empty(len(records), lacking)], axis=1)


def merge(one: Records, other: Records) -> Records:
    """One signal after the other merged: both are (S,), of any lengths."""
    slots = max(len(one), len(other))
    both = [fit_slots(records[np.newaxis], slots) for records in (one, other)]
    merged: Records = _merged(np.concatenate(both), np.array([0]))[0]
    return merged


def pack(rollups: Rollups) -> list[tuple[int, int, bytes]]:
    """(extruder, start, signals) as the tables of rollups hold them."""
    keys = rollups.keys.tolist()
    return [
        (extruder, start, rollups.records[n, :slots].tobytes())
        for n, (extruder, start, slots) in enumerate(keys)
    ]


def unpack(packed: Sequence[tuple[int, int, bytes]]) -> Rollups:
    """Inverse of `pack`."""
    if not packed:
        return NOTHING
    cells = [signals_of(signals) for _, _, signals in packed]
    keys = [(extruder, start, len(cell)) for (extruder, start, _), cell in zip(packed, cells)]  # noqa: B905
    lengths = {len(cell) for cell in cells}
    if len(lengths) == 1:
        return Rollups(np.array(keys, np.int64), np.stack(cells))
    padded = [fit_slots(cell[np.newaxis], max(lengths)) for cell in cells]
    return Rollups(np.array(keys, np.int64), np.concatenate(padded))


def signals_of(signals: bytes) -> Records:
    """(S,) records of one row of a table of rollups."""
    return np.frombuffer(signals, RECORD)


@dataclass(frozen=True)
class InHand:
    """Minutes of the readings after `from_seq` up to `upto`, not in the store's rollups yet.

    `rows` is how many readings that are; `minute` is the wall clock's when it began (minutes
    since the epoch).
    """

    from_seq: int
    upto: int
    minute: int
    rows: int = 0
    minutes: Rollups = NOTHING

    def and_rows(self, rows: Sequence[Row], upto: int) -> InHand:
        """The same with more rows, all that there are up to the seq `upto`; some may be in."""
        new = [row for row in rows if row.seq > self.upto]
        if not new:
            return replace(self, upto=max(self.upto, upto))
        minutes = regroup(join([self.minutes, roll_up(new, MINUTE_MS)]), MINUTE_MS)
        return InHand(self.from_seq, upto, self.minute, self.rows + len(new), minutes)

    def pack(self) -> bytes:
        """All of it, for another worker."""
        keys, records = self.minutes.keys, self.minutes.records
        counts = (self.from_seq, self.upto, self.minute, self.rows)
        head = _STATE.pack(_MAGIC, *counts, *records.shape)
        return b"".join([head, keys.tobytes(), records.tobytes()])

    @staticmethod
    def unpack(state: bytes) -> InHand | None:
        """Inverse of `pack`; None for bytes of another version."""
        if len(state) < _STATE.size or state[:4] != _MAGIC:
            return None
        _, from_seq, upto, minute, rows, count, slots = _STATE.unpack_from(state)
        at = _STATE.size + 24 * count
        if len(state) != at + RECORD.itemsize * count * slots:
            return None
        keys = np.frombuffer(state, np.int64, 3 * count, _STATE.size).reshape(count, 3)
        records = np.frombuffer(state, RECORD, count * slots, at).reshape(count, slots)
        return InHand(from_seq, upto, minute, rows, Rollups(keys, records))


def _records_of(rows: Sequence[Row], slots: Longs) -> Records:
    """Every row as a rollup of one reading."""
    values = _matrix([row.values for row in rows], slots, np.float32(np.nan))
    quality = _matrix([row.quality for row in rows], slots, np.uint8(Quality.ABSENT))
    good = (quality <= Quality.UNCERTAIN_LAST_USABLE_VALUE) & np.isfinite(values)
    records = np.empty(values.shape, RECORD)
    number = np.where(good, values, np.float32(np.nan))
    records["min"] = records["max"] = records["mean"] = number
    records["count"] = good
    records["bad"] = (quality > Quality.UNCERTAIN_LAST_USABLE_VALUE) & (quality != Quality.ABSENT)
    return records


def _matrix(arrays: Sequence[npt.NDArray], slots: Longs, padding: np.generic) -> npt.NDArray:  # type: ignore[type-arg]
    """Arrays one below the other, the shorter ones padded."""
    widest = int(slots.max())
    if (slots == widest).all():
        return np.concatenate(arrays).reshape(len(arrays), widest)
    filled = np.full((len(arrays), widest), padding)
    filled[np.arange(widest) < slots[:, np.newaxis]] = np.concatenate(arrays)
    return filled


def _merged(records: Records, firsts: Longs) -> Records:
    """(K, S) from (N, S): those from each of `firsts` up to the next are merged."""
    counts = records["count"].astype(np.int64)
    total = np.add.reduceat(counts, firsts)
    weighted = np.where(counts > 0, records["mean"].astype(np.float64) * counts, 0.0)
    merged = np.empty(total.shape, RECORD)
    merged["min"] = np.fmin.reduceat(records["min"], firsts)
    merged["max"] = np.fmax.reduceat(records["max"], firsts)
    with np.errstate(invalid="ignore"):  # 0 / 0 is the NaN that is meant
        merged["mean"] = np.add.reduceat(weighted, firsts) / total
    merged["count"] = np.minimum(total, MOST)
    bad = np.add.reduceat(records["bad"].astype(np.int64), firsts)
    merged["bad"] = np.minimum(bad, MOST)
    return merged
