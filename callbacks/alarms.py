"""The Alarms page: what it is built from when somebody opens it."""

from __future__ import annotations

from collections.abc import Callable

import dash
from dash.development.base_component import Component

from components.alarms_page import alarms_page
from components.document import title_of
from components.states import page_or_why
from data.extruders import Catalogue
from words import mark


def register(catalogue: Callable[[], Catalogue]) -> None:
    """Register the page under `/alarms`; its query is the browser's."""

    def layout(**_query: str) -> Component:
        return page_or_why(catalogue, alarms_page)

    dash.register_page(
        "alarms", path="/alarms", name="Alarms", title=title_of(mark("Alarms")), layout=layout
    )
