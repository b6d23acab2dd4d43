"""The Malfunctions page as it is sent: with its first rows, if the store tells them in time."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import dash
from dash import Dash
from dash.development.base_component import Component

from components import ids_malfunctions as ids
from components.document import title_of
from components.malfunction_first import first_rows
from components.malfunction_table import PAGE_ROWS, row_texts
from components.malfunctions_page import malfunctions_page
from components.page_settings import PageSettings
from components.states import page_or_why
from data.errors import MeltwatchError
from data.extruders import Catalogue
from data.history import Questions
from data.history.malfunctions import Rows, table
from data.history.pareto import MEASURES, Measure
from data.history.selection import Selection, scope_of
from data.history.selection_query import parse
from words import mark

#: A page waits so long (s) for its first rows. The answer is kept, and the table asks for the same.
WAIT_S = 0.3


def register(
    _app: Dash, catalogue: Callable[[], Catalogue], questions: Questions, settings: PageSettings
) -> None:
    """Register the page under `/malfunctions`."""
    early = _Early(questions, settings)

    def layout(**query: object) -> Component:
        parsed = parse(query, settings.shifts.names)
        measure = _measure(query.get("measure"))
        first = early.rows(parsed.selection)
        return page_or_why(
            catalogue,
            lambda found: malfunctions_page(
                parsed.selection, parsed.notes, measure, found, settings, first
            ),
        )

    dash.register_page(
        "malfunctions",
        path=ids.PATH,
        name="Malfunctions",
        title=title_of(mark("Malfunctions")),
        layout=layout,
    )


def _measure(text: object) -> Measure:
    return next((one for one in MEASURES if one == text), "count")


class _Early:
    """Asks what the table will ask, and does not let the page wait for a slow store."""

    def __init__(self, questions: Questions, settings: PageSettings) -> None:
        self._questions, self._settings = questions, settings
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="first-rows")

    def rows(self, selection: Selection) -> Component | None:
        """Rows of a selection, or None when they are late or cannot be had: the table tells why."""
        asked = self._threads.submit(copy_context().run, self._ask, selection)
        try:
            return asked.result(WAIT_S)
        except (TimeoutError, MeltwatchError):
            return None

    def _ask(self, selection: Selection) -> Component | None:
        zone = self._settings.zone
        scope = scope_of(selection, zone, round(time.time() * 1000))
        rows = Rows((selection.page - 1) * PAGE_ROWS, PAGE_ROWS, selection.sort)
        found = self._questions.ask(table, scope, rows)
        texts = [row_texts(row, scope.now, zone) for row in found.rows]
        return first_rows(texts, selection.sort, self._settings)
