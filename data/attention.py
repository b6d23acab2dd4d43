"""How far an extruder is from normal: pure comparison of its latest readings with its limits.

Delays, deadbands and acknowledgement belong to alarms; this is what a card shows at a glance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.extruders import (
    JOB_IN_PRODUCTION,
    JOB_STATUS,
    PRODUCT,
    Catalogue,
    Extruder,
    Limits,
)
from data.quality import Quality
from data.windows import Qualities, Row, Values

#: Severity of a reading: inside its limits, past H or L, past HH or LL.
NORMAL, PAST_LIMIT, PAST_SECOND_LIMIT = 0, 1, 2


@dataclass(frozen=True)
class LimitArrays:
    """Limits of every slot as (S,) float arrays; ±inf where a limit is not set."""

    ll: npt.NDArray[np.float64]
    l: npt.NDArray[np.float64]  # noqa: E741  the standard's own letter
    h: npt.NDArray[np.float64]
    hh: npt.NDArray[np.float64]
    span: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Deviation:
    """The reading furthest past a limit: its slot and value, the limit's name and bound."""

    slot: int
    value: float
    limit: str
    bound: float
    severity: int


def limit_arrays(extruder: Extruder, limits: Mapping[str, Limits]) -> LimitArrays:
    """Limits by signal name as arrays over the extruder's slots."""
    in_slots = [limits.get(signal.name, Limits()) for signal in extruder.signals]

    def column(key: str, unset: float) -> npt.NDArray[np.float64]:
        found = [getattr(one, key) for one in in_slots]
        return np.array([unset if value is None else value for value in found], np.float64)

    span = np.array([max(s.high - s.low, 1e-9) for s in extruder.signals], np.float64)
    return LimitArrays(
        column("ll", -np.inf), column("l", -np.inf), column("h", np.inf), column("hh", np.inf), span
    )


def severities(values: Values, limits: LimitArrays) -> npt.NDArray[np.int8]:
    """Severity of each slot, (S,) int8; a slot without a number is NORMAL."""
    second = (values >= limits.hh) | (values <= limits.ll)
    first = (values >= limits.h) | (values <= limits.l)
    return np.where(second, PAST_SECOND_LIMIT, np.where(first, PAST_LIMIT, NORMAL)).astype(np.int8)


def worst(values: Values, limits: LimitArrays) -> Deviation | None:
    """The worst deviation: highest severity, then furthest past its limit in parts of the scale."""
    severity = severities(values, limits)
    if not severity.any():
        return None
    over = np.maximum(values - limits.h, limits.l - values) / limits.span
    slot = int(np.argmax(np.where(severity > 0, severity * 1e3 + np.nan_to_num(over), -1.0)))
    return _deviation(slot, float(values[slot]), int(severity[slot]), limits)


def _deviation(slot: int, value: float, severity: int, limits: LimitArrays) -> Deviation:
    high = value >= limits.h[slot]
    name = ("H" if high else "L") * severity
    bound = float(getattr(limits, name.lower())[slot])
    return Deviation(slot, value, name, bound, severity)


def bad_slots(quality: Qualities) -> list[int]:
    """Slots of bad quality; a signal that is out of service on purpose does not count."""
    bad = (quality == Quality.BAD_SENSOR_FAILURE) | (quality == Quality.BAD_NO_COMMUNICATION)
    return [int(slot) for slot in np.flatnonzero(bad)]


class CardMaker:
    """Makes the cards of one extruder; slots and limits are looked up once per catalogue."""

    def __init__(self, extruder: Extruder, catalogue: Catalogue) -> None:
        self._extruder = extruder
        self._job_slot = extruder.slot(JOB_STATUS)
        self._product_slot = extruder.slot(PRODUCT)
        self._gauges = extruder.gauges
        self._names = {product.code: product.name for product in catalogue.products}
        self._limits: dict[int, LimitArrays] = {}

    def card(self, latest: Row) -> dict[str, object]:
        """What a card of the Plant page shows, as plain JSON values.

        `gauges` and `quality` follow `Extruder.gauges`; a value without a number is None.
        `bad` counts readings of bad quality, `bad_first` is slot and quality of the first.
        Outside production limits are suppressed by design (ISA-18.2), so `worst` is None.
        """
        job = _state(self._job_slot, latest)
        product = _state(self._product_slot, latest) or 0
        suppressed = job is not None and job != JOB_IN_PRODUCTION
        bad = bad_slots(latest.quality)
        found = None if suppressed else worst(latest.values, self._limits_of(product))
        return {
            "id": self._extruder.id,
            "head": latest.ts,
            "job": job,
            "product": product,
            "product_name": self._names.get(product, ""),
            "gauges": [_number(latest.values[slot]) for slot in self._gauges],
            "quality": [int(latest.quality[slot]) for slot in self._gauges],
            "severity": found.severity if found else NORMAL,
            "worst": vars(found) if found else None,
            "bad": len(bad),
            "bad_first": [bad[0], int(latest.quality[bad[0]])] if bad else None,
            "suppressed": suppressed,
        }

    def _limits_of(self, product: int) -> LimitArrays:
        if product not in self._limits:
            in_force = self._extruder.limits_for(product)
            self._limits[product] = limit_arrays(self._extruder, in_force)
        return self._limits[product]


def _state(slot: int | None, latest: Row) -> int | None:
    if slot is None or np.isnan(latest.values[slot]):
        return None
    return int(latest.values[slot])


def _number(value: np.float32) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
