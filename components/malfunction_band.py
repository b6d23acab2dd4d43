"""The timeline band: when which extruder was out of order. Dragging over it chooses a time span."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import plotly.graph_objects as go

from components.charts import ABNORMAL, MUTED, dates, figure, format_duration, local
from components.malfunction_words import cause_label, several
from data.history.band import Band, Span
from data.history.selection import Scope
from words import number, t

_AXIS_PX, _FOOT_PX = 30, 8


def band_figure(
    band: Band, names: Mapping[int, str], scope: Scope, zone: ZoneInfo
) -> dict[str, Any]:
    """One line per extruder of `names`, time to the right; what lasts runs on to now.

    A figure as plain values: Plotly's own objects would look at each of thousands of texts.
    """
    row = {extruder: index for index, extruder in enumerate(names)}
    spans = [span for span in band.spans if span.extruder in row]
    shown: dict[str, Any] = _frame(names, spans, scope, zone).to_plotly_json()
    for lasting, colour in ((False, MUTED), (True, ABNORMAL)):
        some = [span for span in spans if (span.ended is None) is lasting]
        if some:
            shown["data"] += _traces(some, row, scope.now, zone, (colour, _line_px(len(names))))
    return shown


def _frame(
    names: Mapping[int, str], spans: Sequence[Span], scope: Scope, zone: ZoneInfo
) -> go.Figure:
    start = scope.start or min((span.onset for span in spans), default=scope.end - 1)
    size = min(12, _line_px(len(names)) - 2)
    return figure(
        band_px(len(names)),
        margin={"l": 120, "r": 12, "t": _AXIS_PX, "b": _FOOT_PX},
        dragmode="select",
        selectdirection="h",
        selections=[_selection(scope.brush, len(names), zone)] if scope.brush else [],
        xaxis={"side": "top", "range": [local(start, zone), local(scope.end, zone)],
               "type": "date", "fixedrange": True, "showgrid": True, **dates()},
        yaxis={"tickvals": list(range(len(names))), "tickfont": {"size": size},
               "ticktext": [_short(name) for name in names.values()],
               "range": [len(names) - 0.5, -0.5], "fixedrange": True, "showgrid": False,
               "zeroline": False},
    )  # fmt: skip


def _traces(
    spans: Sequence[Span],
    row: Mapping[int, int],
    now: int,
    zone: ZoneInfo,
    style: tuple[str, int],
) -> list[dict[str, Any]]:
    colour, line_px = style
    onsets = local_texts([span.onset for span in spans], zone)
    ends = local_texts([now if span.ended is None else span.ended for span in spans], zone)
    rows = [row[span.extruder] for span in spans]
    lines = {
        "type": "scatter",
        "x": [at for pair in zip(onsets, ends, strict=True) for at in (*pair, None)],
        "y": [at for one in rows for at in (one, one, None)],
        "mode": "lines",
        "line": {"color": colour, "width": max(4, line_px - 8)},
        "hoverinfo": "skip",
    }
    # A span of minutes in months is no pixel wide: a stroke at its onset can always be seen.
    strokes = _markers(onsets, rows, {"symbol": "line-ns-open", "color": colour,
                                      "size": max(5, line_px - 6),
                                      "line": {"width": 2, "color": colour}})  # fmt: skip
    strokes |= {
        "customdata": [_told(span, now) for span in spans],
        "hovertemplate": "%{customdata}<br>%{x|%Y-%m-%d %H:%M}<extra></extra>",
    }
    if spans[0].ended is not None:
        return [lines, strokes]
    # What lasts is told by a sign too, not by its colour alone.
    arrows = _markers(ends, rows, {"symbol": "triangle-right", "size": 11, "color": colour})
    return [lines, strokes, arrows | {"hoverinfo": "skip", "cliponaxis": False}]


def _markers(x: list[str], y: list[int], marker: dict[str, Any]) -> dict[str, Any]:
    # The box of the brush chooses a time, not these: they stay as they are.
    return {"type": "scatter", "x": x, "y": y, "mode": "markers", "marker": marker,
            "unselected": {"marker": {"opacity": 1}}}  # fmt: skip


def _told(span: Span, now: int) -> str:
    lasted = format_duration((now if span.ended is None else span.ended) - span.onset)
    if span.ended is None:
        lasted = t("{duration} so far", duration=lasted)
    return f"{cause_label(span.cause)}, {lasted}"


def _selection(brush: tuple[int, int], lines: int, zone: ZoneInfo) -> dict[str, object]:
    return {"type": "rect", "xref": "x", "yref": "y", "y0": -0.5, "y1": lines - 0.5,
            "x0": local(brush[0], zone), "x1": local(brush[1], zone)}  # fmt: skip


def band_px(lines: int) -> int:
    """Height of a band of so many extruders."""
    return _AXIS_PX + _FOOT_PX + _line_px(lines) * max(lines, 1)


def _line_px(lines: int) -> int:
    return 24 if lines <= 8 else 18 if lines <= 20 else 13


def _short(name: str) -> str:
    return name if len(name) <= 18 else f"{name[:17]}…"


def local_texts(times: Sequence[int], zone: ZoneInfo) -> list[str]:
    """Plant-local times for an axis, of many ms at once.

    Clocks change on quarters of an hour only, so one offset holds for each.
    """
    ms = np.asarray(times, np.int64)
    quarters, of = np.unique(ms // 900_000, return_inverse=True)
    moved = np.array([_offset_ms(int(one) * 900, zone) for one in quarters], np.int64)
    shifted = (ms + moved[of]) if len(ms) else ms
    return [str(one) for one in np.datetime_as_string(shifted.astype("datetime64[ms]"), unit="s")]


def _offset_ms(seconds: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(seconds, UTC).astimezone(zone).utcoffset()
    return round(offset.total_seconds() * 1000) if offset else 0


def span_of(selected: Mapping[str, object] | None, zone: ZoneInfo) -> tuple[int, int] | None:
    """The span (ms) that somebody dragged over, None for none."""
    x = _edges(selected or {})
    if len(x) != 2:
        return None
    start, end = sorted(
        round(datetime.fromisoformat(one).replace(tzinfo=zone).timestamp() * 1000) for one in x
    )
    return (start, end) if end > start else None


def _edges(selected: Mapping[str, object]) -> list[str]:
    ranges = selected.get("range")
    if isinstance(ranges, dict) and "x" in ranges:
        return [str(one) for one in ranges["x"]]
    drawn = selected.get("selections")
    if isinstance(drawn, list) and drawn and "x0" in drawn[-1]:
        return [str(drawn[-1]["x0"]), str(drawn[-1]["x1"])]
    return []


def band_note(band: Band, zone: ZoneInfo) -> str:
    """What the band shows, and what it leaves out."""
    if not band.total:
        return ""
    if len(band.spans) < band.total:
        newest = t(
            "Showing the newest {n} of {all}", n=number(len(band.spans)), all=several(band.total)
        )
        return f"{newest} · {zone.key}"
    lasting = any(span.ended is None for span in band.spans)
    lasts = [t("▶ lasts still")] if lasting else []
    drag = t("drag over it to choose a time span")
    return " · ".join([several(band.total), *lasts, drag, zone.key])
