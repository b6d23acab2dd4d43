"""The bytes of a window on the wire; docs/window_codec.md describes them one by one.

The twin of this module in the browser is assets/live/window_codec.mjs.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from data.windows import NEVER, Qualities, Values, Window

MAGIC = b"MWW1"
_HEADER = struct.Struct("<4sHHIIddddIIII")
HEADER_SIZE = _HEADER.size
DELTA = 1


@dataclass(frozen=True)
class WindowMessage:
    """A snapshot (whole window) or delta (its newest steps) of one extruder.

    Times are ms since the Unix epoch, UTC; -1 means never. `first_ts` is the start of the
    first step, `head_ts` the time of the newest reading, `served_ts` the server's clock when
    the body was made, `checked_ts` the last success of the worker. `values` is (n, S) float32
    and `quality` (n, S) uint8, oldest step first.
    """

    extruder: int
    step_ms: int
    first_ts: int
    head_ts: int
    served_ts: int
    checked_ts: int
    revision: int
    catalogue: int
    values: Values
    quality: Qualities
    delta: bool = False


def from_window(
    window: Window, extruder: int, served_ts: int, checked_ts: int, catalogue: int, delta: bool
) -> WindowMessage:
    """The message that carries an unrolled ring."""
    header = window.header
    return WindowMessage(
        extruder=extruder,
        step_ms=header.spec.step_ms,
        first_ts=NEVER if header.head_ts == NEVER else window.first_step * header.spec.step_ms,
        head_ts=header.head_ts,
        served_ts=served_ts,
        checked_ts=checked_ts,
        revision=header.revision % 2**32,
        catalogue=catalogue,
        values=window.values,
        quality=window.quality,
        delta=delta,
    )


def encode(message: WindowMessage) -> bytes:
    """The message's bytes: header, values row by row, qualities row by row."""
    steps, signals = message.values.shape
    header = _HEADER.pack(
        MAGIC,
        HEADER_SIZE,
        signals,
        steps,
        message.step_ms,
        message.first_ts,
        message.head_ts,
        message.served_ts,
        message.checked_ts,
        message.revision,
        message.extruder,
        message.catalogue,
        DELTA if message.delta else 0,
    )
    values = np.ascontiguousarray(message.values, "<f4").tobytes()
    return header + values + np.ascontiguousarray(message.quality, np.uint8).tobytes()


def decode(body: bytes) -> WindowMessage:
    """Inverse of `encode`. Raises ValueError for bytes that are no message of this version."""
    if len(body) < HEADER_SIZE or body[:4] != MAGIC:
        raise ValueError("not a window message of this version")
    (_, size, signals, steps, step_ms, first, head, served, checked, revision, extruder,
     catalogue, flags) = _HEADER.unpack_from(body)  # fmt: skip
    cells = steps * signals
    if len(body) != size + 5 * cells:
        raise ValueError(f"window message of {len(body)} bytes, expected {size + 5 * cells}")
    values = np.frombuffer(body, "<f4", cells, size).reshape(steps, signals)
    quality = np.frombuffer(body, np.uint8, cells, size + 4 * cells).reshape(steps, signals)
    return WindowMessage(
        extruder, step_ms, int(first), int(head), int(served), int(checked), revision, catalogue,
        values, quality, bool(flags & DELTA),
    )  # fmt: skip
