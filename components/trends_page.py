"""The Trends page: frame, and the words and tables beside its chart."""

from __future__ import annotations

import json

import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from components import ids_trends as ids
from components.charts import figure, graph
from data.extruders import Catalogue, Extruder
from words import t

#: Pixels beside the plot, left and right: the browser counts the columns between them.
MARGIN_LEFT, MARGIN_RIGHT = 64, 16

#: Name, label, unit, group and rank as a gauge of each signal of an extruder.
Choices = tuple[tuple[str, str, str, str, int], ...]


def trends_page(catalogue: Catalogue) -> Component:
    """The frame of the page; what it shows is told by the browser from the address."""
    return html.Div(
        [
            html.H1(t("Trends")),
            html.Div(id=ids.CONTROLS, className="trends-controls"),
            html.Div(
                id=ids.STATUS,
                className="trends-status",
                **{"aria-live": "polite", "data-mw-loading": t("Loading …")},
            ),
            html.Section(
                graph(
                    ids.GRAPH,
                    _no_picture_yet(),
                    className="trends-chart",
                    config={"scrollZoom": True, "doubleClick": False, "showTips": False},
                ),
                className="history-card trends-box",
                **{"aria-label": t("Chart")},
            ),
            html.Section(id=ids.LINES, className="history-card"),
            html.Div(
                [
                    html.Section(id=ids.NOTES, className="history-card"),
                    html.Section(id=ids.MALFUNCTIONS, className="history-card"),
                ],
                className="trends-lists",
            ),
            html.Button("CSV", id=ids.CSV, className="button", type="button", hidden=True),
            *(dcc.Store(id=one) for one in (ids.VIEW, ids.WRITTEN, ids.SINK)),
            dcc.Download(id=ids.DOWNLOAD),
        ],
        id=ids.ROOT,
        className="history trends",
        **{
            "data-mw-page": "trends",
            "data-mw-path": "/trends",
            "data-mw-catalogue": str(catalogue.version),
            "data-trends-choices": json.dumps(choices(catalogue), separators=(",", ":")),
            "data-trends-margin": str(MARGIN_LEFT + MARGIN_RIGHT),
        },
    )


def _no_picture_yet() -> go.Figure:
    """Without axes: numbers on them would be nobody's."""
    unseen = {"visible": False}
    return figure(height=420, dragmode="zoom", xaxis=unseen, yaxis=unseen)


def choices(catalogue: Catalogue) -> dict[str, object]:
    """What can be picked: sets of signals, each once, and which set an extruder has.

    Fifty extruders of 34 signals are 1,700 choices, but one set.
    """
    sets: dict[Choices, int] = {}
    keyed = [(one, sets.setdefault(_choices(one), len(sets))) for one in catalogue.extruders]
    return {
        "extruders": [[one.id, one.name, number] for one, number in keyed],
        "sets": [list(key) for key in sets],
        "products": [[product.code, product.name] for product in catalogue.products],
    }


def _choices(extruder: Extruder) -> Choices:
    return tuple((s.name, t(s.label), t(s.unit), t(s.group), s.gauge) for s in extruder.signals)
