"""The picture of the Trends page: values in, Plotly figure out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from components.charts import MUTED, SERIES, dates, figure
from components.trends_events import event_rows, event_traces, time_bands
from components.trends_lanes import BOTTOM, TOP, Lanes, lanes_of, local_ms, state_words
from components.trends_page import MARGIN_LEFT, MARGIN_RIGHT
from components.trends_traces import bad_strips, band, line_traces, past_traces
from data.history.annotations import Annotation
from data.history.trend import Source, Trend
from data.history.trend_malfunctions import Bar
from words import t


@dataclass(frozen=True)
class LimitLine:
    """A limit of today's catalogue: its sign (HH, H, L, LL, SP) and value in the unit."""

    source: Source
    sign: str
    value: float


@dataclass(frozen=True)
class Picture:
    """All that is drawn. `past` was `shift` ms earlier and is laid over `trend`."""

    trend: Trend
    past: Trend | None = None
    shift: int = 0
    notes: Sequence[Annotation] = ()
    bars: Sequence[Bar] = ()
    limits: Sequence[LimitLine] = ()


def trends_figure(picture: Picture, zone: ZoneInfo, causes: dict[str, str]) -> go.Figure:
    """The chart of a picture; `causes` are words for the codes of malfunctions."""
    lines = picture.trend.lines
    rows = event_rows(picture.notes, picture.bars, lines)
    lanes = lanes_of(lines, len(rows))
    empty = _empty_lanes(picture, lanes)
    shown = figure(height=lanes.height, **_layout(picture, lanes, zone))
    shown.add_traces(_traces(picture, lanes, zone))
    shown.add_traces(event_traces(picture.notes, picture.bars, rows, _span(picture), zone, causes))
    shown.update_layout(
        yaxis=_events_axis(list(rows.values()), lanes),
        shapes=[*time_bands(picture.notes, zone), *_strips(picture, lanes, zone)],
        **{f"yaxis{n + 2}": _axis(lanes, n, n not in empty) for n in range(len(lanes.lanes))},
    )
    return shown


def axis_of(lanes: Lanes, source: Source) -> str:
    """Plotly's name of the y axis on which a source is drawn; the first is that of events."""
    return f"y{lanes.number(source) + 2}"


def _span(picture: Picture) -> tuple[int, int]:
    return picture.trend.start, picture.trend.end


def _traces(picture: Picture, lanes: Lanes, zone: ZoneInfo) -> list[go.Scatter]:
    lines = picture.trend.lines
    drawn = [
        (line, SERIES[n % len(SERIES)], axis_of(lanes, line.source)) for n, line in enumerate(lines)
    ]
    past = {line.source.key: line for line in picture.past.lines} if picture.past else {}
    return [
        *(trace for line, colour, axis in drawn for trace in band(line, colour, axis, zone)),
        *_limits(picture, lanes, zone),
        *(
            trace
            for line, colour, axis in drawn
            if line.source.key in past
            for trace in past_traces(past[line.source.key], colour, axis, picture.shift, zone)
        ),
        *(trace for line, colour, axis in drawn for trace in line_traces(line, colour, axis, zone)),
    ]


def _limits(picture: Picture, lanes: Lanes, zone: ZoneInfo) -> list[go.Scatter]:
    """Two points each, so that the axis makes room for them as for readings."""
    x = local_ms(_span(picture), zone)
    return [_limit(one, lanes, x) for one in picture.limits]


def _limit(one: LimitLine, lanes: Lanes, x: NDArray[np.float64]) -> go.Scatter:
    # Neighbours, and every other source, have their words at the other side: fewer of them meet.
    index = lanes.lanes[lanes.number(one.source)].sources.index(one.source)
    left = (index + (one.sign in {"H", "L"})) % 2
    text = _sign(one, lanes)
    return go.Scatter(
        x=x, y=[one.value, one.value], yaxis=axis_of(lanes, one.source), mode="lines+text",
        text=[text, ""] if left else ["", text],
        textposition="top right" if left else "top left",
        textfont={"size": 10, "color": MUTED},
        line={"color": MUTED, "width": 1, "dash": "6px,4px"}, hoverinfo="skip",
        name=f"{one.source.extruder_name} {one.sign}",
    )  # fmt: skip


