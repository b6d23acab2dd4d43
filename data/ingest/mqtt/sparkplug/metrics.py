"""Values, qualities and properties of Sparkplug metrics. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from data.ingest.mqtt.json_times import EARLIEST_MS, LATEST_MS
from data.quality import Quality

#: Bits of the signed types, which travel as two's complement in unsigned fields.
_SIGNED = {1: 8, 2: 16, 3: 32, 4: 64}
#: Signed, unsigned, float, double, boolean.
NUMERIC = frozenset(range(1, 12))
#: The fields that hold a number.
_NUMBERS = frozenset({"int_value", "long_value", "float_value", "double_value", "boolean_value"})
#: OPC classic codes, of which Sparkplug names 0, 192 and 500.
_QUALITIES = {
    0: Quality.BAD_SENSOR_FAILURE,
    8: Quality.BAD_NO_COMMUNICATION,
    24: Quality.BAD_NO_COMMUNICATION,
    28: Quality.BAD_OUT_OF_SERVICE,
    500: Quality.UNCERTAIN_LAST_USABLE_VALUE,
}


class Born(NamedTuple):
    """What a birth tells of a metric. `low` and `high` are NaN if it tells none."""

    name: str
    datatype: int
    unit: str = ""
    low: float = math.nan
    high: float = math.nan

    @property
    def is_numeric(self) -> bool:
        """Whether its values can be readings."""
        return self.datatype in NUMERIC


def born(metric: Any) -> Born:
    """What a birth's metric tells."""
    told = _properties(metric)
    unit = told.get("engunit", told.get("unit", ""))
    low, high = (_number(told.get(key)) for key in ("englow", "enghigh"))
    return Born(metric.name, metric.datatype, unit if isinstance(unit, str) else "", low, high)


def value_of(metric: Any, datatype: int) -> float:
    """The value, NaN if it is null or no number."""
    field = metric.WhichOneof("value")
    if field is None or metric.is_null or field not in _NUMBERS:
        return math.nan
    value = getattr(metric, field)
    bits = _SIGNED.get(datatype)
    if bits and field in {"int_value", "long_value"}:
        value &= (1 << bits) - 1
        value -= (value >> (bits - 1)) << bits
    return float(value)


def quality_of(metric: Any) -> Quality:
    """What the property Quality says, else good; without a value it cannot be good."""
    quality = Quality.GOOD
    if metric.HasField("properties"):
        code = _properties(metric).get("quality")
        if isinstance(code, int) and not isinstance(code, bool):
            quality = _quality(code)
    if quality == Quality.GOOD and metric.is_null:
        return Quality.BAD_SENSOR_FAILURE
    return quality


def time_of(told: int, payload_time: int, at: int) -> tuple[int, bool]:
    """A metric's time, else its payload's, else that of arrival; whether the sender told it."""
    for one in (told, payload_time):
        if EARLIEST_MS <= one < LATEST_MS:
            return one, True
    return at, False


def _quality(code: int) -> Quality:
    if code in _QUALITIES:
        return _QUALITIES[code]
    if code & 0xC0 == 0xC0:
        return Quality.GOOD
    return Quality.UNCERTAIN_LAST_USABLE_VALUE if code & 0x40 else Quality.BAD_SENSOR_FAILURE


def _properties(metric: Any) -> Mapping[str, Any]:
    """By name in lower case; a key without a value is left out."""
    if not metric.HasField("properties"):
        return {}
    told = {}
    for key, value in zip(metric.properties.keys, metric.properties.values, strict=False):
        field = value.WhichOneof("value")
        if field is not None and not value.is_null:
            told[key.lower()] = getattr(value, field)
    return told


def _number(told: object) -> float:
    return float(told) if isinstance(told, int | float) else math.nan
