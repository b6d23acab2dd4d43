"""Units of OPC UA as screens show them: by UNECE code, else by the name that the server gives."""

from __future__ import annotations

from typing import NamedTuple

#: EUInformation.unitId holds a UNECE code of at most so many letters as an integer (Part 8).
_LETTERS = 4


class Unit(NamedTuple):
    """`text` is what screens show; reading in it = value × scale + offset."""

    text: str
    scale: float = 1.0
    offset: float = 0.0


#: UNECE Rec. 20 codes. What measures the same becomes one unit, so that limits and detectors,
#: which are written in °C, bar, rpm and kg/h, hold for every machine.
_BY_CODE = {
    "CEL": Unit("°C"),
    "KEL": Unit("°C", 1.0, -273.15),
    "FAH": Unit("°C", 5 / 9, -160 / 9),
    "BAR": Unit("bar"),
    "MBR": Unit("bar", 1e-3),
    "PAL": Unit("bar", 1e-5),
    "KPA": Unit("bar", 1e-2),
    "MPA": Unit("bar", 10.0),
    "PS": Unit("bar", 0.0689475729),
    "RPM": Unit("rpm"),
    "RPS": Unit("rpm", 60.0),
    "E93": Unit("kg/h"),
    "F31": Unit("kg/h", 60.0),
    "KGS": Unit("kg/h", 3600.0),
    "E18": Unit("kg/h", 1000.0),
    "P1": Unit("%"),
    "2X": Unit("m/min"),
    "MTS": Unit("m/min", 60.0),
    "AMP": Unit("A"),
    "4K": Unit("A", 1e-3),
    "VLT": Unit("V"),
    "WTT": Unit("kW", 1e-3),
    "KWT": Unit("kW"),
    "KWH": Unit("kWh"),
    "KGM": Unit("kg"),
    "GRM": Unit("g"),
    "MMT": Unit("mm"),
    "MTR": Unit("m"),
    "NU": Unit("N·m"),
    "NEW": Unit("N"),
    "HTZ": Unit("Hz"),
    "SEC": Unit("s"),
    "C26": Unit("ms"),
    "MIN": Unit("min"),
    "HUR": Unit("h"),
    "C62": Unit(""),
}
#: UCUM and what people write instead of a code, lower case.
_BY_NAME = {
    "°c": "CEL",
    "cel": "CEL",
    "degc": "CEL",
    "°f": "FAH",
    "k": "KEL",
    "mpa": "MPA",
    "kpa": "KPA",
    "psi": "PS",
    "mbar": "MBR",
    "1/min": "RPM",
    "min-1": "RPM",
    "rpm": "RPM",
    "/min": "RPM",
    "kg/s": "KGS",
    "kg/min": "F31",
    "t/h": "E18",
    "m/s": "MTS",
    "w": "WTT",
}


def unece_code(unit_id: int) -> str:
    """The code that an EUInformation.unitId holds; empty if it holds none."""
    if not 0 < unit_id < 1 << 8 * _LETTERS:
        return ""
    text = unit_id.to_bytes(_LETTERS, "big").lstrip(b"\0")
    return text.decode("ascii") if text.isalnum() and text.isascii() else ""


def unit_of(unit_id: int, display_name: str) -> Unit:
    """The unit of an EUInformation; one that is not known is shown as the server names it."""
    by_name = _BY_NAME.get(display_name.strip().lower(), "")
    known = _BY_CODE.get(unece_code(unit_id)) or _BY_CODE.get(by_name)
    return known or Unit(display_name.strip())
