"""Numbers as JSON messages write them: also as text, with a unit or without. Pure."""

from __future__ import annotations

import re

_NUMBER_AND_UNIT = re.compile(r"\s*([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*([^\d\s.,]\S{0,15})?\s*")
_LONGEST = 60


def number_of(value: object) -> tuple[float | None, str]:
    """A value's number, None if it is none, and the unit in its text, if any.

    True is 1; a number that is too large is infinite.
    """
    if isinstance(value, int | float):
        return _as_float(value), ""
    if isinstance(value, str) and len(value) <= _LONGEST:
        match = _NUMBER_AND_UNIT.fullmatch(value)
        if match:
            return float(match[1]), match[2] or ""
    return None, ""


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
