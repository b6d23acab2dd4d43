"""Alarms: what is active, what was, how healthy the alarm system is, and its limits."""

from __future__ import annotations

import json

from dash import html
from dash.development.base_component import Component

from components import ids
from data.extruders import Catalogue
from words import t


def alarms_page(catalogue: Catalogue) -> Component:
    """The frame of the page; the browser fills it, since what it shows is its reader's choice."""
    extruders = [[extruder.id, extruder.name] for extruder in catalogue.extruders]
    return html.Div(
        html.H1(t("Alarms"), className="visually-hidden"),
        id=ids.ALARMS_ROOT,
        className="alarms",
        **{
            "data-mw-page": "alarms",
            "data-mw-path": ids.ALARMS_PATH,
            "data-mw-catalogue": str(catalogue.version),
            "data-mw-extruders": json.dumps(extruders),
        },
    )
