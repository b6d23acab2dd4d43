"""Signals that are known by their name: paths of OPC 40084-3 in any spelling, and usual units.

Label, group, unit and scale are those of the simulated plant, so that screens, limits and detectors
treat all extruders alike. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from data.extruders import Signal
from data.ingest.simulator.plant import SIGNALS, ZONES, zone_label
from data.ingest.sources import FoundSignal

_BY_NAME = {signal.name: signal for signal in SIGNALS}
_ZONE = re.compile(r"TemperatureZone_(\d{1,3})\.(Temperature|ControllerOutput|ElectricalCurrent)\.")
_SEPARATORS = re.compile(r"[/.:]+")
#: Of the longest name.
_PARTS = max(name.count(".") for name in _BY_NAME) + 1

#: Units as sources spell them: what we show.
_UNITS = {
    "cel": "°C",
    "degc": "°C",
    "deg c": "°C",
    "c": "°C",
    "℃": "°C",
    "bar": "bar",
    "rpm": "rpm",
    "1/min": "rpm",
    "r/min": "rpm",
    "min-1": "rpm",
    "kg/h": "kg/h",
    "kg/hr": "kg/h",
    "e93": "kg/h",
    "a": "A",
    "amp": "A",
    "p1": "%",
    "percent": "%",
    "2x": "m/min",
    "kwh/kg": "kWh/kg",
}
#: From a source's unit (in lower case) to ours: unit, scale, offset.
_CONVERSIONS = {
    ("mpa", "bar"): (10.0, 0.0),
    ("kpa", "bar"): (0.01, 0.0),
    ("pa", "bar"): (1e-5, 0.0),
    ("mbar", "bar"): (1e-3, 0.0),
    ("psi", "bar"): (0.0689475729, 0.0),
    ("k", "°C"): (1.0, -273.15),
    ("kel", "°C"): (1.0, -273.15),
    ("°f", "°C"): (5 / 9, -160 / 9),
    ("degf", "°C"): (5 / 9, -160 / 9),
    ("fah", "°C"): (5 / 9, -160 / 9),
    ("lb/h", "kg/h"): (0.45359237, 0.0),
    ("lb/hr", "kg/h"): (0.45359237, 0.0),
}


class Told(NamedTuple):
    """What a source says of a signal: its unit as it spells it, and its range if it is known."""

    unit: str = ""
    low: float = math.nan
    high: float = math.nan


def known_name(path: str) -> tuple[str, str] | None:
    """What stands before, and our name, if a path ends like one of OPC 40084-3's.

    Extruder_01/MainDrive/Speed/ActualValue → Extruder_01, MainDrive.Speed.ActualValue.
    """
    parts = _SEPARATORS.split(path)
    for length in range(min(_PARTS, len(parts)), 0, -1):
        name = ".".join(parts[-length:])
        if signal_of(name):
            return "/".join(parts[:-length]), name
    return None


def signal_of(name: str) -> Signal | None:
    """The signal of a name; zones may be more than the simulated plant has, and are plain zones."""
    signal = _BY_NAME.get(name)
    match = _ZONE.match(name)
    if signal or not match:
        return signal
    zone = int(match[1])
    first = _BY_NAME.get(f"TemperatureZone_001.{name.split('.', 1)[1]}")
    if first is None or zone <= ZONES:
        return None
    return replace(first, name=name, label=first.label.replace(zone_label(1), f"Zone {zone}"))


def found_signal(address: str, name: str, told: Told) -> FoundSignal:
    """A known signal as a source has it: in our unit where the source's can be converted."""
    signal = signal_of(name)
    assert signal
    unit = unit_of(told.unit)
    scale, offset = _CONVERSIONS.get((told.unit.strip().lower(), signal.unit), (1.0, 0.0))
    if unit and unit != signal.unit and (scale, offset) == (1.0, 0.0):
        signal = replace(signal, unit=unit)
    low, high = sorted((told.low * scale + offset, told.high * scale + offset))
    if math.isfinite(low) and math.isfinite(high) and low < high:
        signal = replace(signal, low=low, high=high)
    return FoundSignal(address, signal, scale=scale, offset=offset)


def unit_of(told: str) -> str:
    """The unit as we show it."""
    told = told.strip()
    return _UNITS.get(told.lower(), told)


def in_order(found: Mapping[str, FoundSignal]) -> list[FoundSignal]:
    """By name, in the order of the simulated plant's slots, what is not there last."""
    slots = {name: slot for slot, name in enumerate(_BY_NAME)}
    return [found[name] for name in sorted(found, key=lambda one: (slots.get(one, 999), one))]
