"""Timestamps as JSON messages write them. Pure."""

from __future__ import annotations

import math
from datetime import UTC, datetime

#: Per second.
_PER_S = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
FORMATS = (*_PER_S, "iso")
#: 2000 to 2100: what is outside is another format, or a clock that was never set.
EARLIEST_MS, LATEST_MS = 946_684_800_000, 4_102_444_800_000


def time_of(told: object, form: str) -> int | None:
    """ms since the epoch, or None if this is no time. ISO 8601 without a zone is UTC."""
    ms = _iso(told) if form == "iso" else _counted(told, _PER_S[form])
    return ms if ms is not None and EARLIEST_MS <= ms < LATEST_MS else None


def _iso(told: object) -> int | None:
    if not isinstance(told, str):
        return None
    try:
        when = datetime.fromisoformat(told)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    try:
        return round(when.timestamp() * 1000)
    except (OverflowError, ValueError):
        return None


def _counted(told: object, per_s: int) -> int | None:
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        return None
    try:
        if isinstance(told, int):
            return told * 1000 // per_s
        ms = float(told) * 1000 / per_s
    except ValueError:
        return None
    return round(ms) if math.isfinite(ms) else None
