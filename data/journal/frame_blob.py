"""Rows of a frame as one compressed blob and back, bit for bit.

After zlib: `count` × int64 ts, int64 seq and int64 slots of each row, then the float32 values of
all rows (first byte of each, second byte of each …) and the quality bytes of all rows; all is
little-endian. 34 simulated signals take a fifth less so than row after row.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from data.quality import Quality
from data.windows import Qualities, Row, Values

#: A frame is made between ticks: the fastest level is 3 % larger than the default.
_LEVEL = 1


def pack(rows: Sequence[Row]) -> bytes:
    """The rows' times, seqs, values and qualities; their extruder is not kept."""
    heads = np.array([[r.ts, r.seq, len(r.values)] for r in rows], "<i8").reshape(-1, 3)
    values = b"".join(row.values.astype("<f4", copy=False).tobytes() for row in rows)
    quality = b"".join(row.quality.astype("u1", copy=False).tobytes() for row in rows)
    by_byte = np.frombuffer(values, "u1").reshape(-1, 4).T.tobytes()
    return zlib.compress(heads.T.tobytes() + by_byte + quality, _LEVEL)


def unpack(blob: bytes, count: int, extruder: int) -> list[Row]:
    """Inverse of `pack` for `count` rows of one extruder."""
    raw = zlib.decompress(blob)
    times, seqs, widths = np.frombuffer(raw, "<i8", 3 * count).reshape(3, count)
    ends = np.cumsum(widths)
    total, start = int(widths.sum()), 24 * count
    by_byte = np.frombuffer(raw, "u1", 4 * total, start).reshape(4, total)
    values = np.frombuffer(by_byte.T.tobytes(), "<f4")
    quality = np.frombuffer(raw, "u1", total, start + 4 * total)
    return [
        Row(int(ts), extruder, values[end - width : end], quality[end - width : end], int(seq))
        for ts, seq, width, end in zip(times, seqs, widths, ends, strict=True)
    ]


def columns(
    blob: bytes, count: int, slots: Sequence[int]
) -> tuple[npt.NDArray[np.int64], Values, Qualities]:
    """ts (count,), values and qualities (count, slots) of a few slots; rows are not built.

    A row from before a slot was added is absent there.
    """
    raw = zlib.decompress(blob)
    times, _, widths = np.frombuffer(raw, "<i8", 3 * count).reshape(3, count)
    total, start = int(widths.sum()), 24 * count
    by_byte = np.frombuffer(raw, "u1", 4 * total, start).reshape(4, total)
    codes = np.frombuffer(raw, "u1", total, start + 4 * total)
    begins = np.cumsum(widths) - widths
    values = np.full((count, len(slots)), np.nan, np.float32)
    quality = np.full((count, len(slots)), Quality.ABSENT, np.uint8)
    for column, slot in enumerate(slots):
        has = np.flatnonzero(widths > slot)
        at = begins[has] + slot
        values[has, column] = np.ascontiguousarray(by_byte[:, at].T).view("<f4")[:, 0]
        quality[has, column] = codes[at]
    return times, values, quality
