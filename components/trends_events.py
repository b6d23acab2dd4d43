"""Events above the Trends chart: what people wrote, and malfunctions as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import numpy as np
import plotly.graph_objects as go

from components.charts import ABNORMAL, MUTED, format_duration
from components.trends_lanes import local_ms
from data.history.annotations import GOLDEN, Annotation
from data.history.trend import Line
from data.history.trend_malfunctions import Bar
from words import t

#: The row of annotations among the rows of extruders.
NOTES_ROW = 0
#: A bar that is shorter than this share of the span could not be seen.
_LEAST = 0.004


def event_rows(
    notes: Sequence[Annotation], bars: Sequence[Bar], lines: Sequence[Line]
) -> dict[int, str]:
    """Names of the rows by extruder (NOTES_ROW: annotations); only what has something."""
    broken = {bar.extruder for bar in bars}
    names = {line.source.extruder: line.source.extruder_name for line in lines}
    rows = {NOTES_ROW: t("Notes")} if notes else {}
    return {**rows, **{number: name for number, name in names.items() if number in broken}}


def event_traces(
    notes: Sequence[Annotation],
    bars: Sequence[Bar],
    rows: Mapping[int, str],
    span: tuple[int, int],
    zone: ZoneInfo,
    causes: Mapping[str, str],
) -> list[go.Scatter | go.Bar]:
    """Traces on the first y axis, whose rows are counted from 0."""
    place = {number: row for row, number in enumerate(rows)}
    # Without one trace on the first axes Plotly draws no x axis.
    traces: list[go.Scatter | go.Bar] = [go.Scatter(x=[], y=[], hoverinfo="skip")]
    if notes:
        traces.append(_notes(notes, place[NOTES_ROW], span, zone))
    if bars:
        traces.append(_bars(bars, place, span, zone, causes))
    return traces


def _notes(
    notes: Sequence[Annotation], row: int, span: tuple[int, int], zone: ZoneInfo
) -> go.Scatter:
    golden = [note.kind == GOLDEN for note in notes]
    return go.Scatter(
        x=local_ms([max(note.start, span[0]) for note in notes], zone),
        y=[row] * len(notes),
        mode="markers",
        marker={
            "symbol": ["star" if one else "triangle-down" for one in golden],
            "size": [13 if one else 11 for one in golden],
            "color": MUTED,
            "line": {"width": 1, "color": "#fff"},
        },
        text=[_told(note) for note in notes],
        hovertemplate="%{text}",
        name=t("Notes"),
        showlegend=False,
    )


def _told(note: Annotation) -> str:
    """Kind, text and writer on lines; Plotly reads tags, so there are none."""
    text = note.text.replace("<", "‹").replace(">", "›").replace("\n", " ")
    kind = t("Golden run") if note.kind == GOLDEN else t("Note")
    return f"{kind}: {text[:120]}{'…' if len(text) > 120 else ''} ({note.who})"


def _bars(
    bars: Sequence[Bar],
    place: Mapping[int, int],
    span: tuple[int, int],
    zone: ZoneInfo,
    causes: Mapping[str, str],
) -> go.Bar:
    starts = local_ms([bar.onset for bar in bars], zone)
    ends = local_ms([span[1] if bar.end is None else bar.end for bar in bars], zone)
    least = _LEAST * (span[1] - span[0])
    return go.Bar(
        orientation="h",
        base=starts,
        x=np.maximum(ends - starts, least),
        y=[place[bar.extruder] for bar in bars],
        width=0.55,
        marker={"color": ABNORMAL, "opacity": 0.75},
        customdata=[[bar.id] for bar in bars],
        text=[_said(bar, causes) for bar in bars],
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
        name=t("Malfunction"),
        showlegend=False,
    )


def _said(bar: Bar, causes: Mapping[str, str]) -> str:
    how_long = t("lasts") if bar.end is None else format_duration(bar.end - bar.onset)
    return f"{t('Malfunction')}: {t(causes.get(bar.cause, bar.cause))}, {how_long}"


def time_bands(notes: Sequence[Annotation], zone: ZoneInfo) -> list[dict[str, object]]:
    """What annotations cover, over the height of the chart."""
    return [_time_band(note, zone) for note in notes]


def _time_band(note: Annotation, zone: ZoneInfo) -> dict[str, object]:
    start, end = local_ms([note.start, note.end], zone)
    golden = note.kind == GOLDEN
    return {
        "type": "rect", "layer": "below", "xref": "x", "yref": "paper", "y0": 0, "y1": 1,
        "x0": start, "x1": end, "fillcolor": MUTED, "opacity": 0.22 if golden else 0.12,
        "line": {"width": 1, "color": MUTED, "dash": "solid" if golden else "dot"},
    }  # fmt: skip
