"""The Shift report page: what it is built from, and what happens when a day is chosen."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime

import dash
from dash import Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from components import ids_report
from components.document import title_of
from components.history_states import why_not
from components.page_settings import PageSettings
from components.shift_report_page import (
    ReportView,
    no_such_shift,
    not_begun,
    report_body,
    report_page,
)
from data.errors import MeltwatchError
from data.extruders import Catalogue
from data.history import Questions
from data.history.shift_address import query_of, shift_named, shifts_of_day
from data.history.shift_minutes import LATE_MS
from data.history.shift_report import report
from data.shifts import ShiftSpan
from words import mark

MINUTE_MS = 60_000
#: A shift that was over for a while only changes where its malfunctions last.
KEEP_S = 30.0


def register(
    app: Dash,
    catalogue: Callable[[], Catalogue],  # noqa: ARG001  extruders come from the store
    questions: Questions,
    settings: PageSettings,
) -> None:
    """Register the page under `/report` and its callbacks."""

    def layout(day: str = "", shift: str = "", sort: str = "", **_query: str) -> Component:
        now = _now()
        chosen = shift_named(settings.shifts, day, shift, now)
        if chosen is None:
            return no_such_shift(settings.shifts.names)
        view = _view(chosen, sort, now, settings)
        return report_page(view, _body(questions, chosen, sort, settings), settings)

    dash.register_page(
        "report", path=ids_report.PATH, name="Report", title=title_of(mark("Shift report")),
        layout=layout,
    )  # fmt: skip
    _register_again(app, questions, settings)
    _register_day(app, settings)
    _register_print(app)


def _register_again(app: Dash, questions: Questions, settings: PageSettings) -> None:
    def again(_times: int, selection: Mapping[str, str]) -> object:
        """Renew the report of a shift that runs."""
        day, name = selection["day"], selection["shift"]
        shift = shift_named(settings.shifts, day, name, _now())
        return no_update if shift is None else _body(questions, shift, selection["sort"], settings)

    app.callback(
        Output(ids_report.BODY, "children"),
        Input(ids_report.AGAIN, "n_intervals"),
        State(ids_report.SELECTION, "data"),
        prevent_initial_call=True,
    )(again)


def _register_day(app: Dash, settings: PageSettings) -> None:
    def go(day: str | None, selection: Mapping[str, str]) -> object:
        """Show the same shift of another day."""
        if not day or day == selection["day"]:
            return no_update
        shift = shift_named(settings.shifts, day, selection["shift"], _now())
        if shift is None:
            return no_update
        return f"{ids_report.PATH}?{query_of(shift, settings.shifts, sort=selection['sort'])}"

    app.callback(
        Output(ids_report.GO, "href"),
        Input(ids_report.DAY, "date"),
        State(ids_report.SELECTION, "data"),
        prevent_initial_call=True,
    )(go)


def _register_print(app: Dash) -> None:
    app.clientside_callback(
        "function(clicks) { if (clicks) print(); return window.dash_clientside.no_update; }",
        Output(ids_report.PRINTED, "data"),
        Input(ids_report.PRINT, "n_clicks"),
        prevent_initial_call=True,
    )


def _body(questions: Questions, shift: ShiftSpan, sort: str, settings: PageSettings) -> Component:
    now = _now()
    if shift.start > now:
        return not_begun()
    try:
        minute = now // MINUTE_MS * MINUTE_MS
        shown = questions.ask(report, shift, minute, keep_s=KEEP_S)
    except MeltwatchError as error:
        return why_not(error)
    return report_body(shown, sort, now, settings)


def _view(shift: ShiftSpan, sort: str, now: int, settings: PageSettings) -> ReportView:
    plan = settings.shifts
    day = datetime.fromtimestamp(shift.start / 1000, plan.zone).date()
    return ReportView(
        shift=shift,
        earlier=plan.span_at(shift.start - 1),
        later=plan.span_at(shift.end),
        same_day=shifts_of_day(plan, day),
        runs=now < shift.end + LATE_MS,
        sort=sort,
        now=now,
    )


def _now() -> int:
    return time.time_ns() // 1_000_000
