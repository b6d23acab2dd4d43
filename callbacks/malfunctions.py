"""The Malfunctions page: choosing, and what each of its parts shows of what is chosen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, Patch, State, ctx, no_update
from dash.development.base_component import Component

from components import ids_malfunctions as ids
from components import pareto, repair_chart
from components.charts import format_time
from components.history_states import nothing, why_all, why_part
from components.malfunction_band import band_figure, band_note, span_of
from components.malfunction_filters import (
    CLEARED,
    FIELDS,
    clicked_key,
    query_of_fields,
    toggled,
    with_days,
)
from components.malfunction_table import PAGE_ROWS, row_texts, sort_of
from components.malfunction_words import cause_label, nothing_in, summary
from components.malfunctions_page import filters_of
from components.page_settings import PageSettings
from data.errors import MeltwatchError
from data.extruders import Catalogue
from data.history import Questions
from data.history.band import band
from data.history.malfunctions import Rows, table
from data.history.pareto import Measure, Sum, bars, paretos
from data.history.repair import repair
from data.history.selection import DEFAULT_SORT, Scope, Selection, scope_of
from data.history.selection_query import parse, sort_text
from words import t

Filters = dict[str, str]
Brush = list[int] | None


def register(
    app: Dash, catalogue: Callable[[], Catalogue], questions: Questions, settings: PageSettings
) -> None:
    """Register the callbacks of the page; malfunctions_layout.py registers the page itself."""
    page = _Page(catalogue, questions, settings)
    _register_choice(app, settings)
    _register_scripts(app)
    chosen = [Input(ids.FILTERS, "data"), Input(ids.BRUSH, "data"), Input(ids.MEASURE, "value")]
    app.callback(
        Output(ids.BAND, "figure"),
        Output(ids.BAND_NOTE, "children"),
        Output(ids.BRUSH, "data"),
        Output(ids.BRUSH_TEXT, "children"),
        Input(ids.FILTERS, "data"),
        Input(ids.BAND, "selectedData"),
        Input(ids.CLEAR_BRUSH, "n_clicks"),
        State(ids.BRUSH, "data"),
    )(page.band)
    app.callback(
        Output(ids.GRID, "getRowsResponse"),
        Output(ids.SORT, "data"),
        Output(ids.GRID_NOTE, "children"),
        Input(ids.GRID, "getRowsRequest"),
        State(ids.FILTERS, "data"),
        State(ids.BRUSH, "data"),
        prevent_initial_call=True,
    )(page.rows)
    app.callback(
        Output(ids.PARETO_CAUSE, "figure"),
        Output(ids.PARETO_EXTRUDER, "figure"),
        Output(ids.SUMMARY, "children"),
        Output(ids.PARETO_NOTE, "children"),
        *chosen,
    )(page.paretos)
    app.callback(
        Output(ids.FIGURES, "children"),
        Output(ids.WEEKS, "figure"),
        Output(ids.REPAIR_NOTE, "children"),
        *chosen,
    )(page.repair)


def _register_choice(app: Dash, settings: PageSettings) -> None:
    """Fields become filters; clicks and days change fields."""

    def filters(*values: Any) -> tuple[Any, Any]:
        *fields, before = values
        query = query_of_fields(dict(zip(FIELDS, fields, strict=True)))
        parsed = parse(query, settings.shifts.names)
        found = filters_of(parsed.selection)
        # Fields tell what they hold when they are made, too.
        if found == before and not parsed.notes:
            return no_update, no_update
        return found, [nothing(note) for note in parsed.notes]

    app.callback(
        Output(ids.FILTERS, "data"),
        Output(ids.NOTES, "children"),
        *(Input(*field) for field in FIELDS.values()),
        State(ids.FILTERS, "data"),
        prevent_initial_call=True,
    )(filters)
    app.callback(
        *(Output(*field) for field in FIELDS.values()),
        Output(ids.PARETO_CAUSE, "clickData"),
        Output(ids.PARETO_EXTRUDER, "clickData"),
        Input(ids.CLEAR, "n_clicks"),
        Input(ids.PARETO_CAUSE, "clickData"),
        Input(ids.PARETO_EXTRUDER, "clickData"),
        *(Input(*FIELDS[key]) for key in ("period", "from", "to")),
        State(ids.CAUSES, "value"),
        State(ids.EXTRUDERS, "value"),
        prevent_initial_call=True,
    )(_choose)


def _choose(
    _clear: int, cause: Any, extruder: Any, period: str, first: str, last: str, *chosen: Any
) -> list[Any]:
    """Fields that a click or another field changes; `chosen` are causes and extruders so far."""
    trigger = ctx.triggered_id
    changed: dict[str, Any] = {}
    if trigger == ids.CLEAR:
        changed = CLEARED
    elif trigger == ids.PARETO_CAUSE and (key := clicked_key(cause)):
        changed = {"cause": toggled(chosen[0] or [], key)}
    elif trigger == ids.PARETO_EXTRUDER and (key := clicked_key(extruder)):
        changed = {"extruder": toggled(chosen[1] or [], int(key))}
    elif trigger in {ids.PERIOD, ids.FIRST, ids.LAST}:
        changed = with_days(period, first, last, days_changed=trigger != ids.PERIOD)
    # A click is over once it is done: the same bar can be clicked again.
    return [*(changed.get(key, no_update) for key in FIELDS), None, None]


def _register_scripts(app: Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("malfunctions", "query"),
        Output(ids.QUERY, "data"),
        Output(ids.CSV, "href"),
        Input(ids.FILTERS, "data"),
        Input(ids.BRUSH, "data"),
        Input(ids.SORT, "data"),
        Input(ids.GRID, "paginationInfo"),
        Input(ids.MEASURE, "value"),
    )
    app.clientside_callback(
        ClientsideFunction("meltwatch", "keepQuery"),
        Output(ids.KEPT, "data"),
        Input(ids.QUERY, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("malfunctions", "purge"),
        Output(ids.PURGED, "data"),
        Input(ids.FILTERS, "data"),
        Input(ids.BRUSH, "data"),
        State(ids.PURGED, "data"),
        State(ids.GRID, "id"),
    )


class _Page:
    """Answers what the parts of the page ask; an error is told where the answer would be."""

    def __init__(
        self, catalogue: Callable[[], Catalogue], questions: Questions, settings: PageSettings
    ) -> None:
        self._catalogue, self._questions, self._settings = catalogue, questions, settings
        self._zone, self._currency = settings.zone, settings.currency

    def _selection(self, filters: Filters, brush: Brush) -> Selection:
        selection = parse(filters or {}, self._settings.shifts.names).selection
        return replace(selection, brush=(brush[0], brush[1]) if brush else None)

    def _scope(self, filters: Filters, brush: Brush) -> Scope:
        return scope_of(self._selection(filters, brush), self._zone, round(time.time() * 1000))

    def band(self, filters: Filters, selected: Any, _clear: int, brush: Brush) -> tuple[Any, ...]:
        """Figure and note of the band, and what is brushed on it, also in words."""
        if ctx.triggered_id == ids.BAND:
            span = span_of(selected, self._zone)
            # Plotly tells of the selection that it was given too, and of none at first.
            if span is None or list(span) == brush:
                return (no_update,) * 4
            return no_update, no_update, span, self._brushed(span)
        if ctx.triggered_id == ids.CLEAR_BRUSH:
            patch = Patch()
            patch["layout"]["selections"] = []
            return patch, no_update, None, ""
        scope = self._scope(filters, brush)
        if scope.brush and not _inside(scope):
            scope = replace(scope, brush=None)
        span = scope.brush
        kept = no_update if (span is None) == (brush is None) else span
        try:
            found = self._questions.ask(band, replace(scope, brush=None))
            shown = band_figure(found, self._names(scope), scope, self._zone)
        except MeltwatchError as error:
            return pareto.chart_without("", 120), why_part(error), kept, self._brushed(span)
        return shown, band_note(found, self._zone), kept, self._brushed(span)

    def _brushed(self, span: tuple[int, int] | None) -> str:
        return " – ".join(format_time(one, self._zone) for one in span or ())

    def _names(self, scope: Scope) -> dict[int, str]:
        catalogue = self._catalogue()
        chosen = scope.extruders or tuple(one.id for one in catalogue.extruders)
        return {one: catalogue.extruder_name(one) for one in chosen}

    def rows(
        self, request: dict[str, Any], filters: Filters, brush: Brush
    ) -> tuple[dict[str, Any], str, Component | None]:
        """The rows that the grid asks for, and their order."""
        sort = sort_of(request) or DEFAULT_SORT
        first = int(request.get("startRow") or 0)
        scope = self._scope(filters, brush)
        try:
            found = self._questions.ask(table, scope, Rows(first, PAGE_ROWS, sort))
        except MeltwatchError as error:
            return {"rowData": [], "rowCount": 0}, sort_text(sort), why_part(error)
        rows = [row_texts(row, scope.now, self._zone) for row in found.rows]
        return {"rowData": rows, "rowCount": found.total}, sort_text(sort), None

    def paretos(self, filters: Filters, brush: Brush, measure: Measure) -> tuple[Any, ...]:
        """Both Pareto charts and the line that sums all up."""
        scope = self._scope(filters, brush)
        try:
            found = self._questions.ask(paretos, scope)
            catalogue = self._catalogue()
        except MeltwatchError as error:
            empty = pareto.chart_without("", pareto.HEIGHT_PX)
            return empty, empty, why_all(error), why_part(error)

        def chart(sums: Sequence[Sum], label: Callable[[str], str], chosen: set[str]) -> Any:
            ranked = bars(sums, measure, pareto.MOST_BARS)
            words = t("No price is known") if sums else t("No malfunction")
            return pareto.pareto_figure(ranked, label, chosen, measure, self._currency, words)

        return (
            chart(found.causes, cause_label, set(scope.causes)),
            chart(
                found.extruders,
                lambda key: catalogue.extruder_name(int(key)),
                set(map(str, scope.extruders)),
            ),
            summary(found.whole, self._currency, nothing_in(self._selection(filters, brush))),
            None,
        )

    def repair(self, filters: Filters, brush: Brush, measure: Measure) -> tuple[Any, ...]:
        """Figures of reliability, and the weeks."""
        try:
            found = self._questions.ask(repair, self._scope(filters, brush))
        except MeltwatchError as error:
            return None, pareto.chart_without("", repair_chart.HEIGHT_PX), why_part(error)
        weeks = repair_chart.weeks_figure(found.weeks, measure, self._currency)
        return repair_chart.repair_figures(found), weeks, None


def _inside(scope: Scope) -> bool:
    """Whether what is brushed lies at least partly in the period."""
    return scope.brush is not None and scope.brush[0] < scope.end and scope.brush[1] > scope.start
