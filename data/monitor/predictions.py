"""Signals on their way to a limit: which, and when, with the uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from data.detection.detectors import Detectors
from data.detection.trend import time_to_limit, trend_of
from data.extruders import Limits

#: Minutes that a trend is drawn through, and how many predictions an extruder shows.
SPAN, SHOWN = 30, 3
#: A channel that has moved by less than so many deltas is not on its way anywhere.
MOVED = 0.8


@dataclass(frozen=True)
class Prediction:
    """A limit that a signal reaches in `early_s` to `late_s` seconds if it goes on so."""

    slot: int
    limit: str
    bound: float
    early_s: int
    late_s: int


def predict(found: Detectors, row: int, limits: Mapping[str, Limits]) -> tuple[Prediction, ...]:
    """Predictions of one extruder, soonest first; none outside production."""
    if not found.producing[row]:
        return ()
    moved = np.flatnonzero(found.mean.known[row] & (np.abs(found.mean.shift[row]) > MOVED))
    made = [one for channel in moved.tolist() if (one := _of_channel(found, row, channel, limits))]
    return tuple(sorted(made, key=lambda one: one.early_s)[:SHOWN])


def _of_channel(
    found: Detectors, row: int, channel: int, limits: Mapping[str, Limits]
) -> Prediction | None:
    signal = found.channels.signal(row, channel)
    mine = limits.get(signal.name) if signal else None
    trend = trend_of(found.minutes.means[row, channel, -SPAN:]) if mine else None
    if mine is None or trend is None:
        return None
    slot = int(found.channels.slot[row, channel])
    names = ("h", "hh") if trend.slope > 0 else ("l", "ll")
    for name in names:
        bound = getattr(mine, name)
        when = time_to_limit(trend, bound) if bound is not None else None
        if when is not None and when.late_min > 0:
            early, late = round(when.early_min * 60), round(when.late_min * 60)
            return Prediction(slot, name.upper(), bound, early, late)
    return None
