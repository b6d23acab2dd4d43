"""Which signal of an extruder plays which part: the channels that detectors follow.

A channel is a signal found by its OPC 40084-3 name, or a quotient of two. Every extruder has the
same channels in the same order; those that it lacks are NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.extruders import JOB_STATUS, PRODUCT, Extruder, Signal
from data.quality import Quality
from data.stateful import Flags, Floats, Ints
from data.windows import Qualities, Values


@dataclass(frozen=True)
class Part:
    """How a channel is found and which shift of it matters (D).

    `delta` is the smallest shift worth detecting in the signal's unit, `share` the same as part
    of the baseline; the greater of both and of three standard deviations is used. `settle_min`
    minutes of production pass after a start before the channel's baseline is learned.
    """

    name: str
    pattern: str
    delta: float
    share: float = 0.0
    settle_min: float = 5.0


#: Channels there are once. Shifts that matter are ours (D), well inside DOMAIN.md's H limits.
SINGLE = (
    Part("pressure", "MeltPressureZone_001.Pressure", 3.0, 0.03),
    Part("melt", "MeltTemperatureZone_001.Temperature", 1.5),
    Part("screen", "Screen_001.DifferentialPressure", 1.0, 0.10),
    Part("speed", "MainDrive.Speed", 0.1, 0.01),
    Part("load", "MainDrive.Load", 1.5, 0.03),
    Part("current", "MainDrive.ElectricalCurrent", 0.5, 0.04),
    Part("throughput", "Throughput", 1.0, 0.015),
    # A gearbox needs hours to be as warm as it was before a stop.
    Part("oil", "Gearbox.OilTemperature", 1.5, settle_min=90),
    Part("vacuum", "Sizing.Vacuum", 0.01, 0.04),
    Part("bath", "Bath.Temperature", 1.5),
    Part("throat", "FeedThroat.Temperature", 3.0),
)
#: kg/h per rpm: the number that maintenance goes by (DOMAIN.md).
SPECIFIC = Part("specific", "", 0.001, 0.015)
#: Channels of every temperature zone.
ZONE = (
    Part("zone", "TemperatureZone_{:03d}.Temperature", 1.5),
    Part("output", "TemperatureZone_{:03d}.ControllerOutput", 6.0),
    Part("heater", "TemperatureZone_{:03d}.ElectricalCurrent", 1.0),
)
MAX_ZONES = 20


class Channels:
    """The channels of these extruders, (E, C), and how readings become them.

    `names` (C) such as "pressure" or "zone 3"; `slot` (E, C) is the signal's slot, −1 where an
    extruder lacks it; `delta` and `share` (C) as in `Part`.
    """

    def __init__(self, extruders: Sequence[Extruder]) -> None:
        self.extruders = tuple(extruders)
        self.zones = max((_zones(e.signals) for e in extruders), default=0)
        parts = [*SINGLE, SPECIFIC]
        parts += [
            replace(p, name=f"{p.name} {z}", pattern=p.pattern.format(z))
            for p in ZONE
            for z in range(1, self.zones + 1)
        ]
        self.names = tuple(part.name for part in parts)
        self.index = {name: at for at, name in enumerate(self.names)}
        self.delta: Floats = np.array([p.delta for p in parts], np.float32)
        self.share: Floats = np.array([p.share for p in parts], np.float32)
        self.settle_min: Floats = np.array([p.settle_min for p in parts], np.float32)
        self.slot: Ints = np.array(
            [[_find(e.signals, p.pattern) for p in parts] for e in extruders], np.int32
        ).reshape(len(self.extruders), len(parts))
        self.job_slot, self.product_slot = (
            _state_slots(extruders, JOB_STATUS),
            _state_slots(extruders, PRODUCT),
        )
        self._rows = np.arange(len(self.extruders))[:, None]

    @property
    def shape(self) -> tuple[int, int]:
        """Extruders and channels."""
        return len(self.extruders), len(self.names)

    def group(self, name: str) -> slice:
        """Channels of every zone of one kind: zone, output or heater."""
        first = self.index[f"{name} 1"]
        return slice(first, first + self.zones)

    def read(self, values: Values, quality: Qualities) -> tuple[Floats, Flags]:
        """Channels (E, C) from readings (E, S): NaN where there is no usable number; and which
        of them the instrument itself reports as failed."""
        code = quality[self._rows, self.slot]
        lacking = self.slot < 0
        unusable = lacking | (code > Quality.UNCERTAIN_LAST_USABLE_VALUE)
        found = np.where(unusable, np.float32(np.nan), values[self._rows, self.slot])
        failed = ~lacking & (code == Quality.BAD_SENSOR_FAILURE)
        at = self.index
        speed = found[:, at["speed"]]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = found[:, at["throughput"]] / speed
        found[:, at["specific"]] = np.where(speed > 1e-3, ratio, np.nan)
        return found.astype(np.float32, copy=False), failed

    def signal(self, row: int, channel: int) -> Signal | None:
        """The signal behind a channel of one extruder, None for a quotient."""
        slot = int(self.slot[row, channel])
        return self.extruders[row].signals[slot] if slot >= 0 else None


def state_codes(values: Values, slots: Ints, absent: int) -> Ints:
    """Codes of a state signal, (E,) int32; `absent` where there is none."""
    codes = values[np.arange(len(slots)), slots]
    unknown = (slots < 0) | ~np.isfinite(codes)
    return np.where(unknown, absent, np.nan_to_num(codes)).astype(np.int32)


def _zones(signals: Sequence[Signal]) -> int:
    pattern = ZONE[0].pattern
    return max(
        (z for z in range(1, MAX_ZONES + 1) if _find(signals, pattern.format(z)) >= 0), default=1
    )


def _find(signals: Sequence[Signal], pattern: str) -> int:
    names = {pattern, f"{pattern}.ActualValue"} if pattern else set()
    return next((slot for slot, signal in enumerate(signals) if signal.name in names), -1)


def _state_slots(extruders: Sequence[Extruder], name: str) -> Ints:
    found = [extruder.slot(name) for extruder in extruders]
    return np.array([-1 if slot is None else slot for slot in found], np.int32)
