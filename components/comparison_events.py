"""Similar events of the section Compare: what it was the last time, the choice, the table."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from components.charts import SERIES, UNKNOWN, format_duration, format_money, format_time
from components.comparison_chart import Drawn
from components.history_states import nothing
from components.ids_dossier import address
from components.malfunction_words import cause_label
from components.page_settings import PageSettings
from data.history.similar import NOT_KEPT, SIMILAR, TOO_LITTLE, Similar, SimilarEvent
from words import mark, number, t


def last_time(found: Similar, settings: PageSettings) -> list[Component]:
    """What it was the last time, from an event that is really similar; else that none is."""
    last = found.last
    if last is None:
        return [nothing(_why_not_last(found))]
    what = " – ".join(part for part in (cause_label(last.cause), last.action) if part)
    took = format_duration(last.repair_ms or 0)
    where = f"{last.extruder_name}, {format_time(last.onset, settings.zone)}"
    return [
        html.P(
            [
                t("Last time this was") + ": ",
                html.Strong(f"{what}, {took}"),
                " (",
                dcc.Link(where, href=address(last.id)),
                ", " + t("{share} alike", share=_alike(last)) + ").",
            ],
            className="comparison-last",
        )
    ]


def _why_not_last(found: Similar) -> str:
    if found.source == NOT_KEPT:
        return t("Readings around this onset are not kept, so it cannot be compared.")
    if found.source == TOO_LITTLE:
        return t("Too little moved around this onset, or is known from before it, to compare it.")
    if not found.searched:
        return t("There is no earlier event to compare with.")
    near = [event for event in found.events if event.similar]
    if near:
        return t("Similar events are listed below; none of them was resolved with a cause yet.")
    if found.searched == 1:
        return t("Nothing similar: one earlier event looked through, not near enough.")
    return t(
        "Nothing similar: {n} earlier events looked through, none near enough.",
        n=number(found.searched),
    )


def event_options(found: Similar, settings: PageSettings) -> list[dict[str, object]]:
    """Earlier events as choices that are the chart's legend too."""
    return [
        {"label": _legend(letter, event, settings), "value": event.id}
        for letter, event in lettered(found)
    ]


def lettered(found: Similar) -> list[tuple[str, SimilarEvent]]:
    """Earlier events with their letters, the most similar first."""
    return [(chr(ord("A") + at), event) for at, event in enumerate(found.events)]


def _legend(letter: str, event: SimilarEvent, settings: PageSettings) -> Component:
    place = Drawn(letter, "", ()).number
    colour = SERIES[place % len(SERIES)]
    return html.Span(
        [
            html.B(letter, className="comparison-letter", style={"borderBottomColor": colour}),
            f" {event_name(event, settings)}",
        ]
    )


def event_name(event: SimilarEvent, settings: PageSettings) -> str:
    """Date, extruder and cause."""
    when = format_time(event.onset, settings.zone)
    return f"{when} · {event.extruder_name} · {cause_label(event.cause)}"


def events_table(found: Similar, settings: PageSettings) -> list[Component]:
    """Similar events with links to their dossiers."""
    if not found.events:
        return []
    columns = (
        "",
        mark("Onset"),
        mark("Extruder"),
        mark("Cause"),
        mark("Action"),
        mark("Time to repair"),
        mark("Scrap"),
        mark("Alike"),
    )
    rows = [_row(letter, event, settings) for letter, event in lettered(found)]
    more = [" ", t("Older ones were not looked at.")] if found.capped else []
    return [
        html.Table(
            [
                html.Caption(t("Earlier events that look most like this one")),
                html.Thead(html.Tr([html.Th(t(name), scope="col") for name in columns])),
                html.Tbody(rows),
            ],
            className="comparison-table",
        ),
        html.P(
            [
                t("Looked through: {n}.", n=number(found.searched)),
                *more,
                " ",
                t(
                    "Alike: how much of what the signals did from 10 min before to 60 min after"
                    " the onset is the same; from {share} % on events are called similar. Those of"
                    " the same extruder come first where they are as near.",
                    share=f"{100 * (1 - SIMILAR):.0f}",
                ),
            ],
            className="history-note",
        ),
    ]


def _row(letter: str, event: SimilarEvent, settings: PageSettings) -> Component:
    cause = cause_label(event.cause)
    repair = format_duration(event.repair_ms) if event.repair_ms is not None else t("lasts still")
    scrap = f"{number(event.kg)} kg · {format_money(event.money, settings.currency)}"
    cells = (
        html.B(letter),
        dcc.Link(format_time(event.onset, settings.zone), href=address(event.id)),
        event.extruder_name,
        cause if event.found else t("{cause} (probable)", cause=cause),
        event.action or UNKNOWN,
        repair,
        scrap,
        _alike(event) + ("" if event.similar else " – " + t("not similar")),
    )
    return html.Tr([html.Td(cell) for cell in cells])


def _alike(event: SimilarEvent) -> str:
    return f"{100 * max(0.0, 1 - event.distance):.0f} %"
