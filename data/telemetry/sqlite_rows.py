"""Readings as SQLite's table keeps them."""

from __future__ import annotations

import numpy as np

from data.windows import Row

#: What `unpack` takes.
COLUMNS = 'seq, extruder, ts, "values", quality'
#: What is asked every second; the store guard has them explained (data/store_guard/plans.py).
ROWS_SINCE = f"SELECT {COLUMNS} FROM readings WHERE seq > ? ORDER BY seq LIMIT ?"
ROWS_BETWEEN = (
    f"SELECT {COLUMNS} FROM readings WHERE extruder = ? AND ts >= ? AND ts < ? ORDER BY ts"
)
LAST_TS = "SELECT max(ts) FROM readings WHERE extruder = ?"


def pack(row: Row) -> tuple[int, int, bytes, bytes | None]:
    """Columns extruder, ts, values and quality of a row."""
    quality = row.quality.tobytes() if row.quality.any() else None
    return row.extruder, row.ts, row.values.astype("<f4", copy=False).tobytes(), quality


def unpack(seq: int, extruder: int, ts: int, values: bytes, quality: bytes | None) -> Row:
    """A Row from COLUMNS; without values if another program wrote there what is no reading."""
    if not _readable(values, quality):
        values, quality = b"", None
    numbers = np.frombuffer(values, "<f4")
    codes = np.frombuffer(quality, np.uint8) if quality else np.zeros(len(numbers), np.uint8)
    return Row(ts, extruder, numbers, codes, seq)


def _readable(values: object, quality: object) -> bool:
    """Columns of SQLite take anything; one bad row must not stop those of all extruders."""
    if not isinstance(values, bytes) or len(values) % 4:
        return False
    return not quality or (isinstance(quality, bytes) and 4 * len(quality) == len(values))
