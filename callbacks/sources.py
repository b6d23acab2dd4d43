"""The Sources page: its frame; the browser fills it from /sources/now."""

from __future__ import annotations

import dash
from dash.development.base_component import Component

from components import ids
from components.document import title_of
from components.sources_page import sources_page
from words import mark


def register() -> None:
    """Register the page under `/sources`; it needs neither Redis nor the store to open."""

    def layout(**_query: str) -> Component:
        return sources_page()

    dash.register_page(
        "sources",
        path=ids.SOURCES_PATH,
        name="Sources",
        title=title_of(mark("Sources")),
        layout=layout,
    )
