"""Signals of any extruders over minutes to years, as few points as a chart has pixels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan

import numpy as np
from numpy.typing import NDArray

from data.extruders import Signal, signal_from_dict
from data.history import Reader
from data.history.downsample import (
    Points,
    bad_share,
    longest_step,
    merge,
    width_of,
    with_gaps,
)
from data.history.trend_levels import BUDGET, LEVELS, Kept, Level, kept_level, oldest, wanted
from data.history.trend_rows import points_of

#: More lines than this nobody can read in one picture.
MAX_LINES = 8


@dataclass(frozen=True)
class Span:
    """A time from `start` until before `end` (ms) on a chart `columns` pixels wide."""

    start: int
    end: int
    columns: int


@dataclass(frozen=True)
class Source:
    """What a line shows, as the store knows it: also a signal of a retired extruder."""

    extruder: int
    extruder_name: str
    signal: str
    label: str
    unit: str
    decimals: int
    states: dict[int, str]

    @property
    def key(self) -> tuple[int, str]:
        """Tells it from all others."""
        return self.extruder, self.signal


@dataclass(frozen=True)
class Line:
    """One signal of one extruder over a span.

    `level` is where it comes from (raw, minute, hour; empty: nothing is kept), `wanted` where it
    would come from if that were kept long enough; `kept` is the oldest row (ms) of the wanted
    level, `oldest` that of any. `rows` were read, with `readings` and `bad_readings` behind them.
    A point covers `width` ms from its time on; 0: each point is a reading. The lists have one
    length: `low`, `high`, `mean` in the unit, None where no reading counted; `bad` is the share
    of bad readings (0…1), `count` how many others are behind the point.
    """

    source: Source
    level: str = ""
    wanted: str = ""
    kept: int | None = None
    oldest: int | None = None
    rows: int = 0
    readings: int = 0
    bad_readings: int = 0
    width: int = 0
    times: list[int] = field(default_factory=list)
    low: list[float | None] = field(default_factory=list)
    high: list[float | None] = field(default_factory=list)
    mean: list[float | None] = field(default_factory=list)
    bad: list[float] = field(default_factory=list)
    count: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Trend:
    """Lines in the order they were asked for; `unknown` (extruder, signal) nobody ever had."""

    start: int
    end: int
    lines: list[Line]
    unknown: list[tuple[int, str]]


def trend(reader: Reader, wishes: tuple[tuple[int, str], ...], span: Span) -> Trend:
    """The first MAX_LINES `wishes` (extruder, signal name) over the span.

    Signals of one extruder share one read. Raises what `Reader.all` raises.
    """
    wishes = tuple(dict.fromkeys(wishes))
    sources = {extruder: _extruder(reader, extruder) for extruder, _ in wishes}
    found = [wish for wish in wishes if wish[1] in sources[wish[0]]][:MAX_LINES]
    unknown = [wish for wish in wishes if wish[1] not in sources[wish[0]]]
    extruders = list(dict.fromkeys(extruder for extruder, _ in found))
    level = _level(reader, extruders, span) if extruders else 0
    lines = {}
    for extruder in extruders:
        names = [name for one, name in found if one == extruder]
        known = [sources[extruder][name] for name in names]
        for name, line in zip(names, _lines(reader, extruder, known, level, span), strict=True):
            lines[extruder, name] = line
    return Trend(span.start, span.end, [lines[wish] for wish in found], unknown)


def _extruder(reader: Reader, extruder: int) -> dict[str, tuple[int, Source]]:
    """Slot and source by the names of an extruder's signals."""
    sql = (
        "SELECT e.name, s.slot, s.definition FROM signals s"
        " JOIN extruders e ON e.id = s.extruder WHERE s.extruder = ?"
    )
    found = {}
    for name, slot, definition in reader.all(sql, extruder):
        signal = signal_from_dict(json.loads(definition))
        found[signal.name] = slot, _source(extruder, name, signal)
    return found


def _source(extruder: int, name: str, signal: Signal) -> Source:
    return Source(
        extruder, name, signal.name, signal.label, signal.unit, signal.decimals,
        dict(signal.states),
    )  # fmt: skip


def _level(reader: Reader, extruders: Sequence[int], span: Span) -> int:
    """Index of the level to read; counts raw rows no further than the budget."""
    sql = (
        "SELECT count(*) FROM (SELECT 1 FROM readings"
        " WHERE extruder = ? AND ts >= ? AND ts < ? LIMIT ?) AS found"
    )
    readings = 0
    if (span.end - span.start) // span.columns < LEVELS[1].step:
        for extruder in extruders:
            readings += reader.all(sql, extruder, span.start, span.end, BUDGET)[0][0]
    return wanted(span.end - span.start, span.columns, len(extruders), readings)


def _lines(
    reader: Reader, extruder: int, known: list[tuple[int, Source]], index: int, span: Span
) -> list[Line]:
    kept = {level.name: _first(reader, level, extruder) for level in LEVELS}
    chosen = kept_level(index, span.start, kept)
    if chosen is None:
        return [Line(source) for _, source in known]
    level = LEVELS[chosen]
    width = width_of(span.end - span.start, span.columns, level.step or 1)
    # Whole columns, or those at the edges would change their shape while the chart is moved.
    whole = span.start // width * width, -(-span.end // width) * width
    found = points_of(reader, level, extruder, [slot for slot, _ in known], whole)
    told = _Told(level, LEVELS[index].name, kept)
    return [
        _drawn(source, points, told, _thinned(points, level, width, span.columns))
        for (_, source), points in zip(known, found, strict=True)
    ]


@dataclass(frozen=True)
class _Told:
    """What is said of the lines of one extruder."""

    level: Level
    wanted: str
    kept: Kept


def _first(reader: Reader, level: Level, extruder: int) -> int | None:
    ts = reader.all(f"SELECT min(ts) FROM {level.table} WHERE extruder = ?", extruder)[0][0]
    return None if ts is None else int(ts)


def _drawn(source: Source, points: Points, told: _Told, thinned: tuple[Points, int]) -> Line:
    shown, width = thinned
    return Line(
        source,
        level=told.level.name,
        wanted=told.wanted,
        kept=told.kept[told.wanted],
        oldest=oldest(told.kept),
        rows=len(points.times),
        readings=int(points.count.sum()),
        bad_readings=int(points.bad.sum()),
        width=width,
        times=shown.times.tolist(),
        low=_plain(shown.low),
        high=_plain(shown.high),
        mean=_plain(shown.mean),
        bad=np.round(bad_share(shown), 4).tolist(),
        count=shown.count.tolist(),
    )


def _thinned(points: Points, level: Level, width: int, columns: int) -> tuple[Points, int]:
    """Points as they are drawn, and their width: readings that all find room stay themselves."""
    if level.step:
        return with_gaps(merge(points, width), 1.5 * width), width
    gap = longest_step(points.times)
    if len(points.times) <= columns:
        return with_gaps(points, gap), 0
    return with_gaps(merge(points, width), max(1.5 * width, gap)), width


def _plain(values: NDArray[np.float64]) -> list[float | None]:
    return [None if isnan(value) else value for value in values.tolist()]
