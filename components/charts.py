"""Charts of the history pages, all in one style; colours of grounds and text come from charts.css.

Plotly cannot read CSS variables, so figures are transparent and the style sheet paints axes and
texts: a figure follows the theme, and the printer, without being built again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
from babel.numbers import get_currency_symbol
from dash import dcc

from words import ENGLISH, locale, number, separators

#: Muted, told apart by people who do not see red and green apart, readable on both grounds.
SERIES = (
    "#4a86bd", "#c47a45", "#459b86", "#9a6cad", "#98852f", "#c0638a", "#5b9cc2", "#858c94",
)  # fmt: skip
#: Something abnormal, and what stands for the past or for others.
ABNORMAL, MUTED = "#c8434f", "#8b949d"
#: Stands for a number that nobody knows.
UNKNOWN = "–"

_CONFIG = {"displaylogo": False, "displayModeBar": False, "responsive": True, "scrollZoom": False}
_HOUR_MS, _MINUTE_MS, _SECOND_MS = 3_600_000, 60_000, 1000


def figure(height: int | None = None, **layout: Any) -> go.Figure:
    """An empty figure of the common style; `height` in px, `layout` as of Plotly."""
    common: dict[str, Any] = {
        "template": "none",
        "height": height,
        "margin": {"l": 56, "r": 12, "t": 12, "b": 36},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, Segoe UI, Roboto, DejaVu Sans, sans-serif", "size": 12},
        "colorway": SERIES,
        "showlegend": False,
        "hoverlabel": {"font": {"size": 12}, "namelength": -1},
        "dragmode": False,
        "bargap": 0.3,
        "separators": separators(),
    }
    return go.Figure(layout={**common, **layout})


def graph(id_: str, shown: go.Figure | None = None, **options: Any) -> dcc.Graph:
    """A graph without a mode bar that fills its host."""
    config = {**_CONFIG, **options.pop("config", {})}
    return dcc.Graph(
        id=id_, figure=figure() if shown is None else shown, config=config,
        className=f"chart {options.pop('className', '')}".strip(), **options,
    )  # fmt: skip


def local(ms: int, zone: ZoneInfo) -> datetime:
    """Plant-local time without a zone: what Plotly draws as it is."""
    return datetime.fromtimestamp(ms / 1000, zone).replace(tzinfo=None)


def dates() -> dict[str, Any]:
    """Days and times of an axis in figures, whatever language: Plotly would name English months."""
    year, day, clock = "%Y-%m", "%m-%d", "%H:%M"
    stops = (
        (None, 60_000, f"%H:%M:%S\n{day}"),
        (60_000, 86_400_000, f"{clock}\n%Y-{day}"),
        (86_400_000, "M1", f"{day}\n%Y"),
        ("M1", None, year),
    )
    return {
        "tickformatstops": [{"dtickrange": [low, high], "value": form} for low, high, form in stops]
    }


def format_time(ms: int, zone: ZoneInfo, seconds: bool = False) -> str:
    """Plant time, e.g. "2026-11-24 03:12"; the zone is said once per page."""
    return local(ms, zone).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def format_duration(ms: float) -> str:
    """Time that something took: "45 s", "22 min", "3 h 05 min", "2 d 4 h"."""
    seconds = round(ms / _SECOND_MS)
    minutes = round(ms / _MINUTE_MS)
    if seconds < 60:
        return f"{seconds} s"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    hours = round(ms / _HOUR_MS)
    return f"{hours // 24} d {hours % 24} h"


def format_money(value: float | None, currency: str) -> str:
    """Money without cents as live screens write it, e.g. "€1,250" or "CHF 1,250".

    UNKNOWN where no price is known; a column that names its currency passes "".
    """
    if value is None:
        return UNKNOWN
    symbol = get_currency_symbol(currency, locale()) if currency else ""
    if locale() != ENGLISH and symbol:
        return f"{number(value)}\N{NO-BREAK SPACE}{symbol}"
    space = "\N{NO-BREAK SPACE}" if symbol[-1:].isalpha() else ""
    return f"{symbol}{space}{number(value)}"
