"""The Plant page: what it is built from when somebody opens it."""

from __future__ import annotations

from collections.abc import Callable

import dash
from dash.development.base_component import Component

from components.document import title_of
from components.plant_page import plant_page
from components.states import not_found, page_or_why
from data.extruders import Catalogue
from words import mark


def register(catalogue: Callable[[], Catalogue]) -> None:
    """Register the page under `/`."""

    def layout(**_query: str) -> Component:
        return page_or_why(catalogue, plant_page)

    dash.register_page("not_found_404", name="No such page", layout=lambda **_path: not_found())
    dash.register_page(
        "plant", path="/", name="Plant", title=title_of(mark("Plant")), layout=layout
    )
