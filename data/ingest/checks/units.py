"""Conversions that a signal's unit may have changed by: known factors, and °C and °F."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Conversion(NamedTuple):
    """new = old × scale + offset."""

    name: str
    scale: float
    offset: float = 0.0

    def of(self, value: float) -> float:
        """`value` as it reads after the change."""
        return value * self.scale + self.offset


_FACTORS = tuple(
    Conversion(f"{sign}{factor}", factor if sign == "×" else 1 / factor)
    for factor in (10, 100, 1000)
    for sign in "×÷"
)
_C, _F, _K = "°C", "°F", "K"
_TEMPERATURES = {
    _C: (Conversion("°C → °F", 1.8, 32), Conversion("°C → K", 1, 273.15)),
    _F: (Conversion("°F → °C", 1 / 1.8, -32 / 1.8), Conversion("°F → K", 1 / 1.8, 255.372)),
    _K: (Conversion("K → °C", 1, -273.15), Conversion("K → °F", 1.8, -459.67)),
}
#: By kind of quantity, what one of the base unit is.
_QUANTITIES: Sequence[dict[str, float]] = (
    {"bar": 1, "psi": 14.5038, "MPa": 0.1, "kPa": 100, "mbar": 1000},
    {"kg/h": 1, "lb/h": 2.20462},
    {"m/min": 1, "ft/min": 3.28084},
    {"mm": 1, "in": 1 / 25.4, "mil": 1000 / 25.4},
    {"A": 1, "mA": 1000},
)


def conversions_of(unit: str) -> tuple[Conversion, ...]:
    """What a signal of this unit may have changed by."""
    named: tuple[Conversion, ...] = _TEMPERATURES.get(unit, ())
    for table in _QUANTITIES:
        if unit in table:
            others = {to: much / table[unit] for to, much in table.items() if to != unit}
            named += tuple(Conversion(f"{unit} → {to}", much) for to, much in others.items())
    scales = {round(one.scale, 9) for one in named if not one.offset}
    return named + tuple(one for one in _FACTORS if round(one.scale, 9) not in scales)
