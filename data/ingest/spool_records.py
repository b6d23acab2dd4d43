"""Records of the spool: rows as bytes that tell whether they are whole.

A record is HEAD and then its rows, one after the other: ROW, signals × float32, and signals ×
uint8 quality if a reading is not good. All little-endian. The checksum is of all that follows it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np

from data.windows import Row

#: Checksum; then what `Head` holds.
_HEAD = struct.Struct("<IIQIqq")
_CHECKSUM_BYTES = 4
#: ts, extruder, signals, whether quality follows.
_ROW = struct.Struct("<qqHB")


class Head(NamedTuple):
    """What a record says of itself: bytes of its rows, its number, how many rows, when they were
    delivered and the time of the newest (both ms since the epoch).
    """

    length: int
    number: int
    rows: int
    delivered: int
    newest: int

    @property
    def size(self) -> int:
        """Bytes of the whole record."""
        return _HEAD.size + self.length


def pack(number: int, delivered: int, rows: Sequence[Row]) -> bytes:
    """A record of at least one row."""
    body = b"".join(map(_pack_row, rows))
    newest = max(row.ts for row in rows)
    head = _HEAD.pack(0, len(body), number, len(rows), delivered, newest)[_CHECKSUM_BYTES:]
    return crc32(body, crc32(head)).to_bytes(_CHECKSUM_BYTES, "little") + head + body


def unpack(record: bytes) -> list[Row] | None:
    """The rows of a record, None if it is damaged."""
    if head_at(record, 0) is None:
        return None
    rows, at = [], _HEAD.size
    while at < len(record):
        row, at = _unpack_row(record, at)
        rows.append(row)
    return rows


def heads(segment: bytes) -> Iterator[tuple[int, Head]]:
    """Offset and head of each record, until the end or the first that is damaged."""
    at = 0
    while (head := head_at(segment, at)) is not None:
        yield at, head
        at += head.size


def head_at(segment: bytes, at: int) -> Head | None:
    """The head of the record at an offset, None if there is no whole record."""
    if at + _HEAD.size > len(segment):
        return None
    checksum, *fields = _HEAD.unpack_from(segment, at)
    head = Head(*fields)
    checked = memoryview(segment)[at + _CHECKSUM_BYTES : at + head.size]
    whole = len(checked) == head.size - _CHECKSUM_BYTES and crc32(checked) == checksum
    return head if whole and head.rows else None


def _pack_row(row: Row) -> bytes:
    doubtful = bool(row.quality.any())
    head = _ROW.pack(row.ts, row.extruder, len(row.values), doubtful)
    values = row.values.astype("<f4", copy=False).tobytes()
    return head + values + (row.quality.tobytes() if doubtful else b"")


def _unpack_row(record: bytes, at: int) -> tuple[Row, int]:
    ts, extruder, signals, doubtful = _ROW.unpack_from(record, at)
    at += _ROW.size
    values = np.frombuffer(record, "<f4", signals, at)
    at += values.nbytes
    if not doubtful:
        return Row(ts, extruder, values, np.zeros(signals, np.uint8)), at
    return Row(ts, extruder, values, np.frombuffer(record, np.uint8, signals, at)), at + signals
