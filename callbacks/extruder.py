"""The Extruder page: what it is built from when somebody opens it."""

from __future__ import annotations

from collections.abc import Callable

import dash
from dash.development.base_component import Component

from components.document import title_of
from components.extruder_page import extruder_page, playback_page
from components.states import page_or_why, unknown
from data.extruders import Catalogue
from words import mark


def register(catalogue: Callable[[], Catalogue]) -> None:
    """Register the page under `/extruder/<number>`; `?at=<ms>` plays that time back."""

    def layout(extruder: str = "", at: str = "", **_query: str) -> Component:
        def page(found: Catalogue) -> Component:
            one = found.extruder(int(extruder)) if extruder.isdecimal() else None
            if one is None:
                return unknown(extruder)
            return playback_page(one, found, at) if at else extruder_page(one, found)

        return page_or_why(catalogue, page)

    dash.register_page(
        "extruder",
        path_template="/extruder/<extruder>",
        name="Extruder",
        title=title_of(mark("Extruder")),
        layout=layout,
    )
