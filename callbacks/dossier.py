"""The dossier of one malfunction: built from the history when it is opened, and asked again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dash
from dash import ClientsideFunction, Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from components import ids_dossier as ids
from components.document import title_of
from components.dossier_events import events_table
from components.dossier_facts import dossier_facts
from components.dossier_notes import notes
from components.dossier_page import (
    chart_figure,
    dossier_page,
    links,
    readings_note,
    unknown_malfunction,
)
from components.history_states import reason, why_not
from components.page_settings import PageSettings
from components.states import notice
from data.errors import MeltwatchError
from data.extruders import Catalogue
from data.history import Questions
from data.history.dossier import Dossier, dossier
from data.history.dossier_readings import Readings, readings
from words import mark, t

#: What people do must show at once; readings of the past do not change.
FACTS_KEPT_S, READINGS_KEPT_S = 1.0, 8.0
#: A list of no signals, as the URL says it.
NONE = "none"


def register(
    app: Dash, _catalogue: Callable[[], Catalogue], questions: Questions, settings: PageSettings
) -> None:
    """Register the page under `/malfunctions/<id>` and what keeps it up to date.

    It names extruders by the store's catalogue: it also tells of those that are retired.
    """

    def layout(malfunction: str = "", signals: str = "", **_query: str) -> Component:
        try:
            return _page(questions, settings, malfunction, signals)
        except MeltwatchError as error:
            return notice(t("The dossier cannot be shown"), reason(error))

    dash.register_page(
        "dossier",
        path_template=f"{ids.PATH}/<malfunction>",
        name="Malfunction",
        title=title_of(mark("Malfunction")),
        layout=layout,
    )
    _keep_facts(app, questions, settings)
    _keep_chart(app, questions, settings)
    app.clientside_callback(
        ClientsideFunction("meltwatch", "mergeQuery"),
        Output(ids.QUERY_DONE, "data"),
        Input(ids.QUERY, "data"),
        prevent_initial_call=True,
    )


def _page(
    questions: Questions, settings: PageSettings, malfunction: str, signals: str
) -> Component:
    about = _about(questions, malfunction)
    if about is None:
        return unknown_malfunction(malfunction)
    chosen = _chosen(about, signals)
    shown = _readings(questions, about, chosen)
    return dossier_page(about, shown, chosen, settings)


def _keep_facts(app: Dash, questions: Questions, settings: PageSettings) -> None:
    @app.callback(
        Output(ids.FACTS, "children"),
        Output(ids.EVENTS, "children"),
        Output(ids.NOTES, "children"),
        Output(ids.TICK, "disabled"),
        Input(ids.TICK, "n_intervals"),
        Input(ids.REFRESH, "data"),
        State(ids.MALFUNCTION, "data"),
        prevent_initial_call=True,
    )  # type: ignore[untyped-decorator]
    def facts(_tick: int | None, _refresh: object, malfunction: str) -> tuple[Any, ...]:
        try:
            about = _about(questions, malfunction)
        except MeltwatchError:
            about = None  # what is shown stays as it was
        if about is None:
            raise dash.exceptions.PreventUpdate
        return (
            dossier_facts(about, settings),
            events_table(about, settings.zone),
            notes(about, settings.zone),
            about.settled,
        )


def _keep_chart(app: Dash, questions: Questions, settings: PageSettings) -> None:
    @app.callback(
        Output(ids.CHART, "figure"),
        Output(ids.CHART_NOTE, "children"),
        Output(ids.LINKS, "children"),
        Output(ids.QUERY, "data"),
        Input(ids.SIGNALS, "value"),
        Input(ids.TICK, "n_intervals"),
        State(ids.MALFUNCTION, "data"),
        prevent_initial_call=True,
    )  # type: ignore[untyped-decorator]
    def chart(value: Sequence[str], _tick: int | None, malfunction: str) -> tuple[Any, ...]:
        try:
            about = _about(questions, malfunction)
            if about is None:
                raise dash.exceptions.PreventUpdate
            chosen = _ordered(about, value)
            shown = _readings(questions, about, chosen)
        except MeltwatchError as error:
            return no_update, why_not(error), no_update, no_update
        query = {"signals": "" if chosen == about.telling else ",".join(chosen) or NONE}
        note = readings_note(about, shown, chosen)
        return chart_figure(about, shown, settings), note, links(about, chosen, settings), query


def _about(questions: Questions, malfunction: str) -> Dossier | None:
    return questions.ask(dossier, malfunction, keep_s=FACTS_KEPT_S)


def _readings(questions: Questions, about: Dossier, chosen: tuple[str, ...]) -> Readings:
    found = questions.ask(readings, about.malfunction.id, chosen, keep_s=READINGS_KEPT_S)
    return found or Readings(about.start, about.end, "", 0, [])


def _chosen(about: Dossier, signals: str) -> tuple[str, ...]:
    """Signals of the URL's query that the extruder has; without any those that tell most."""
    if signals == NONE:
        return ()
    return _ordered(about, signals.split(",")) or about.telling


def _ordered(about: Dossier, wanted: Sequence[str] | None) -> tuple[str, ...]:
    """Chosen signals in the order of the page: those that tell most first, then by slot."""
    names = dict.fromkeys([*about.telling, *(signal.name for signal in about.signals)])
    return tuple(name for name in names if name in set(wanted or ()))
