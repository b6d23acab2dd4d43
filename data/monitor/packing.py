"""Arrays and a JSON document as one string of bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

_LENGTH = struct.Struct("<4sI")
_MAGIC = b"MWM1"

Arrays = dict[str, npt.NDArray[Any]]


def pack(arrays: Mapping[str, npt.NDArray[Any]], document: Mapping[str, Any]) -> bytes:
    """All arrays after a JSON header that names them."""
    about = [[name, array.dtype.str, array.shape] for name, array in arrays.items()]
    header = json.dumps({"arrays": about, "document": document}).encode()
    parts = [np.ascontiguousarray(array).tobytes() for array in arrays.values()]
    return b"".join([_LENGTH.pack(_MAGIC, len(header)), header, *parts])


def unpack(blob: bytes) -> tuple[Arrays, dict[str, Any]]:
    """Inverse of `pack`. Raises ValueError when the bytes are of another version or cut off."""
    if len(blob) < _LENGTH.size or blob[:4] != _MAGIC:
        raise ValueError("not a monitor's state of this version")
    _, length = _LENGTH.unpack_from(blob)
    at = _LENGTH.size + length
    header = json.loads(blob[_LENGTH.size : at])
    arrays: Arrays = {}
    for name, kind, shape in header["arrays"]:
        count = int(np.prod(shape, dtype=np.int64))
        arrays[name] = np.frombuffer(blob, kind, count, at).reshape(shape).copy()
        at += arrays[name].nbytes
    return arrays, header["document"]
