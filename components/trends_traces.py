"""Traces of one line in the Trends chart: its envelope, its mean, where readings were bad."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from components.trends_lanes import local_ms, state_words
from data.history.trend import Line
from words import t

#: Shown in strips of a lane's height.
_STRIP = 0.018
#: Strips of bad readings closer than so many points are one.
_JOIN = 3
BAD_COLOUR = "#8a63c0"


def band(line: Line, colour: str, axis: str, zone: ZoneInfo) -> list[go.Scatter]:
    """From lowest to highest of each point; nothing where points are readings themselves."""
    low, high = _numbers(line.low), _numbers(line.high)
    runs = _runs(np.isfinite(low))
    if not line.width or not runs or np.allclose(low, high, equal_nan=True):
        return []
    x = middles(line, zone)
    # A polygon for each run: Plotly's fill to another trace goes across gaps.
    xs = [part for a, b in runs for part in (x[a:b], x[a:b][::-1], [np.nan])]
    ys = [part for a, b in runs for part in (high[a:b], low[a:b][::-1], [np.nan])]
    return [
        go.Scatter(
            x=np.concatenate(xs), y=np.concatenate(ys), yaxis=axis, mode="lines", fill="toself",
            fillcolor=_faint(colour), line={"width": 0.6, "color": _faint(colour)},
            hoverinfo="skip", name=f"{line.source.extruder_name} {line.source.label}, envelope",
        )
    ]  # fmt: skip


def line_traces(line: Line, colour: str, axis: str, zone: ZoneInfo) -> list[go.Scatter]:
    """Its mean (a state: the highest code) as a line, points without neighbours as dots."""
    y = _numbers(line.high if line.source.states else line.mean)
    x = middles(line, zone)
    name = f"{line.source.extruder_name} {t(line.source.label)}"
    common: dict[str, Any] = {"yaxis": axis, "name": name}
    traces = [
        go.Scatter(
            x=x, y=y, mode="lines", connectgaps=False, **common, **_hover(line),
            line={"color": colour, "width": 1.5, "shape": "hv" if line.source.states else "linear"},
        )
    ]  # fmt: skip
    lone = [a for a, b in _runs(np.isfinite(y)) if b - a == 1]
    if lone:
        marker = {"color": colour, "size": 4}
        traces.append(
            go.Scatter(
                x=x[lone], y=y[lone], mode="markers", marker=marker, hoverinfo="skip", **common
            )
        )
    return traces


def past_traces(line: Line, colour: str, axis: str, shift: int, zone: ZoneInfo) -> list[go.Scatter]:
    """The same signal `shift` ms earlier, laid over: dashed and muted."""
    y = _numbers(line.high if line.source.states else line.mean)
    x = local_ms(np.asarray(line.times, np.int64) + line.width // 2 + shift, zone)  # type: ignore[arg-type]
    return [
        go.Scatter(
            x=x, y=y, yaxis=axis, mode="lines", connectgaps=False, opacity=0.75,
            name=f"{line.source.extruder_name} {t(line.source.label)}, {t('earlier')}",
            line={"color": colour, "width": 1.3, "dash": "4px,3px"},
            **_hover_value(line),
        )
    ]  # fmt: skip


def bad_strips(line: Line, axis: str, row: int, zone: ZoneInfo) -> list[dict[str, object]]:
    """Strips at the foot of a lane, one row per line, where readings were bad."""
    bad = np.asarray(line.bad) > 0
    width = line.width or 1000
    starts = np.asarray(line.times, np.int64)
    spans: list[list[int]] = []
    for a, b in _runs(bad):
        begin, end = int(starts[a]), int(starts[b - 1]) + width
        if spans and begin - spans[-1][1] <= _JOIN * width:
            spans[-1][1] = end
        else:
            spans.append([begin, end])
    return [_strip(local_ms(span, zone), axis, row) for span in spans]


def middles(line: Line, zone: ZoneInfo) -> NDArray[np.float64]:
    """Where points stand: a point of many readings in the middle of its time."""
    return local_ms(np.asarray(line.times, np.int64) + line.width // 2, zone)  # type: ignore[arg-type]


def _strip(span: NDArray[np.float64], axis: str, row: int) -> dict[str, object]:
    return {
        "type": "rect", "layer": "above", "line": {"width": 0}, "fillcolor": BAD_COLOUR,
        "xref": "x", "x0": span[0], "x1": span[1],
        "yref": f"{axis} domain", "y0": row * 1.4 * _STRIP, "y1": row * 1.4 * _STRIP + _STRIP,
    }  # fmt: skip


def _hover_value(line: Line) -> dict[str, Any]:
    """The value alone, a state in words."""
    source = line.source
    if not source.states:
        return {"hovertemplate": f"%{{y:.{source.decimals}f}} {t(source.unit)}"}
    names = [
        ""
        if v is None
        else state_words(source.states.get(round(v), t("code {code}", code=f"{v:.0f}")))
        for v in line.high
    ]
    return {"text": names, "hovertemplate": "%{text}"}


def _hover(line: Line) -> dict[str, Any]:
    source = line.source
    shown = _hover_value(line)
    if source.states or not line.width:
        return shown
    number = f".{source.decimals}f"
    text = shown["hovertemplate"]
    sides = [_numbers(line.low), _numbers(line.high)]
    text += f"  (%{{customdata[0]:{number}}} {t('to')} %{{customdata[1]:{number}}})"
    if any(line.bad):
        sides.append(np.asarray(line.bad, np.float32))
        text += "  %{customdata[2]:.0%} " + t("bad")
    return {"hovertemplate": text, "customdata": np.stack(sides, axis=1)}


def _numbers(values: Sequence[float | None]) -> NDArray[np.float32]:
    """With NaN for None; float32 is what was stored, and half as long on its way."""
    return np.array(values, np.float32)


def _runs(present: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Half-open index ranges in which all are True."""
    edges = np.flatnonzero(np.diff(present, prepend=False, append=False))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.28)"
