"""`{extruder:number}` in a path: the number of an extruder, whatever was written there."""

from __future__ import annotations

from starlette.convertors import Convertor, register_url_convertor

#: No extruder has it. Python refuses to read thousands of digits, stores take 64 bits at most.
NOBODY = 2**31 - 1
_DIGITS = 9


class _Number(Convertor[int]):
    regex = "[0-9]+"

    def convert(self, value: str) -> int:
        return int(value) if len(value) <= _DIGITS else NOBODY

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("number", _Number())
EXTRUDER = "{extruder:number}"
