"""Signatures of the malfunctions of DOMAIN.md: what moves which way, and what to check first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Signature:
    """One cause: how screens call it, what to check first, what it does to the features.

    `moves` gives, by feature of data.malfunctions.observation, direction and weight (D; the
    directions are those of DOMAIN.md's table). `spoils` is False for what wears the machine and
    leaves the product as it is.
    """

    label: str
    check: str
    moves: Mapping[str, float]
    spoils: bool = True


SIGNATURES: dict[str, Signature] = {
    "screen_clogging": Signature(
        "Screen clogging",
        "screen ΔP, then change the screen pack",
        {"screen": 1.0, "pressure": 0.5, "load": 0.2},
    ),
    "heater_band_failure": Signature(
        "Heater band failure",
        "supply, then the band's ohms",
        {"dead_heater": 1.5, "zone_cold": 0.6, "output_lone": 0.4},
    ),
    "thermocouple_break": Signature(
        "Thermocouple break", "swap the thermocouple", {"sensor_failed": 1.5}
    ),
    "thermocouple_drift": Signature(
        "Thermocouple drift",
        "compare with a second sensor",
        {"output_lone": 1.0, "melt": 0.3},
    ),
    "surging": Signature("Surging", "feed, then melting, then metering", {"swing": 1.5}),
    "bridging": Signature(
        "Bridging at the feed throat",
        "throat cooling, then hopper level",
        {"output_drop": 1.0, "throughput": -0.6, "pressure": -0.6, "load": -0.6},
    ),
    "overheated_melt": Signature(
        "Overheated melt",
        "zone cooling, then purge",
        {"melt": 1.0, "pressure": -0.5, "outputs_cooling": 0.8, "load": -0.4, "screen": -0.2},
    ),
    "motor_overload": Signature(
        "Motor overload",
        "a cold barrel zone",
        {"load": 1.0, "speed": -0.8, "throughput": -0.5},
    ),
    "gearbox_overheating": Signature(
        "Gearbox overheating", "oil level, then the oil cooler", {"oil": 1.0}, spoils=False
    ),
    "cooling_loss": Signature(
        "Cooling loss",
        "water pump, then the filter",
        # A hot throat lets pellets bridge in the end.
        {
            "bath": 1.0,
            "throat": 1.0,
            "output_drop": 0.5,
            "throughput": -0.3,
            "pressure": -0.3,
            "load": -0.3,
        },
    ),
    "screw_wear": Signature(
        "Screw wear",
        "kg/h per rpm against the benchmark",
        {"output_creep": 1.0, "throughput": -0.6, "melt": 0.4, "pressure": -0.3},
        spoils=False,
    ),
    "power_dip": Signature("Power dip", "order of events, then soak before restart", {"dark": 1.5}),
}
