"""Where things stand in the Trends chart: a lane per unit, below a thin one of events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from components.charts import local
from data.history.trend import Line, Source
from words import t

#: Heights in px.
EVENT_ROW, GAP, TOP, BOTTOM = 20, 26, 8, 58
_ONE_LANE, _TWO_LANES, _MANY_LANES, _STATES = 400, 250, 180, 90
_HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Lane:
    """Lines of one unit, or one state signal; `bottom` and `top` are shares of the plot."""

    title: str
    subtitle: str
    sources: tuple[Source, ...]
    bottom: float
    top: float


@dataclass(frozen=True)
class Lanes:
    """All lanes from the top down, the share of the plot above which events stand, px in all."""

    lanes: tuple[Lane, ...]
    events_from: float
    height: int

    def number(self, source: Source) -> int:
        """Number of a source's lane, from 0."""
        return next(i for i, lane in enumerate(self.lanes) if source in lane.sources)


def lanes_of(lines: Sequence[Line], event_rows: int) -> Lanes:
    """Lanes in the order in which their units come first."""
    groups: dict[tuple[str, str], list[Source]] = {}
    for line in lines:
        groups.setdefault(_key(line.source), []).append(line.source)
    measured = sum(not unit_or_state[1] for unit_or_state in groups)
    size = {1: _ONE_LANE, 2: _TWO_LANES}.get(measured, _MANY_LANES)
    heights = [_STATES if state else size for _, state in groups]
    events = event_rows * EVENT_ROW
    plot = max(1, events + sum(heights) + len(heights) * GAP)
    at, lanes = float(events), []
    for sources, height in zip(groups.values(), heights, strict=True):
        top, bottom = at + GAP, at + GAP + height
        lanes.append(Lane(*_titles(sources), tuple(sources), 1 - bottom / plot, 1 - top / plot))
        at = bottom
    return Lanes(tuple(lanes), 1 - events / plot, round(plot) + TOP + BOTTOM)


def _key(source: Source) -> tuple[str, str]:
    return ("", source.signal) if source.states else (source.unit, "")


def _titles(sources: list[Source]) -> tuple[str, str]:
    labels = list(dict.fromkeys(t(source.label) for source in sources))
    unit = t("state") if sources[0].states else t(sources[0].unit) or t("no unit")
    return unit, ", ".join(labels[:3]) + (" …" if len(labels) > 3 else "")


def state_words(name: str) -> str:
    """JOB_IN_PRODUCTION → Job in production; other names as they are."""
    return t(name.replace("_", " ").capitalize() if name.isupper() else name)


def local_ms(times: Sequence[int], zone: ZoneInfo) -> NDArray[np.float64]:
    """The plant's wall clock in ms as if it were UTC: the chart knows no zones."""
    ms = np.asarray(times, np.int64)
    hours, where = np.unique(ms // _HOUR_MS, return_inverse=True)
    ahead = np.array([_ahead(int(hour), zone) for hour in hours], np.int64)
    return (ms + ahead[where]).astype(float) if len(ms) else ms.astype(float)


@lru_cache(maxsize=50_000)
def _ahead(hour: int, zone: ZoneInfo) -> int:
    """ms that the plant's clock is ahead of UTC in an hour since the epoch."""
    clock = local(hour * _HOUR_MS, zone).replace(tzinfo=ZoneInfo("UTC"))
    return round(clock.timestamp() * 1000) - hour * _HOUR_MS
