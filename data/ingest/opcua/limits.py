"""Limits from what an OPC 40084 monitored parameter says: its set value and tolerances. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping

from data.extruders import Limits

SET = "SetValue"
#: BrowseNames of what limits are made of; the tolerances are relative to the set value.
PARTS = (SET, "UpperTolerance", "UpperTolerance2", "LowerTolerance", "LowerTolerance2")


def limits_of(parts: Mapping[str, float], scale: float, offset: float) -> Limits:
    """The limits of a signal, by values under PARTS in the server's unit; missing ones are not
    set. A tolerance of 0 is one that nobody has set; servers write lower ones with either sign.
    """
    target = parts.get(SET, math.nan)
    if not math.isfinite(target):
        return Limits()
    at = target * scale + offset

    def beside(name: str, sign: int) -> float | None:
        tolerance = abs(parts.get(name, 0.0) * scale)
        return round(at + sign * tolerance, 6) if tolerance and math.isfinite(tolerance) else None

    low, ll = _nested(beside("LowerTolerance", -1), beside("LowerTolerance2", -1), -1)
    high, hh = _nested(beside("UpperTolerance", 1), beside("UpperTolerance2", 1), 1)
    return Limits(round(at, 6), ll=ll, l=low, h=high, hh=hh)


def _nested(near: float | None, far: float | None, sign: int) -> tuple[float | None, float | None]:
    """The second limit cannot be nearer than the first."""
    if near is not None and far is not None and sign * far < sign * near:
        return far, near
    return near, far
