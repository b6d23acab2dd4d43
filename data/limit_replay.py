"""Limit replay over the store: what changed limits would have alarmed over the last days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from data.alarms.replay import replay
from data.errors import CommandError
from data.extruders import JOB_IN_PRODUCTION, JOB_STATUS, PRODUCT, Extruder, Limits
from data.quality import Quality
from data.telemetry import TelemetryStore
from data.windows import Row

HOUR_MS = 3_600_000


def replay_limits(
    store: TelemetryStore, raw: Mapping[str, Any], now: int, progress: Callable[[float], None]
) -> dict[str, Any]:
    """{"from", "to", "readings", "now", "then"}: alarms under the limits in force and the changed.

    `raw` has extruder, signal, product, days and limits (fields of `Limits`). Only readings of
    that product count (0: any). One extruder is read by the hour, so that nothing else waits
    for long. Raises CommandError for an unknown extruder or signal, StoreError.
    """
    extruder = store.catalogue().extruder(raw["extruder"])
    if extruder is None:
        raise CommandError("extruder", raw["extruder"], "an extruder of this plant")
    slot = extruder.slot(raw["signal"])
    if slot is None:
        raise CommandError("signal", raw["signal"], f"a signal of {extruder.name}")
    start = now - round(raw["days"] * 24 * HOUR_MS)
    series = _series(
        _rows(store, extruder.id, start, now, progress), extruder, slot, raw["product"]
    )
    in_force = extruder.limits_for(raw["product"]).get(raw["signal"], Limits())
    changed = Limits(**{**asdict(in_force), **raw["limits"]})
    signal = extruder.signals[slot]
    return {
        "from": start,
        "to": now,
        "readings": len(series[0]),
        "now": replay(*series, in_force, signal),
        "then": replay(*series, changed, signal),
    }


def _rows(
    store: TelemetryStore, extruder: int, start: int, end: int, progress: Callable[[float], None]
) -> Iterator[Row]:
    for first in range(start, end, HOUR_MS):
        yield from store.rows_between(extruder, first, min(first + HOUR_MS, end))
        progress((first - start) / (end - start))


def _series(
    rows: Iterator[Row], extruder: Extruder, slot: int, product: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Stamps, values, quality, and whether the extruder made this product in production."""
    job, made = extruder.slot(JOB_STATUS), extruder.slot(PRODUCT)
    kept = [(row.ts, *_reading(row, slot), _counts(row, job, made, product)) for row in rows]
    columns = list(zip(*kept, strict=True)) or [()] * 4
    kinds = (np.int64, np.float32, np.uint8, bool)
    ts, values, quality, production = (
        np.array(column, kind) for column, kind in zip(columns, kinds, strict=True)
    )
    return ts, values, quality, production


def _reading(row: Row, slot: int) -> tuple[float, int]:
    if slot >= len(row.values):
        return float("nan"), Quality.ABSENT
    return float(row.values[slot]), int(row.quality[slot])


def _counts(row: Row, job: int | None, made: int | None, product: int) -> bool:
    running = job is None or row.values[job] == JOB_IN_PRODUCTION
    right = product == 0 or made is None or row.values[made] == product
    return bool(running and right)
