"""DAQ gauges that stay grey until their signal is past a limit (ISA-101)."""

from __future__ import annotations

import math

import dash_daq as daq
from dash import html
from dash.development.base_component import Component

from components import ids
from data.extruders import Signal
from words import t

#: The grey of a normal gauge, readable on light and dark ground.
NORMAL_COLOUR = "#76818b"
SIZE_PX = 150


def gauge_tile(signal: Signal, slot: int) -> Component:
    """A gauge with its value in figures, unit, limits and quality; filled by the browser."""
    return html.Div(
        [
            html.H3(t(signal.label)),
            html.Div(_gauge(signal, slot), className="gauge__dial"),
            html.Div(
                [
                    html.Span("–", className="gauge__number", **{"data-mw-part": "number"}),
                    html.Span(t(signal.unit), className="unit"),
                ],
                className="gauge__value",
            ),
            html.Div("", className="gauge__note", **{"data-mw-part": "note"}),
        ],
        className="gauge gauge--loading",
        **{"data-mw-gauge": str(slot)},
    )


def _gauge(signal: Signal, slot: int) -> Component:
    return daq.Gauge(
        id=ids.gauge(slot),
        min=signal.low,
        max=signal.high,
        value=signal.low,
        size=SIZE_PX,
        color=NORMAL_COLOUR,
        showCurrentValue=False,
        scale=scale(signal.low, signal.high),
    )


def scale(low: float, high: float) -> dict[str, float]:
    """About five labelled ticks on round numbers, with one between each two."""
    raw = (high - low) / 5
    power = 10 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw)
    return {"start": low, "interval": step / 2, "labelInterval": 2}
