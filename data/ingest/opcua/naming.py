"""What a signal of an OPC 40084-3 extruder is called here, and how screens show it. Pure.

Names, labels, groups and scales are those of the simulator's catalogue wherever it has the signal:
screens, detectors and alarms go by them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from data.extruders import JOB_STATUS, Signal
from data.ingest.simulator.plant import SIGNALS

_KNOWN = {signal.name: signal for signal in SIGNALS}
_NUMBERED = re.compile(r"(?P<base>.*?)_?(?P<number>\d+)")
#: Names that say nothing but what the list that they stand in says.
_GENERIC = {"", "MeasuringDevice", "TemperatureZone", "Zone", "Drive"}
#: What a zone measures where it says no more than a value.
_MEASURES = {
    "TemperatureZone": "Temperature",
    "MeltTemperatureZone": "Temperature",
    "MeltPressureZone": "Pressure",
}
_ZONE = re.compile(r"TemperatureZone_(?P<number>\d{3})\.(?P<what>\w+)\.ActualValue")
_DIE = re.compile(r"\b(die|adapt[eo]r|head|tool|flange|düse|werkzeug|kopf)\b", re.IGNORECASE)
#: Label after the zone's, group, range and decimals of what a zone has, by the simulator.
_OF_ZONE = {
    "Temperature": ("", "", 0.0, 300.0, 1),
    "ControllerOutput": (" output", "Controller output", -100.0, 100.0, 0),
    "ElectricalCurrent": (" current", "Heater current", 0.0, 20.0, 1),
}
#: Scales where neither the server nor the catalogue says one.
_RANGES = {"°C": (0.0, 300.0), "bar": (0.0, 350.0), "rpm": (0.0, 120.0), "A": (0.0, 100.0)}
_GROUPS = {"Drive": "Drive", "Pressure": "Melt", "Melt": "Melt", "Feeder": "Cooling and feed"}


class Shown(NamedTuple):
    """What the server tells of a signal: unit as shown, its own range if it has one, and the name
    that people gave to its zone or device.
    """

    unit: str
    low: float | None = None
    high: float | None = None
    given: str = ""


def signal_name(path: Sequence[str]) -> str:
    """The name of what is at these BrowseNames below an extruder: lists are left out, numbers
    have three digits, such as TemperatureZone_001.Temperature.ActualValue.
    """
    parts: list[str] = []
    above = ""
    for one in path:
        numbered = _NUMBERED.fullmatch(one)
        if numbered and above.endswith("s"):
            base = numbered["base"]
            parts[-1] = f"{above[:-1] if base in _GENERIC else base}_{int(numbered['number']):03d}"
        else:
            parts.append(one)
        above = one
    measured = _MEASURES.get(parts[-1][:-4]) if parts[-1][-4:-3] == "_" else None
    return ".".join([*parts, *([measured] if measured else []), "ActualValue"])


def signal_of(name: str, shown: Shown) -> Signal:
    """A signal as screens show it."""
    if name == JOB_STATUS:
        return _KNOWN[JOB_STATUS]
    zone = _ZONE.fullmatch(name)
    if zone and zone["what"] in _OF_ZONE:
        return _of_zone(name, zone, shown)
    known = _KNOWN.get(name)
    if known and known.unit == shown.unit:
        low, high = _range(shown, (known.low, known.high))
        place = (known.group, low, high, known.decimals, known.gauge)
        return Signal(name, known.label, shown.unit, *place)
    low, high = _range(shown, _RANGES.get(shown.unit, (0.0, 100.0)))
    return Signal(name, label_of(name, shown.given), shown.unit, group_of(name), low, high)


def label_of(name: str, given: str = "") -> str:
    """A label made of a name: Feeder_001.Throughput.ActualValue is "Feeder 1 throughput"."""
    first, *rest = name.removesuffix(".ActualValue").split(".")
    words = [given or _words(first), *(_words(one).lower() for one in rest)]
    return " ".join(words)


def group_of(name: str) -> str:
    """The group of a signal that the catalogue does not know."""
    return next((group for word, group in _GROUPS.items() if word in name), "Other")


def _of_zone(name: str, zone: re.Match[str], shown: Shown) -> Signal:
    after, group, low, high, decimals = _OF_ZONE[zone["what"]]
    known = _KNOWN.get(name)
    if known:
        low, high = known.low, known.high
    low, high = _range(shown, (low, high))
    of = shown.given or f"Zone {int(zone['number'])}"
    group = group or ("Die temperatures" if _DIE.search(of) else "Barrel temperatures")
    return Signal(name, f"{of}{after}", shown.unit, group, low, high, decimals)


def _range(shown: Shown, otherwise: tuple[float, float]) -> tuple[float, float]:
    if shown.low is None or shown.high is None or not shown.low < shown.high:
        return otherwise
    return shown.low, shown.high


def _words(name: str) -> str:
    numbered = _NUMBERED.fullmatch(name)
    base = numbered["base"] if numbered else name
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", base).replace("_", " ").strip()
    words = words[:1].upper() + words[1:].lower()
    return f"{words} {int(numbered['number'])}" if numbered else words
