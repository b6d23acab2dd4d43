"""Pareto charts: what costs most, bar by bar, and how much of all the largest make together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import plotly.graph_objects as go

from components.charts import MUTED, SERIES, figure
from components.malfunction_words import amount, measure_label, several
from data.history.pareto import Bar, Measure
from words import plural, t

#: Bars of one chart; the last stands for all further ones.
MOST_BARS = 14
_BAR_PX, _MARGIN_PX = 21, 66
#: Fewer bars are not drawn thicker.
_FEWEST_BARS = 8
_SHARES = (0, 50, 100)
HEIGHT_PX = MOST_BARS * _BAR_PX + _MARGIN_PX


def pareto_figure(
    bars: Sequence[Bar],
    label: Callable[[str], str],
    chosen: Collection[str],
    measure: Measure,
    currency: str,
    nothing: str = "",
) -> go.Figure:
    """Bars from the top, and the line of their cumulative share on the scale above.

    Without bars, the words `nothing`. `label` names a key; bars of the keys `chosen` stand out.
    A click on a bar tells its key as `customdata`, empty for all others together.
    """
    if not bars:
        return chart_without(nothing, HEIGHT_PX)
    names = [_name(one, label) for one in bars]
    places = list(range(len(bars)))
    shown = figure(
        HEIGHT_PX,
        margin={"l": 150, "r": 26, "t": 30, "b": 36},
        xaxis={"title": {"text": measure_label(measure, currency), "font": {"size": 12}},
               "fixedrange": True, "rangemode": "tozero", "nticks": 5, "showgrid": True,
               "dtick": whole_step(measure, [one.value for one in bars])},
        xaxis2={"overlaying": "x", "side": "top", "range": [0, 104], "tickangle": 0,
                "fixedrange": True, "showgrid": False, "tickvals": _SHARES,
                "ticktext": [f"{share} %" for share in _SHARES]},
        yaxis={"tickvals": places, "ticktext": [_short(name) for name in names],
               "range": [max(len(bars), _FEWEST_BARS) - 0.5, -0.5], "fixedrange": True,
               "showgrid": False, "zeroline": False},
        hovermode="closest",
    )  # fmt: skip
    for place, one in enumerate(bars):
        if one.others:
            shown.add_annotation(
                x=0, y=place, xanchor="left", showarrow=False,
                text=t("{amount} together", amount=amount(one.value, measure, currency)),
            )  # fmt: skip
    texts = [_told(one, name, measure, currency) for one, name in zip(bars, names, strict=True)]
    shown.add_traces([_bars(bars, texts, chosen), _line(bars, texts)])
    return shown


def _name(bar: Bar, label: Callable[[str], str]) -> str:
    return plural("{n} other", "{n} others", bar.others) if bar.others else label(bar.key)


def chart_without(text: str, height: int) -> go.Figure:
    """A chart of nothing says so, instead of axes that measure nothing."""
    hidden = {"visible": False, "fixedrange": True}
    note = {"text": text, "showarrow": False, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.6}
    return figure(height, xaxis=hidden, yaxis=hidden, annotations=[note])


def whole_step(measure: Measure, values: Sequence[float | None]) -> int | None:
    """The step of an axis that counts few things: there is no half malfunction."""
    most = max((value or 0 for value in values), default=0)
    return 1 if measure == "count" and most < 5 else None


def _bars(bars: Sequence[Bar], texts: list[str], chosen: Collection[str]) -> go.Bar:
    return go.Bar(
        # All others together would dwarf the bars that they are no part of: a text tells them.
        x=[None if one.others else one.value for one in bars],
        y=list(range(len(bars))),
        orientation="h",
        customdata=[one.key for one in bars],
        marker={"color": [SERIES[0] if one.key in chosen else MUTED for one in bars]},
        text=texts,
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip


def _line(bars: Sequence[Bar], texts: list[str]) -> go.Scatter:
    return go.Scatter(
        x=[100 * one.cumulative for one in bars],
        y=list(range(len(bars))),
        xaxis="x2",
        mode="lines+markers",
        customdata=[one.key for one in bars],
        line={"color": SERIES[1], "width": 1.5},
        marker={"size": 5},
        text=texts,
        hovertemplate="%{text}<extra></extra>",
    )


def _told(bar: Bar, name: str, measure: Measure, currency: str) -> str:
    value = several(round(bar.value)) if measure == "count" else amount(
        bar.value, measure, currency
    )  # fmt: skip
    return (
        f"<b>{name}</b><br>"
        + t("{amount}, {share} % of all", amount=value, share=f"{100 * bar.share:.0f}")
        + "<br>"
        + t("down to here {share} %", share=f"{100 * bar.cumulative:.0f}")
    )


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"
