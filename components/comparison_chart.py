"""Readings of several malfunctions over each other, aligned at the onset, one lane per signal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import plotly.graph_objects as go

from components.charts import MUTED, SERIES, figure
from data.extruders import Signal
from data.history.golden import Band
from data.history.onset_lines import OnsetLine
from words import fixed, t

#: Heights in px: of a lane with its name, of what is above and below all lanes.
LANE_PX, NAME_PX, TOP_PX, BOTTOM_PX = 164, 32, 22, 44
LEFT_PX, RIGHT_PX = 52, 76
#: Others are told apart by dash and letter too, not by colour alone.
DASHES = ("dash", "dot", "dashdot", "longdash", "longdashdot", "5px 2px")
#: "Before" ends so many minutes before the onset, which may be back-dated too late.
GUARD_MINUTES = 5
#: Letters at the ends of lines stand at least so many px apart, if their ends are nearer to each
#: other than this share of the width.
APART_PX, APART_SHARE = 14, 0.06


@dataclass(frozen=True)
class Drawn:
    """One event: its letter, its name in full, its lines. `this` is the one compared with."""

    letter: str
    name: str
    lines: Sequence[OnsetLine]
    this: bool = False

    @property
    def number(self) -> int:
        """Which colour and dash it has."""
        return 0 if self.this else 1 + (ord(self.letter) - ord("A")) % len(DASHES)


def height_of(lanes: int) -> int:
    """Height of the chart in px for so many signals."""
    return TOP_PX + BOTTOM_PX + lanes * (LANE_PX + NAME_PX)


def comparison_chart(
    events: Sequence[Drawn],
    signals: Sequence[Signal],
    bands: Sequence[Band],
    until: float,
    change: bool,
) -> go.Figure:
    """Lines from 30 min before the onset to `until` minutes after it.

    With `change` every line is what its signal did against its own mean before the onset; then
    there is no band.
    """
    lanes = len(signals)
    shown = figure(
        height=height_of(lanes),
        margin={"l": LEFT_PX, "r": RIGHT_PX, "t": TOP_PX, "b": BOTTOM_PX},
        hovermode="x unified",
        dragmode="zoom",
        hoversubplots="axis",
    )
    _onset_axis(shown, lanes, until)
    for index, signal in enumerate(signals):
        axis = f"y{index + 1}" if index else "y"
        _lane(shown, index, signal, lanes, change)
        for event in sorted(events, key=lambda one: one.this):
            _line(shown, event, signal, axis, until, change)
        band = next((one for one in bands if one.signal == signal.name), None)
        if band is not None and not change:
            _band(shown, band, axis, signal)
        _letters(shown, events, signal, axis, (until, change))
    return shown


def _onset_axis(shown: go.Figure, lanes: int, until: float) -> None:
    shown.update_layout(
        xaxis={
            "range": [-30, until], "title": {"text": t("Minutes since the onset"), "standoff": 6},
            "showgrid": True, "zeroline": False, "anchor": f"y{lanes}" if lanes > 1 else "y",
            "nticks": 8, "tickangle": 0,
        }
    )  # fmt: skip
    shown.add_shape(
        type="line", x0=0, x1=0, yref="paper", y0=0, y1=1,
        line={"width": 1.5, "dash": "dot", "color": MUTED},
    )  # fmt: skip
    shown.add_annotation(
        x=0, yref="paper", y=1, yanchor="bottom", xanchor="left", showarrow=False, text=t("onset")
    )


def _lane(shown: go.Figure, index: int, signal: Signal, lanes: int, change: bool) -> None:
    inner = lanes * (LANE_PX + NAME_PX)
    top = 1 - (index * (LANE_PX + NAME_PX) + NAME_PX) / inner
    key = f"yaxis{index + 1}" if index else "yaxis"
    domain = [max(0.0, top - LANE_PX / inner), top]
    axis = {"domain": domain, "nticks": 5, "zeroline": False, "showgrid": True}
    shown.update_layout({key: axis})
    shown.add_annotation(
        xref="paper", x=0, xanchor="left", yref="paper", y=top, yanchor="bottom",
        showarrow=False, xshift=-LEFT_PX + 4, yshift=7, text=f"<b>{_title(signal, change)}</b>",
    )  # fmt: skip


def _title(signal: Signal, change: bool) -> str:
    unit = f" ({t(signal.unit)})" if signal.unit else ""
    return f"{t(signal.label)}{', ' + t('change') if change else ''}{unit}"


def _line(
    shown: go.Figure, event: Drawn, signal: Signal, axis: str, until: float, change: bool
) -> None:
    line = _line_of(event, signal.name, until, change)
    if line is None:
        return
    colour, dash = SERIES[event.number % len(SERIES)], DASHES[event.number - 1]
    style = {"width": 3, "color": colour} if event.this else {
        "width": 1.5, "color": colour, "dash": dash
    }  # fmt: skip
    shown.add_trace(
        go.Scatter(
            x=_minutes(line), y=line.values, yaxis=axis, name=event.name, mode="lines",
            line=style, opacity=1 if event.this else 0.8, connectgaps=False,
            hovertemplate=f"%{{y:{'+' if change else ''}.{signal.decimals}f}} {t(signal.unit)}",
        )
    )  # fmt: skip


def _line_of(event: Drawn, signal: str, until: float, change: bool) -> OnsetLine | None:
    """The event's line of a signal, cut at `until`, as change if that is asked for."""
    line = next((one for one in event.lines if one.signal == signal), None)
    if line is None:
        return None
    cut = replace(line, values=line.values[: max(0, int((until - line.first) / line.step))])
    if not change:
        return cut
    before = cut.values[: max(0, int((-GUARD_MINUTES - cut.first) / cut.step))]
    there = [value for value in before if value is not None]
    if not there:
        return None
    mean = sum(there) / len(there)
    return replace(cut, values=[None if v is None else v - mean for v in cut.values])


