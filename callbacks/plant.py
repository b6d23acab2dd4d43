"""The Plant page: what it is built from when somebody opens it."""

from __future__ import annotations

from collections.abc import Callable

import dash
from dash.development.base_component import Component

from components.plant_page import plant_page
from components.states import not_found, unavailable, waiting
from data.errors import WindowsUnavailable
from data.extruders import Catalogue


def register(catalogue: Callable[[], Catalogue]) -> None:
    """Register the page under `/`."""

    def layout(**_query: str) -> Component:
        try:
            found = catalogue()
        except WindowsUnavailable as error:
            return unavailable(str(error))
        return plant_page(found) if found.extruders else waiting()

    dash.register_page("not_found_404", name="No such page", layout=not_found())
    dash.register_page("plant", path="/", name="Plant", title="Plant – Meltwatch", layout=layout)
