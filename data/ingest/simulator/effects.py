"""What each malfunction does to the plant, as DOMAIN.md's signatures. Sizes are ours (D)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data.ingest.simulator.faults import COLUMN, FaultBoard
from data.ingest.simulator.noise import Flags, Floats
from data.ingest.simulator.plant import ZONES

CLOG_BAR = 62.0  # clean 5 + 62 passes the HH limit of 60
DRIFT_C = -15.0  # the sensor reads low, so its zone is overheated
SWING_PERIODS_S = (41.0, 17.0)
SWING_SHARE = 0.15
STARVED_SHARE = 0.55
HOT_MELT_C, HOT_BARREL_C_PER_S = 20.0, 0.15
OVERLOAD_PERCENT, OVERLOAD_SAG_SHARE = 112.0, 0.07
HOT_OIL_C = 26.0
HOT_BATH_C, HOT_THROAT_C = 11.0, 36.0
WORN_SHARE, WORN_MELT_C = 0.13, 6.0


@dataclass(frozen=True)
class Effects:
    """Disturbances of n extruders in one second; zone arrays are (n, 7), the rest (n,).

    `feed` and `delivery` are factors of the healthy flow before and by the screw, `swing` is a
    share that flow and pressure oscillate by, `overload` is 0…1 of the way to OVERLOAD_PERCENT.
    """

    power: Flags
    heater_ok: Flags
    sensor_ok: Flags
    sensor_offset_c: Floats
    clog_bar: Floats
    swing: Floats
    feed: Floats
    delivery: Floats
    melt_offset_c: Floats
    barrel_heat: Floats
    overload: Floats
    oil_offset_c: Floats
    bath_offset_c: Floats
    throat_offset_c: Floats


def effects_of(board: FaultBoard, now_s: int) -> Effects:
    """Disturbances by all faults of the board at a simulated second."""
    levels = board.levels(now_s)
    of = {name: levels[:, column] for name, column in COLUMN.items()}
    return Effects(
        power=of["power_dip"] == 0,
        heater_ok=~_in_zone(board, "heater_band_failure", of["heater_band_failure"]),
        sensor_ok=~_in_zone(board, "thermocouple_break", of["thermocouple_break"]),
        sensor_offset_c=DRIFT_C * _zone_level(board, "thermocouple_drift", levels),
        # A screen fills faster as its open area shrinks.
        clog_bar=CLOG_BAR * of["screen_clogging"] ** 2,
        swing=SWING_SHARE * of["surging"] * _wave(now_s),
        feed=1 - STARVED_SHARE * of["bridging"],
        delivery=1 - WORN_SHARE * of["screw_wear"],
        melt_offset_c=HOT_MELT_C * of["overheated_melt"] + WORN_MELT_C * of["screw_wear"],
        barrel_heat=HOT_BARREL_C_PER_S * of["overheated_melt"],
        overload=of["motor_overload"],
        oil_offset_c=HOT_OIL_C * of["gearbox_overheating"],
        bath_offset_c=HOT_BATH_C * of["cooling_loss"],
        throat_offset_c=HOT_THROAT_C * of["cooling_loss"],
    )


def _zone_level(board: FaultBoard, fault: str, levels: Floats) -> Floats:
    column = COLUMN[fault]
    hit: Flags = np.arange(ZONES) == board.zone[:, column, None]
    return hit * levels[:, column, None]


def _in_zone(board: FaultBoard, fault: str, level: Floats) -> Flags:
    hit: Flags = np.arange(ZONES) == board.zone[:, COLUMN[fault], None]
    return hit & (level > 0)[:, None]


def _wave(now_s: int) -> float:
    slow, fast = (np.sin(2 * np.pi * now_s / period) for period in SWING_PERIODS_S)
    return float(slow + 0.3 * fast)
