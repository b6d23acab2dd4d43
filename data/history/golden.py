"""The golden run of a product: how its signals ran when all was well, as people marked it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.history import Reader
from data.history.annotations import GOLDEN
from data.history.dossier import signals_of
from data.history.downsample import Points
from data.history.named import named
from data.history.trend_levels import LEVELS
from data.history.trend_rows import points_of

#: A longer run is read from rollups of an hour: its least and greatest are the same.
LONGEST_MINUTES_MS = 12 * 3_600_000
#: Signals of one question at most.
MOST_SIGNALS = 4
_RAW, _MINUTE, _HOUR = LEVELS


@dataclass(frozen=True)
class GoldenRun:
    """A span (ms) that `who` marked as golden; `same_extruder` as the one that was asked for."""

    id: str
    who: str
    extruder: int
    extruder_name: str
    product: int
    start: int
    end: int
    text: str
    same_extruder: bool


@dataclass(frozen=True)
class Band:
    """A signal during the run, in its unit: least, mean and greatest of its usable readings."""

    signal: str
    low: float
    mean: float
    high: float


@dataclass(frozen=True)
class Golden:
    """The run, None where none is marked, and the bands of signals of which readings are kept.

    `product_name` is empty where the product is not known.
    """

    product: int
    product_name: str
    run: GoldenRun | None
    bands: list[Band]


def golden(reader: Reader, extruder: int, product: int, signals: tuple[str, ...]) -> Golden:
    """The golden run of a product (code) and its bands.

    The newest run of the same extruder, else the newest of any other.
    """
    name = reader.all("SELECT name FROM products WHERE code = ?", product)
    run = _run(reader, extruder, product) if product else None
    bands = [] if run is None else _bands(reader, run, signals[:MOST_SIGNALS])
    return Golden(product, str(name[0][0]) if name else "", run, bands)


def _run(reader: Reader, extruder: int, product: int) -> GoldenRun | None:
    sql = (
        f"SELECT a.id, {named('a.who')}, a.extruder,"
        " coalesce(e.name, 'Extruder ' || a.extruder), a.product,"
        ' a.start, a."end", a.text, a.extruder = ?'
        " FROM annotations a LEFT JOIN extruders e ON e.id = a.extruder"
        " WHERE a.kind = ? AND a.product = ? AND a.removed IS NULL AND a.extruder <> 0"
        ' AND a."end" > a.start ORDER BY a.extruder = ? DESC, a.start DESC LIMIT 1'
    )
    found = reader.all(sql, extruder, GOLDEN, product, extruder)
    return GoldenRun(*[*found[0][:-1], bool(found[0][-1])]) if found else None


def _bands(reader: Reader, run: GoldenRun, signals: Sequence[str]) -> list[Band]:
    known = [signal.name for signal in signals_of(reader, run.extruder)]
    slots = {name: known.index(name) for name in signals if name in known}
    found = _points(reader, run, list(slots.values())) if slots else []
    bands = [_band(name, points) for name, points in zip(slots, found, strict=False)]
    return [band for band in bands if band is not None]


def _points(reader: Reader, run: GoldenRun, slots: Sequence[int]) -> list[Points]:
    """Minutes of the run, or hours of a long one or where minutes are no longer kept."""
    long = run.end - run.start > LONGEST_MINUTES_MS
    for level in (_HOUR, _MINUTE) if long else (_MINUTE, _HOUR):
        # Only whole periods: a part of one may have seen what was not the run.
        start, end = -(-run.start // level.step) * level.step, run.end // level.step * level.step
        found = points_of(reader, level, run.extruder, slots, (start, end))
        if any(one.count.any() for one in found):
            return found
    return points_of(reader, _RAW, run.extruder, slots, (run.start, run.end))


def _band(name: str, points: Points) -> Band | None:
    """The band of one signal; each period's mean weighs as its readings."""
    there = points.count > 0
    if not there.any():
        return None
    mean = np.average(points.mean[there], weights=points.count[there])
    low, high = points.low[there].min(), points.high[there].max()
    return Band(name, *(float(f"{value:.6g}") for value in (low, mean, high)))
