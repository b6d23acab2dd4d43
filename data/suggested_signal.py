"""What an address that nobody has mapped might be: a form that a person looks over. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TypedDict

#: Units as machines write them, in small letters, as screens show them.
_UNITS = {
    "degc": "°C", "deg c": "°C", "c": "°C", "cel": "°C", "celsius": "°C", "°c": "°C",
    "bar": "bar", "barg": "bar", "rpm": "rpm", "1/min": "rpm", "min-1": "rpm", "r/min": "rpm",
    "pct": "%", "percent": "%", "kg/h": "kg/h", "kgh": "kg/h", "amp": "A", "a": "A",
}  # fmt: skip
#: Scales of gauges and charts that most plants are within.
_SCALES = {
    "°C": (0.0, 300.0), "bar": (0.0, 500.0), "%": (0.0, 100.0), "rpm": (0.0, 200.0),
    "kg/h": (0.0, 500.0),
}  # fmt: skip
#: The first of these that is found in an address or label is the group.
_GROUPS = (
    ("Die temperatures", r"\bdie|düse"),
    ("Barrel temperatures", r"zone|barrel|zylinder"),
    ("Melt", r"melt|masse|screen|pressure|druck"),
    ("Drive", r"drive|motor|speed|load|torque|screw|gear|throughput|drehzahl|strom|current"),
)
#: Parts of an address that say nothing of what it is.
_EMPTY = re.compile(r"(ns|s|i|value|actualvalue|actual|act|data|val|v|\d+)", re.IGNORECASE)


class Suggested(TypedDict):
    """The fields of the form, as text and numbers."""

    name: str
    label: str
    unit: str
    group: str
    low: float
    high: float


def suggested(address: str, label: str, unit: str, value: float | None) -> Suggested:
    """A signal for an address, from what its source tells of it and its newest value."""
    words = _words(address, label)
    shown = _UNITS.get(unit.strip().casefold(), unit.strip())
    low, high = _scale(shown, value)
    name = "".join(word[:1].upper() + word[1:] for word in words) or "Signal"
    told = label.strip() if " " in label.strip() else _sentence(words) or address
    group = _group(f"{address} {label}")
    return Suggested(
        name=name[:80], label=told[:80], unit=shown[:80], group=group, low=low, high=high
    )


def _words(address: str, label: str) -> list[str]:
    """What an address or its label calls the signal, as words."""
    parts = [part for part in re.split(r"[^\w ]+", address) if part.strip()]
    telling = [part for part in parts if not _EMPTY.fullmatch(part)]
    text = label.strip() or (telling or parts or [""])[-1]
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return [word for word in re.split(r"[\W_]+", spaced) if word]


def _sentence(words: Sequence[str]) -> str:
    """MeltPressure PV → Melt pressure PV."""
    text = " ".join(word if word.isupper() else word.lower() for word in words)
    return text[:1].upper() + text[1:]


def _group(text: str) -> str:
    found = (group for group, words in _GROUPS if re.search(words, text, re.IGNORECASE))
    return next(found, "Other")


def _scale(unit: str, value: float | None) -> tuple[float, float]:
    low, high = _SCALES.get(unit, (0.0, 100.0))
    if value is None or not math.isfinite(value) or (unit in _SCALES and low <= value <= high):
        return low, high
    largest = 10.0 ** math.ceil(math.log10(2 * abs(value))) if value else 100.0
    return (-largest if value < 0 else 0.0), largest
