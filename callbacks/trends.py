"""The Trends page: what it shows for the view that the browser tells."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import dash
from dash import Dash, Input, Output, State, dcc, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import ids_trends as ids
from components.alarm_bar import causes
from components.charts import figure, format_time
from components.document import title_of
from components.history_states import why_not
from components.page_settings import PageSettings
from components.states import page_or_why
from components.trends_chart import LimitLine, Picture, trends_figure
from components.trends_csv import csv_text
from components.trends_lists import malfunction_list, note_list
from components.trends_page import trends_page
from components.trends_view import View, view_of
from components.trends_words import line_table, status
from data.errors import MeltwatchError
from data.extruders import PRODUCT, Catalogue
from data.history import Questions
from data.history.annotations import Annotations, annotations_in
from data.history.trend import Span, Trend, trend
from data.history.trend_malfunctions import Bar, malfunctions_in
from words import mark, number, t

CAUSES = dict(causes())
#: The past does not change; what ends now does.
_KEEP_S = 10.0
#: Columns of a question that only wants to know the last value.
_FEW = 24


def register(
    app: Dash,
    catalogue: Callable[[], Catalogue],
    questions: Questions,
    settings: PageSettings,
) -> None:
    """Register the page under `/trends` and its callbacks; its query is the browser's."""

    def layout(**_query: str) -> Component:
        return page_or_why(catalogue, trends_page)

    dash.register_page(
        "trends", path="/trends", name="Trends", title=title_of(mark("Trends")), layout=layout
    )
    _show(app, _Answers(catalogue, questions, settings))
    _download(app, _Answers(catalogue, questions, settings))
    _tell_moves(app)


def _show(app: Dash, answers: _Answers) -> None:
    @app.callback(  # type: ignore[untyped-decorator]
        Output(ids.GRAPH, "figure"),
        Output(ids.STATUS, "children"),
        Output(ids.LINES, "children"),
        Output(ids.NOTES, "children"),
        Output(ids.MALFUNCTIONS, "children"),
        Input(ids.VIEW, "data"),
        Input(ids.WRITTEN, "data"),
        prevent_initial_call=True,
    )
    def show(raw: Mapping[str, Any] | None, _written: int | None) -> tuple[Any, ...]:
        view = view_of(raw)
        if view is None:
            raise PreventUpdate
        try:
            return answers.page(view)
        except MeltwatchError as error:
            # The old picture stays; the words say that it is not the one asked for.
            said = [why_not(error), answers.mark(view)]
            return no_update, said, no_update, no_update, no_update


def _download(app: Dash, answers: _Answers) -> None:
    @app.callback(  # type: ignore[untyped-decorator]
        Output(ids.DOWNLOAD, "data"),
        Input(ids.CSV, "n_clicks"),
        State(ids.VIEW, "data"),
        prevent_initial_call=True,
    )
    def download(clicks: int | None, raw: Mapping[str, Any] | None) -> Any:
        view = view_of(raw)
        if not clicks or view is None or not view.signals:
            raise PreventUpdate
        try:
            return answers.csv(view)
        except MeltwatchError as error:
            return dcc.send_string(f"{error}\n", "trends-failed.txt")


def _tell_moves(app: Dash) -> None:
    """The page's script owns the span: Dash only hands over what Plotly tells."""
    app.clientside_callback(
        "function(moved) {"
        " if (moved) dispatchEvent(new CustomEvent('trends-moved', {detail: moved}));"
        " return window.dash_clientside.no_update; }",
        Output(ids.SINK, "data"),
        Input(ids.GRAPH, "relayoutData"),
        prevent_initial_call=True,
    )