def _minutes(line: OnsetLine) -> list[float]:
    """Middles of the steps."""
    return [line.first + line.step * (n + 0.5) for n in range(len(line.values))]


def _band(shown: go.Figure, band: Band, axis: str, signal: Signal) -> None:
    """The golden run from its least to its greatest reading, its mean as a line; said in words."""
    place = {"xref": "paper", "x0": 0, "x1": 1, "yref": axis, "layer": "below"}
    shown.add_shape(
        type="rect", y0=band.low, y1=band.high, fillcolor=MUTED, opacity=0.2,
        line={"width": 0}, **place,
    )  # fmt: skip
    shown.add_shape(
        type="line", y0=band.mean, y1=band.mean, line={"width": 1, "color": MUTED}, **place
    )
    shown.add_annotation(
        xref="paper", x=0, xanchor="left", yref=axis, y=band.high, yanchor="top", xshift=4,
        showarrow=False, text=t("golden {value}", value=fixed(band.mean, signal.decimals)),
    )  # fmt: skip
    # A trace nobody sees keeps the band within the axis.
    shown.add_trace(
        go.Scatter(
            x=[0, 0], y=[band.low, band.high], yaxis=axis, mode="markers", opacity=0,
            hoverinfo="skip", showlegend=False,
        )
    )  # fmt: skip


def _letters(
    shown: go.Figure,
    events: Sequence[Drawn],
    signal: Signal,
    axis: str,
    drawn: tuple[float, bool],
) -> None:
    """Every line's letter at its end, moved apart where ends are near each other."""
    ends = []
    for event in events:
        line = _line_of(event, signal.name, *drawn)
        last = _last_of(line) if line else None
        if last is not None:
            ends.append((*last, event))
    span, wide = _span_of(shown, axis), (drawn[0] + 30) * APART_SHARE
    placed: list[tuple[float, float]] = []
    for x, y, event in sorted(ends, key=lambda end: end[1]):
        at = y / span * LANE_PX
        near = [height for other, height in placed if abs(other - x) < wide]
        height = max([at, *(other + APART_PX for other in near)])
        placed.append((x, height))
        shown.add_annotation(
            x=x, y=y, yref=axis, text=f"<b>{event.letter}</b>", showarrow=False, xanchor="left",
            xshift=3, yshift=height - at,
        )  # fmt: skip


def _last_of(line: OnsetLine) -> tuple[float, float] | None:
    """Minute and value of the last reading of a line."""
    there = [(x, y) for x, y in zip(_minutes(line), line.values, strict=True) if y is not None]
    return there[-1] if there else None


def _span_of(shown: go.Figure, axis: str) -> float:
    """How much of the signal's unit the lane shows."""
    of_lane = [trace for trace in shown.data if (trace.yaxis or "y") == axis]
    values = [y for trace in of_lane for y in trace.y if y is not None]
    return max(max(values) - min(values), 1e-9) if values else 1.0
