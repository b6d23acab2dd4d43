"""Malfunctions over months and years: choose, see when and what, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from components import ids_malfunctions as ids
from components import pareto, repair_chart
from components.charts import graph
from components.malfunction_band import band_px
from components.malfunction_filters import filter_bar
from components.malfunction_table import malfunction_grid
from components.page_settings import PageSettings
from data.extruders import Catalogue
from data.history.pareto import Measure
from data.history.selection import Selection
from data.history.selection_query import query_of, sort_text
from words import mark, t

_MEASURES = {"count": mark("Count"), "hours": mark("Hours"), "kg": mark("Scrap kg")}
#: Parts of a query that do not narrow what is chosen.
_APART = ("brush", "sort", "page")


def malfunctions_page(
    selection: Selection,
    notes: Sequence[str],
    measure: Measure,
    catalogue: Catalogue,
    settings: PageSettings,
    first: Component | None,
) -> Component:
    """The whole page for a selection; `notes` tell what of the address could not be used.

    `first` is what can be read of the table before it is there.
    """
    return html.Div(
        [
            *_stores(selection),
            _title(),
            filter_bar(selection, catalogue, settings),
            html.Div([html.P(note) for note in notes], id=ids.NOTES, className="history-notes"),
            _band(len(selection.extruders or catalogue.extruders)),
            html.Div(
                [_table(selection, settings, first), _paretos(measure, settings)],
                className="malfunctions-page__pair",
            ),
            _repair(),
        ],
        id=ids.ROOT,
        className="history malfunctions-page",
        **{
            "data-mw-page": "malfunctions",
            "data-mw-path": ids.PATH,
            "data-mw-catalogue": str(catalogue.version),
        },
    )


def filters_of(selection: Selection) -> dict[str, str]:
    """What narrows a selection, by the keys of an address."""
    return {key: text for key, text in query_of(selection).items() if key not in _APART}


def _stores(selection: Selection) -> list[Component]:
    return [
        dcc.Store(id=ids.FILTERS, data=filters_of(selection)),
        dcc.Store(id=ids.BRUSH, data=list(selection.brush) if selection.brush else None),
        dcc.Store(id=ids.SORT, data=sort_text(selection.sort)),
        *(dcc.Store(id=one) for one in (ids.QUERY, ids.KEPT, ids.PURGED)),
    ]


def _title() -> Component:
    return html.Div(
        [
            html.H1(t("Malfunctions")),
            html.P(t("Loading …"), id=ids.SUMMARY, className="malfunctions-page__summary",
                   role="status"),
            html.A(t("Export CSV"), id=ids.CSV, href=ids.CSV_PATH, className="button",
                   title=t("All malfunctions of this selection"), download=""),
        ],
        className="malfunctions-page__title",
    )  # fmt: skip


def _band(extruders: int) -> Component:
    clear = html.Button(t("Clear brush"), id=ids.CLEAR_BRUSH, className="button", type="button")
    return html.Section(
        [
            html.Div(
                [
                    html.H2(t("When")),
                    html.Span(id=ids.BAND_NOTE, className="malfunctions-page__note"),
                    html.Span(
                        [html.Span(id=ids.BRUSH_TEXT), clear],
                        className="malfunction-brush",
                    ),
                ],
                className="malfunctions-page__head",
            ),
            html.Div(
                graph(
                    ids.BAND,
                    pareto.chart_without("", band_px(extruders)),
                    config={"doubleClick": False},
                ),
                className="malfunction-band",
                style={"minHeight": f"min({band_px(extruders)}px, 60vh)"},
                tabIndex="0",
            ),
        ],
        className="history-card",
        **{"aria-label": t("When")},
    )


def _chart(id_: str, height: int) -> Component:
    # A height of its own, so that nothing moves when the chart comes.
    return graph(id_, pareto.chart_without("", height), style={"height": f"{height}px"})


def _table(selection: Selection, settings: PageSettings, first: Component | None) -> Component:
    return html.Section(
        [
            html.Div(id=ids.GRID_NOTE, className="malfunction-grid__note"),
            html.Div(
                [first, malfunction_grid(selection, settings)],
                className="malfunction-grid__place",
            ),
        ],
        className="history-card malfunctions-page__table",
        **{"aria-label": t("Table")},
    )


def _paretos(measure: Measure, settings: PageSettings) -> Component:
    labels = {key: t(text) for key, text in _MEASURES.items()}
    labels["money"] = t("Cost {currency}", currency=settings.currency)
    switch = dcc.RadioItems(
        [{"label": text, "value": key} for key, text in labels.items()],
        measure,
        id=ids.MEASURE,
        inline=True,
        className="malfunction-measure",
    )
    return html.Section(
        [
            html.Div([html.H2(t("What costs most")), switch], className="malfunctions-page__head"),
            html.Div(id=ids.PARETO_NOTE, className="malfunctions-page__note"),
            html.Div(
                [
                    html.Div([html.H3(t("By cause")), _chart(ids.PARETO_CAUSE, pareto.HEIGHT_PX)]),
                    html.Div(
                        [html.H3(t("By extruder")), _chart(ids.PARETO_EXTRUDER, pareto.HEIGHT_PX)]
                    ),
                ],
                className="malfunctions-page__charts",
            ),
        ],
        className="history-card malfunctions-page__paretos",
        **{"aria-label": t("What costs most")},
    )


def _repair() -> Component:
    return html.Section(
        [
            html.H2(t("Between failures and to repair")),
            html.Div(id=ids.REPAIR_NOTE, className="malfunctions-page__note"),
            html.Div(
                [
                    html.Div(id=ids.FIGURES, className="malfunctions-page__figures"),
                    _chart(ids.WEEKS, repair_chart.HEIGHT_PX),
                ],
                className="malfunctions-page__pair malfunctions-page__pair--even",
            ),
        ],
        className="history-card",
        **{"aria-label": t("Between failures and to repair")},
    )
