"""Level 2: one extruder, its gauges, zone profile and the last 15 minutes of every signal."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from components import ids
from components.gauges import gauge_tile
from data.extruders import Catalogue, Extruder


def extruder_page(extruder: Extruder, catalogue: Catalogue) -> Component:
    """The page of one extruder; the browser fills it with live values."""
    return html.Div(
        [
            _title(extruder, catalogue),
            html.Section(
                id=ids.EXTRUDER_ALARMS,
                className="extruder-alarms",
                **{"aria-label": "Malfunction, alarms and predictions"},
            ),
            html.Section(
                [gauge_tile(extruder.signals[slot], slot) for slot in extruder.gauges],
                className="gauges",
                **{"aria-label": "Gauges"},
            ),
            html.Section(
                id=ids.ZONE_PROFILE, className="zones", **{"aria-label": "Barrel zone profile"}
            ),
            html.Section(
                id=ids.TRENDS, className="trends-host", **{"aria-label": "Last 15 minutes"}
            ),
        ],
        id=ids.EXTRUDER_ROOT,
        className="extruder",
        **{
            "data-mw-page": "extruder",
            "data-mw-path": f"/extruder/{extruder.id}",
            "data-mw-extruder": str(extruder.id),
            "data-mw-catalogue": str(catalogue.version),
        },
    )


def _title(extruder: Extruder, catalogue: Catalogue) -> Component:
    return html.Div(
        [
            dcc.Link("← Plant", href="/", className="button"),
            html.H1(extruder.name),
            html.Span("loading", className="chip", **{"data-mw-part": "state"}),
            html.Span("", className="extruder__product", **{"data-mw-part": "product"}),
            html.Span("", className="extruder__worst", **{"data-mw-part": "worst"}),
            html.Span("", className="extruder__age", **{"data-mw-part": "age"}),
            html.Nav(_neighbours(extruder, catalogue), **{"aria-label": "Other extruders"}),
        ],
        className="extruder__title",
    )


def _neighbours(extruder: Extruder, catalogue: Catalogue) -> list[Component]:
    order = [e.id for e in catalogue.extruders]
    at = order.index(extruder.id)
    links = [("‹", order[at - 1], "Previous extruder")] if at else []
    if at + 1 < len(order):
        links.append(("›", order[at + 1], "Next extruder"))
    return [
        dcc.Link(sign, href=f"/extruder/{other}", className="button", title=title)
        for sign, other, title in links
    ]