class _Answers:
    """Asks the history for a view, and lays the answers into components."""

    def __init__(
        self, catalogue: Callable[[], Catalogue], questions: Questions, settings: PageSettings
    ) -> None:
        self._catalogue, self._questions, self._settings = catalogue, questions, settings

    def page(self, view: View) -> tuple[Any, ...]:
        """Figure, status, table of lines, annotations, malfunctions."""
        zone = self._settings.zone
        if not view.signals:
            return figure(height=120), [self.mark(view)], [], [], []
        shown, past = self.trends(view)
        extruders = tuple(dict.fromkeys(line.source.extruder for line in shown.lines))
        notes, (bars, more) = self._events(view, extruders)
        plant = self._catalogue()
        limits = self._limits(view, shown, plant) if view.limits else []
        names = {one.id: one.name for one in plant.extruders} | {
            line.source.extruder: line.source.extruder_name for line in shown.lines
        }
        picture = Picture(shown, past, view.shift, notes.shown, bars, limits)
        return (
            trends_figure(picture, zone, CAUSES),
            [
                *status(shown, zone, view.ask),
                *_about_limits(view, limits),
                *_not_drawn(notes.more, more),
            ],
            line_table(shown, past, zone),
            note_list(notes, plant, zone),
            malfunction_list(bars, more, names, CAUSES, zone),
        )

    def trends(self, view: View) -> tuple[Trend, Trend | None]:
        """The period that is shown, and the one laid over it, if any."""
        shown = self._ask(view, 0)
        return shown, self._ask(view, view.shift) if view.shift else None

    def _ask(self, view: View, shift: int) -> Trend:
        span = Span(view.start - shift, view.end - shift, view.columns)
        return self._questions.ask(trend, view.signals, span, keep_s=_KEEP_S)

    def _events(
        self, view: View, extruders: tuple[int, ...]
    ) -> tuple[Annotations, tuple[list[Bar], int]]:
        span = view.start, view.end
        # Never a kept answer: who has just written something looks for it at once.
        now = round(time.time() * 1000)
        notes = self._questions.ask(annotations_in, extruders, *span, now, keep_s=1.0)
        bars = self._questions.ask(malfunctions_in, extruders, *span, keep_s=_KEEP_S)
        return notes, bars

    def _limits(self, view: View, shown: Trend, plant: Catalogue) -> list[LimitLine]:
        """Limits of today's catalogue for the product that each extruder made last in the span."""
        wishes = tuple((number, PRODUCT) for number in view.extruders)
        span = Span(view.start, view.end, _FEW)
        made = self._questions.ask(trend, wishes, span, keep_s=_KEEP_S)
        product = {
            line.source.extruder: next((v for v in reversed(line.high) if v is not None), 0.0)
            for line in made.lines
        }
        found = []
        for line in shown.lines:
            extruder = plant.extruder(line.source.extruder)
            code = round(product.get(line.source.extruder) or 0)
            limits = extruder.limits_for(code).get(line.source.signal) if extruder else None
            if limits is not None:
                signs = {"HH": limits.hh, "H": limits.h, "SP": limits.set_value}
                signs |= {"L": limits.l, "LL": limits.ll}
                found += [LimitLine(line.source, s, v) for s, v in signs.items() if v is not None]
        return found

    def csv(self, view: View) -> dict[str, Any]:
        """What is shown, as a file."""
        shown, past = self.trends(view)
        zone = self._settings.zone
        stamp = format_time(view.start, zone).replace(" ", "_").replace(":", "")
        text = csv_text(shown, past, view.shift, zone)
        return dict(dcc.send_string(text, f"trends_{stamp}.csv", type="text/csv"))

    def mark(self, view: View) -> Component:
        """Tells the browser that this view is answered."""
        return dash.html.Span(**{"data-trends-answer": str(view.ask)})


def _about_limits(view: View, limits: list[LimitLine]) -> list[Component]:
    if not view.limits:
        return []
    text = (
        t(
            "Limits are those in force today for the product made last in this time, not those in"
            " force then."
        )
        if limits
        else t("None of these signals has a limit for the product made last in this time.")
    )
    return [dash.html.P(text, className="trends-status__note")]


def _not_drawn(notes: int, malfunctions: int) -> list[Component]:
    """A chart without marks must not look like a time without events."""
    said = [
        *([t("{n} older notes", n=number(notes))] if notes else []),
        *([t("{n} older malfunctions", n=number(malfunctions))] if malfunctions else []),
    ]
    text = t("Not drawn: {what}. Choose a shorter time.", what=t(" and ").join(said))
    return [dash.html.P(text, className="trends-status__note")] if said else []