def _sign(one: LimitLine, lanes: Lanes) -> str:
    """Says whose limit it is where several lines share the lane."""
    lane = lanes.lanes[lanes.number(one.source)]
    several = len({source.extruder for source in lane.sources}) > 1
    said = f"{one.sign} {one.value:.{one.source.decimals}f}"
    if len(lane.sources) == 1:
        return said
    return f"{said} {one.source.extruder_name if several else one.source.label}"


def _strips(picture: Picture, lanes: Lanes, zone: ZoneInfo) -> list[dict[str, object]]:
    return [
        strip
        for line in picture.trend.lines
        for strip in bad_strips(
            line,
            axis_of(lanes, line.source),
            lanes.lanes[lanes.number(line.source)].sources.index(line.source),
            zone,
        )
    ]


def _layout(picture: Picture, lanes: Lanes, zone: ZoneInfo) -> dict[str, object]:
    start, end = local_ms(_span(picture), zone)
    clock = t("Plant time, {zone}", zone=zone.key)
    return {
        "margin": {"l": MARGIN_LEFT, "r": MARGIN_RIGHT, "t": TOP, "b": BOTTOM},
        "dragmode": "zoom",
        "hovermode": "x unified",
        "hoversubplots": "axis",
        "hoverlabel": {"font": {"size": 12}, "namelength": -1},
        "xaxis": {
            "type": "date", **dates(), "range": [start, end], "side": "bottom", "anchor": "free",
            "position": 0, "showgrid": True, "showspikes": True, "spikemode": "across",
            "spikethickness": 1, "spikedash": "solid", "hoverformat": "%Y-%m-%d %H:%M:%S",
            "title": {"text": clock, "font": {"size": 11}, "standoff": 20},
        },
        "annotations": [
            *(_title(lanes, n) for n in range(len(lanes.lanes))),
            *(_empty(lanes, n) for n in _empty_lanes(picture, lanes)),
        ],
    }  # fmt: skip


def _title(lanes: Lanes, number: int) -> dict[str, object]:
    lane = lanes.lanes[number]
    return {
        "text": f"<b>{lane.title}</b>  {lane.subtitle}", "showarrow": False,
        "xref": "paper", "x": 0, "xanchor": "left",
        "yref": "paper", "y": lane.top, "yanchor": "bottom", "font": {"size": 12},
    }  # fmt: skip


def _empty_lanes(picture: Picture, lanes: Lanes) -> set[int]:
    """Numbers of lanes without any reading."""
    trends = [one for one in (picture.trend, picture.past) if one]
    filled = {lanes.number(line.source) for one in trends for line in one.lines if line.readings}
    return set(range(len(lanes.lanes))) - filled


def _empty(lanes: Lanes, number: int) -> dict[str, object]:
    lane = lanes.lanes[number]
    return {
        "text": t("No reading in this time"), "showarrow": False, "xref": "paper", "x": 0.5,
        "yref": "paper", "y": (lane.bottom + lane.top) / 2, "font": {"size": 13},
    }  # fmt: skip


def _axis(lanes: Lanes, number: int, filled: bool) -> dict[str, object]:
    lane = lanes.lanes[number]
    states = lane.sources[0].states
    words = [state_words(name).replace(" ", "<br>", 1) for name in states.values()]
    ticks = {"tickvals": list(states), "ticktext": words, "tickfont": {"size": 9},
             "range": [min(states, default=0) - 0.3, max(states, default=1) + 0.3]}  # fmt: skip
    return {
        "domain": [max(0.0, lane.bottom), lane.top], "anchor": "x", "fixedrange": True,
        "showgrid": True, "zeroline": False, "nticks": 6, "showticklabels": filled,
        **(ticks if states else {}),
    }  # fmt: skip


def _events_axis(names: list[str], lanes: Lanes) -> dict[str, object]:
    return {
        "domain": [lanes.events_from if names else 0.9999, 1], "anchor": "x", "fixedrange": True,
        "range": [len(names) - 0.5, -0.5], "tickvals": list(range(len(names))),
        "ticktext": [_short(name) for name in names], "showgrid": False, "zeroline": False,
        "visible": bool(names), "tickfont": {"size": 10},
    }  # fmt: skip


def _short(name: str) -> str:
    return name if len(name) <= 11 else f"{name[:10]}…"
