"""What the browser wants to see on the Trends page, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.history.trend import MAX_LINES

#: A span is at least a second and at most twenty years (ms).
_SHORTEST, _LONGEST = 1_000, 20 * 366 * 86_400_000
_LATEST = 4_102_444_800_000  # the year 2100
_FEWEST, _MOST = 50, 4_000


@dataclass(frozen=True)
class View:
    """Signals (extruder, name) from `start` to `end` (ms) on `columns` pixels.

    `shift` (ms) is how much earlier the period laid over is, 0 for none; `limits` whether they
    are drawn; `ask` counts what the browser asked for.
    """

    signals: tuple[tuple[int, str], ...]
    start: int
    end: int
    columns: int
    shift: int = 0
    limits: bool = False
    ask: int = 0

    @property
    def extruders(self) -> tuple[int, ...]:
        """Each once, in the order of the signals."""
        return tuple(dict.fromkeys(extruder for extruder, _ in self.signals))


def view_of(raw: Mapping[str, Any] | None) -> View | None:
    """The view of a store's data; None for none, or for what no page of ours asks."""
    if not raw:
        return None
    try:
        signals = tuple((int(extruder), str(name)) for extruder, name in raw["signals"])
        start, end = sorted((int(raw["start"]), int(raw["end"])))
        columns, shift, ask = (int(raw.get(key) or 0) for key in ("columns", "shift", "ask"))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    start = max(0, min(start, _LATEST))
    end = max(start + _SHORTEST, min(end, start + _LONGEST, _LATEST))
    shift = shift if 0 <= start - shift <= _LATEST else 0
    columns = max(_FEWEST, min(_MOST, columns))
    limits = bool(raw.get("limits"))
    return View(signals[:MAX_LINES], start, end, columns, shift, limits, ask)
