"""Addresses such as `1/holding/0:float32`: unit, table, offset from 0, and what stands there. Pure.

    UNIT/coil/OFFSET, UNIT/discrete/OFFSET
    UNIT/holding/OFFSET:TYPE[:swapped], UNIT/input/OFFSET:TYPE[:swapped]

TYPE is int16, uint16, int32, uint32, int64, uint64, float32, float64 or bit0 to bit15 (the lowest
is 0). Of several registers the first has the highest bits; `swapped` says the last has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from struct import Struct
from typing import NamedTuple

#: Tables and the function that reads each.
FUNCTIONS = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}

_CODES = {
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
    "float32": "f",
    "float64": "d",
}
_FORM = re.compile(
    r"(\d{1,3})/(coil|discrete|holding|input)/(\d{1,5})(?::([a-z]+\d+))?(?::(swapped))?"
)
_BIT = re.compile(r"bit(\d|1[0-5])")
_LAST = 65_535

#: Reads a number out of what a request brought, at a place in it: registers, or bits.
Decode = Callable[[Sequence[int], int], float]


class Item(NamedTuple):
    """An address that can be read: `size` registers or bits from `offset` on."""

    address: str
    unit: int
    function: int
    offset: int
    size: int
    decode: Decode


def parse(address: str) -> Item:
    """Raises ValueError, saying what is expected."""
    form = _FORM.fullmatch(address)
    if form is None:
        raise ValueError(
            "expected UNIT/coil|discrete|holding|input/OFFSET:TYPE, as in 1/input/0:int16"
        )
    unit, table, offset, kind, swapped = form.groups()
    if int(unit) > 255 or int(offset) > _LAST:
        raise ValueError(f"expected a unit up to 255 and an offset up to {_LAST}")
    if table in {"coil", "discrete"}:
        if kind or swapped:
            raise ValueError("expected no type: it is a bit")
        return Item(address, int(unit), FUNCTIONS[table], int(offset), 1, _single)
    count, decode = _decoding(kind or "", bool(swapped))
    if int(offset) + count - 1 > _LAST:
        raise ValueError(f"expected to end at {_LAST}")
    return Item(address, int(unit), FUNCTIONS[table], int(offset), count, decode)


def _decoding(kind: str, swapped: bool) -> tuple[int, Decode]:
    if bit := _BIT.fullmatch(kind):
        return 1, _bit(int(bit[1]))
    if kind not in _CODES:
        raise ValueError(f"expected a type: {', '.join(_CODES)} or bit0 to bit15")
    struct = Struct(f">{_CODES[kind]}")
    count = struct.size // 2
    return count, _number(struct, Struct(f">{count}H"), count, swapped)


def _single(values: Sequence[int], at: int) -> float:
    return float(values[at])


def _bit(number: int) -> Decode:
    return lambda values, at: float(values[at] >> number & 1)


def _number(struct: Struct, words: Struct, count: int, swapped: bool) -> Decode:
    def decode(values: Sequence[int], at: int) -> float:
        some = values[at : at + count]
        return float(struct.unpack(words.pack(*(some[::-1] if swapped else some)))[0])

    return decode
