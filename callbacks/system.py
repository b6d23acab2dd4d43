"""The System page: the panels it is built from when somebody opens it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import dash
from dash.development.base_component import Component

from components import ids
from components.document import title_of
from components.system_page import system_page
from words import mark


def register(panels: Sequence[Callable[[], Component]]) -> None:
    """Register the page under `/system`; it needs neither Redis nor the store to open."""

    def layout(**_query: str) -> Component:
        return system_page([panel() for panel in panels])

    dash.register_page(
        "system", path=ids.SYSTEM_PATH, name="System", title=title_of(mark("System")), layout=layout
    )
