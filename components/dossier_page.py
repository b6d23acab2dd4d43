"""The dossier of one malfunction: facts, readings, what happened, what people wrote."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from components import ids_comparison, ids_dossier
from components.charts import figure, graph
from components.dossier_chart import dossier_chart, height_of
from components.dossier_events import events_table
from components.dossier_facts import act, dossier_facts
from components.dossier_notes import notes
from components.page_settings import PageSettings
from components.states import notice
from data.history.dossier import Dossier
from data.history.dossier_readings import MOST_SIGNALS, Readings
from data.history.shift_address import query_of
from words import mark, t

#: Figures of a malfunction that still lasts are asked for again after so long.
REFRESH_MS = 10_000
#: Play back begins so long before the onset.
BEFORE_MS = 5 * 60_000
_SOURCES = {
    "frame": mark("kept for good with this malfunction"),
    "raw": mark("as they were read"),
    "minute": mark("kept as minimum and maximum of each minute"),
    "hour": mark("kept as minimum and maximum of each hour"),
}


def dossier_page(
    about: Dossier, shown: Readings, chosen: tuple[str, ...], settings: PageSettings
) -> Component:
    """The page; `chosen` are the signals whose readings `shown` has."""
    one = about.malfunction
    return html.Div(
        [
            dcc.Store(id=ids_dossier.MALFUNCTION, data=one.id),
            dcc.Store(id=ids_dossier.REFRESH),
            dcc.Store(id=ids_dossier.QUERY),
            dcc.Store(id=ids_dossier.QUERY_DONE),
            dcc.Interval(id=ids_dossier.TICK, interval=REFRESH_MS, disabled=about.settled),
            _bar(about, chosen, settings),
            html.Section(
                dossier_facts(about, settings),
                id=ids_dossier.FACTS,
                className="history-card dossier-facts",
            ),
            _chart(about, shown, chosen, settings),
            _section(
                t("Alarms and actions"), ids_dossier.EVENTS, events_table(about, settings.zone)
            ),
            _notes(about, settings),
            html.Div(id=ids_comparison.HOST, className="dossier-comparison", **_named(one.id)),
            html.P(
                [t("All of it is at "), html.Span(**{"data-mw-part": "address"})],
                className="dossier-print-only dossier-foot",
            ),
        ],
        id=ids_dossier.ROOT,
        className="history dossier",
        **{
            "data-mw-page": "dossier",
            "data-mw-path": ids_dossier.address(one.id),
            "data-mw-extruder": str(one.extruder),
            **_named(one.id),
        },
    )


def unknown_malfunction(malfunction: str) -> Component:
    """An id that no malfunction has."""
    return notice(
        t("No such malfunction"),
        t(
            "There is no malfunction {malfunction} in this plant's journal.",
            malfunction=repr(malfunction),
        ),
        way=(t("To the malfunctions"), ids_dossier.PATH),
    )


def links(about: Dossier, chosen: tuple[str, ...], settings: PageSettings) -> list[Component]:
    """Ways from here: playback, the same signals on Trends, the shift, a link, paper."""
    one, plan = about.malfunction, settings.shifts
    signals = ",".join(f"{one.extruder}:{name}" for name in chosen)
    return [
        dcc.Link(
            t("Play back"),
            href=f"/extruder/{one.extruder}?at={one.onset - BEFORE_MS}",
            className="button",
            title=t("The extruder's page as it was, from five minutes before it began"),
        ),
        dcc.Link(
            t("Trends"),
            href=f"/trends?signals={signals}&from={about.start}&to={about.end}",
            className="button",
            title=t("These signals on the page Trends"),
        ),
        dcc.Link(
            t("Shift report"),
            href=f"/report?{query_of(plan.span_at(one.onset), plan)}",
            className="button",
            title=t("The shift in which it began"),
        ),
        act(t("Copy link"), "copy", title=t("The address of this dossier, for a colleague")),
        act(t("Print"), "print", title=t("One page of paper, or a PDF")),
    ]


def readings_note(about: Dossier, shown: Readings, chosen: tuple[str, ...]) -> str:
    """Where the readings come from and what is drawn of them, or why there are none."""
    if not chosen:
        return t("No signal is chosen.")
    if not shown.source:
        return t("Readings of this time are no longer kept, or there were none.")
    column = max((2 * lane.step_ms for lane in shown.lanes), default=0)
    kept = t("Readings {how}.", how=t(_SOURCES[shown.source]))
    if column > shown.every_ms:
        kept = t(
            "Readings {how}, drawn as least and greatest of {span}.",
            how=t(_SOURCES[shown.source]),
            span=_span(column),
        )
    lines = t("Grey: while it lasted. Lines: {limits}.", limits=_limits_note(about))
    return " ".join([kept, lines, *_left_out(about, shown, chosen)])


def _left_out(about: Dossier, shown: Readings, chosen: tuple[str, ...]) -> list[str]:
    """Chosen signals that have no lane, in words."""
    drawn = {lane.signal for lane in shown.lanes}
    lacking = [t(s.label) for s in about.signals if s.name in set(chosen[:MOST_SIGNALS]) - drawn]
    words = [t("No readings of: {signals}.", signals=", ".join(lacking))] if lacking else []
    many = len(chosen) > MOST_SIGNALS
    return words + ([t("Only the first {n} signals are drawn.", n=MOST_SIGNALS)] if many else [])


def chart_figure(about: Dossier, shown: Readings, settings: PageSettings) -> object:
    """The figure; an empty one where there is nothing to draw."""
    if not shown.lanes:
        return figure(
            height=10, margin={"t": 0, "b": 0}, xaxis={"visible": False}, yaxis={"visible": False}
        )
    return dossier_chart(about, shown, settings.zone)


def _limits_note(about: Dossier) -> str:
    if about.limits.later:
        return t("the first limits that are known, set later than this")
    return t("limits then in force") if about.limits.by_signal else t("no limits were set")


def _named(malfunction: str) -> dict[str, str]:
    return {"data-malfunction": malfunction}


def _bar(about: Dossier, chosen: tuple[str, ...], settings: PageSettings) -> Component:
    return html.Div(
        [
            html.Span(id=ids_dossier.BACK, className="dossier-back"),
            html.Div(
                links(about, chosen, settings), id=ids_dossier.LINKS, className="dossier-links"
            ),
        ],
        className="dossier-bar",
    )


def _chart(
    about: Dossier, shown: Readings, chosen: tuple[str, ...], settings: PageSettings
) -> Component:
    return html.Section(
        [
            html.Div(
                [html.H2(t("Readings before, during and after")), _signals(about, chosen)],
                className="dossier-chart-head",
            ),
            html.Div(
                readings_note(about, shown, chosen),
                id=ids_dossier.CHART_NOTE,
                className="history-note",
            ),
            # Room from the start: what is below must not jump when the chart is drawn.
            html.Div(
                graph(ids_dossier.CHART, chart_figure(about, shown, settings)),
                style={"--chart-height": f"{height_of(len(shown.lanes)) if shown.lanes else 0}px"},
            ),
        ],
        className="history-card dossier-readings",
        **{"aria-label": t("Readings")},
    )


def _signals(about: Dossier, chosen: tuple[str, ...]) -> Component:
    options = [{"label": t(s.label), "value": s.name} for s in about.signals]
    return html.Details(
        [
            html.Summary(t("Signals")),
            dcc.Checklist(
                options=options,
                value=list(chosen),
                id=ids_dossier.SIGNALS,
                className="dossier-signals",
            ),
        ],
        className="dossier-choice",
    )


def _section(title: str, id_: str, children: list[Component]) -> Component:
    return html.Section(
        [html.H2(title), html.Div(children, id=id_, tabIndex="0")],
        className="history-card dossier-section",
    )


def _notes(about: Dossier, settings: PageSettings) -> Component:
    return html.Section(
        [
            html.H2(t("Notes")),
            html.Div(notes(about, settings.zone), id=ids_dossier.NOTES),
            html.Div(id=ids_dossier.NOTE_FORM, className="dossier-form"),
        ],
        className="history-card dossier-section",
    )


def _span(ms: float) -> str:
    seconds = ms / 1000
    if seconds < 120:
        return f"{seconds:g} s"
    return f"{seconds / 60:g} min" if seconds < 7200 else f"{seconds / 3600:g} h"
