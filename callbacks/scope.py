"""The Scope page: what it is built from when somebody opens it."""

from __future__ import annotations

from collections.abc import Callable

import dash
from dash.development.base_component import Component

from components.document import title_of
from components.scope_page import scope_page
from components.states import page_or_why
from data.extruders import Catalogue
from words import mark


def register(catalogue: Callable[[], Catalogue]) -> None:
    """Register the page under `/scope`; its query is the browser's."""

    def layout(**_query: str) -> Component:
        return page_or_why(catalogue, scope_page)

    dash.register_page(
        "scope", path="/scope", name="Scope", title=title_of(mark("Scope")), layout=layout
    )
