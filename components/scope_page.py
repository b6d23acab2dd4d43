"""Scope: up to 200 lines, signals across extruders or one signal of the whole plant."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from components import ids
from data.extruders import Catalogue
from words import t


def scope_page(catalogue: Catalogue) -> Component:
    """The frame of the page; the browser fills it, since what it shows is its reader's choice."""
    return html.Div(
        html.H1(t("Scope"), className="visually-hidden"),
        id=ids.SCOPE_ROOT,
        className="scope",
        **{
            "data-mw-page": "scope",
            "data-mw-path": "/scope",
            "data-mw-catalogue": str(catalogue.version),
        },
    )
