"""A Sparkplug edge node for tests: payloads, and a client that says and does what one does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.ingest.mqtt.sparkplug.schema import Payload

FLOAT, DOUBLE, INT16, BOOLEAN, STRING = 9, 10, 2, 11, 12
#: A time that is no alignment of anything, ms.
T0 = 1_790_000_000_000


def payload(seq: int | None, ts: int = T0, bd_seq: int | None = None) -> Any:
    made = Payload(timestamp=ts)
    if seq is not None:
        made.seq = seq % 256
    if bd_seq is not None:
        made.metrics.add(name="bdSeq", datatype=8, long_value=bd_seq)
    return made


def birth(
    seq: int, metrics: Mapping[str, tuple[int, float]], ts: int = T0, bd_seq: int | None = None
) -> Any:
    """Metrics are alias and value by name, all of them floats."""
    made = payload(seq, ts, bd_seq)
    for name, (alias, value) in metrics.items():
        made.metrics.add(name=name, alias=alias, timestamp=ts, datatype=FLOAT, float_value=value)
    return made


def data(seq: int, values: Mapping[int, float], ts: int) -> Any:
    """Values by alias."""
    made = payload(seq, ts)
    for alias, value in values.items():
        made.metrics.add(alias=alias, timestamp=ts, float_value=value)
    return made


def with_property(metric: Any, key: str, **value: Any) -> None:
    metric.properties.keys.append(key)
    metric.properties.values.add(**value)
