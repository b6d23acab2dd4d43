"""The scale of one lane of a dossier, and which lines of limits stand in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.extruders import Limits, Signal
from words import fixed, mark, t

#: A limit is shown if it is no further from the readings than they are from each other.
REACH = 1.0
#: Readings that hardly move are shown in so much of the signal's own scale, not blown up.
LEAST_SHARE = 0.05
PADDING = 0.08
#: Words of limits stand so far apart (px).
WORD_PX = 13
_NAMES = ((mark("set"), "set_value"), ("LL", "ll"), ("L", "l"), ("H", "h"), ("HH", "hh"))


@dataclass(frozen=True)
class LimitLine:
    """A line at a limit's value; `kind` is set, LL, L, H or HH.

    Its words stand `shift` px higher than the line, so that none are over another.
    """

    kind: str
    value: float
    text: str
    shift: float

    @property
    def far(self) -> bool:
        """Whether to act now at this limit."""
        return self.kind in {"LL", "HH"}


def scale_of(values: Sequence[float | None], signal: Signal, limits: Limits) -> tuple[float, float]:
    """Lower and upper end of a lane's axis in the signal's unit."""
    read = [value for value in values if value is not None]
    if signal.states or not read:
        return (signal.low - 0.3, signal.high + 0.3) if signal.states else (signal.low, signal.high)
    low, high = min(read), max(read)
    least = LEAST_SHARE * (signal.high - signal.low)
    reach = REACH * max(high - low, least)
    near = [value for _, value in named(limits) if low - reach <= value <= high + reach]
    low, high = min([low, *near]), max([high, *near])
    wider = max(0.0, least - (high - low)) / 2
    padding = PADDING * max(high - low, least)
    return low - wider - padding, high + wider + padding


def named(limits: Limits) -> list[tuple[str, float]]:
    """What is set of limits, by its short name, set value first."""
    found = [(name, getattr(limits, field)) for name, field in _NAMES]
    return [(name, float(value)) for name, value in found if value is not None]


def limit_lines(
    limits: Limits, scale: tuple[float, float], height: float, decimals: int
) -> list[LimitLine]:
    """Lines within a scale that is `height` px high, from below."""
    low, high = scale
    inside = sorted((v, name) for name, v in named(limits) if low <= v <= high)
    at = [(value - low) / (high - low) * height for value, _ in inside]
    words = _apart(at, height)
    return [
        LimitLine(name, value, f"{t(name)} {number(value, decimals)}", place - own)
        for (value, name), own, place in zip(inside, at, words, strict=True)
    ]


def beyond(limits: Limits, scale: tuple[float, float], decimals: int) -> str:
    """Limits that a scale does not reach: "↑ H 246, HH 278"; empty if it has them all."""
    low, high = scale
    sides = {
        "↓": [(v, n) for n, v in named(limits) if v < low],
        "↑": [(v, n) for n, v in named(limits) if v > high],
    }
    return " ".join(
        f"{sign} {', '.join(f'{name} {number(v, decimals)}' for v, name in sorted(there))}"
        for sign, there in sides.items()
        if there
    )


def number(value: float, decimals: int) -> str:
    """Fixed decimals and a real minus sign."""
    return fixed(value, decimals).replace("-", "−")


def _apart(places: Sequence[float], height: float) -> list[float]:
    """The same places (px, ascending), moved until WORD_PX lie between any two."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + WORD_PX) if moved else place)
    ceiling = height
    for index in reversed(range(len(moved))):
        moved[index] = min(moved[index], ceiling)
        ceiling = moved[index] - WORD_PX
    return moved
