"""Readings as PostgreSQL's binary COPY takes them and as its array_send gives them."""

from __future__ import annotations

import struct
from collections.abc import Iterable

import numpy as np

from data.errors import StoreError
from data.windows import Row

#: What `unpack` takes; array_send: numpy reads its bytes 20 times faster than psycopg makes floats.
COLUMNS = 'seq, extruder, ts, array_send("values"), quality'
#: What is asked every second; the store guard has them explained (data/store_guard/plans.py).
ROWS_SINCE = f"SELECT {COLUMNS} FROM readings WHERE seq > ? ORDER BY seq LIMIT ?"
ROWS_BETWEEN = (
    f"SELECT {COLUMNS} FROM readings WHERE extruder = ? AND ts >= ? AND ts < ? ORDER BY ts"
)
LAST_TS = "SELECT ts FROM readings WHERE extruder = ? ORDER BY ts DESC LIMIT 1"
COPY = 'COPY readings (seq, extruder, ts, "values", quality) FROM STDIN (FORMAT BINARY)'

_FILE_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_FILE_END = b"\xff\xff"
#: Number of columns; length and value of seq, extruder and ts; length of the array.
_ROW = struct.Struct(">hiqiqiqi")
#: An array: dimensions, flags, type of elements, how many, number of the first.
_ARRAY = struct.Struct(">iiiii")
_EMPTY_ARRAY = struct.Struct(">iii")
_LENGTH = struct.Struct(">i")
_ELEMENT = np.dtype([("length", ">i4"), ("value", ">f4")])
_FLOAT4, _NULL = 700, _LENGTH.pack(-1)


def pack(rows: Iterable[Row]) -> bytes:
    """Rows for `COPY`. Raises StoreError for one that cannot be stored."""
    try:
        return b"".join([_FILE_HEAD, *map(_pack_row, rows), _FILE_END])
    except struct.error as error:
        raise StoreError(f"the store failed: a row has a bad number: {error}") from error


def unpack(seq: int, extruder: int, ts: int, values: bytes, quality: bytes | None) -> Row:
    """A Row from COLUMNS."""
    if len(values) <= _ARRAY.size:
        numbers = np.empty(0, np.float32)
    else:
        numbers = np.frombuffer(values, _ELEMENT, -1, _ARRAY.size)["value"].astype("<f4")
    codes = np.frombuffer(quality, np.uint8) if quality else np.zeros(len(numbers), np.uint8)
    if len(codes) != len(numbers):  # another program wrote it: it must not stop all the others
        numbers, codes = np.empty(0, np.float32), np.empty(0, np.uint8)
    return Row(ts, extruder, numbers, codes, seq)


def same(one: Row, other: Row) -> bool:
    """Whether two rows of one extruder and time hold the same, bit by bit."""
    return (
        one.values.astype("<f4").tobytes() == other.values.astype("<f4").tobytes()
        and one.quality.tobytes() == other.quality.tobytes()
    )


def _pack_row(row: Row) -> bytes:
    array = _pack_array(row)
    head = _ROW.pack(5, 8, row.seq, 8, row.extruder, 8, row.ts, len(array))
    if not row.quality.any():
        return head + array + _NULL
    quality = row.quality.tobytes()
    return head + array + _LENGTH.pack(len(quality)) + quality


def _pack_array(row: Row) -> bytes:
    count = len(row.values)
    if not count:
        return _EMPTY_ARRAY.pack(0, 0, _FLOAT4)
    elements = np.empty(count, _ELEMENT)
    elements["length"], elements["value"] = 4, row.values
    return _ARRAY.pack(1, 0, _FLOAT4, count, 1) + elements.tobytes()
