"""The section Compare of a dossier: similar earlier events, laid over this one at the onset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from components import ids_comparison as ids
from components.charts import (
    figure,
    format_time,
    graph,
)
from components.comparison_chart import Drawn, comparison_chart
from components.comparison_events import event_options, events_table, last_time
from components.history_states import dropdown_texts, nothing
from components.page_settings import PageSettings
from data.extruders import Signal
from data.history.dossier import Dossier
from data.history.golden import Golden
from data.history.onset_lines import MOST_MINUTES, MOST_SIGNALS, OnsetLines
from data.history.similar import Similar
from words import plural, t

#: What the chart shows of a signal.
READINGS, CHANGE = "readings", "change"
#: Events that are drawn to begin with, and signals.
FIRST_EVENTS, FIRST_SIGNALS = 3, 2
_MINUTE_MS, _LEAST_MINUTES, _AFTER_MINUTES = 60_000, 60, 15


@dataclass(frozen=True)
class Chosen:
    """What is compared: names of signals, ids of earlier events, and READINGS or CHANGE."""

    signals: tuple[str, ...]
    events: tuple[str, ...]
    show: str = READINGS


def comparison(
    about: Dossier, found: Similar, chosen: Chosen, picture: go.Figure, note: list[Component],
    query: dict[str, str], settings: PageSettings,
) -> Component:  # fmt: skip
    """The whole section; `query` is what the URL says of it."""
    return html.Section(
        [
            html.H2(t("Compare")),
            html.Div(last_time(found, settings), id=ids.LAST),
            _controls(about, chosen),
            html.Div(
                [
                    html.Span(t("This event"), className="comparison-this"),
                    dcc.Checklist(
                        options=event_options(found, settings),
                        value=list(chosen.events),
                        id=ids.EVENTS,
                        className="comparison-events",
                    ),
                ],
                className="comparison-legend",
                role="group",
                **{"aria-label": t("Events in the chart")},
            ),
            html.Div(note, id=ids.NOTE),
            graph(ids.CHART, picture),
            html.Div(events_table(found, settings), id=ids.TABLE, className="comparison-scroll"),
            dcc.Store(id=ids.QUERY, data=query),
            dcc.Store(id=ids.QUERY_DONE),
        ],
        className="history-card comparison",
        **{"aria-label": t("Compare")},
    )


def _controls(about: Dossier, chosen: Chosen) -> Component:
    options = [{"label": t(signal.label), "value": signal.name} for signal in about.signals]
    show = [
        {"label": t("Readings"), "value": READINGS},
        {"label": t("Change since before the onset"), "value": CHANGE},
    ]
    return html.Div(
        [
            html.Label(
                [
                    html.Span(t("Signals (up to {n})", n=MOST_SIGNALS)),
                    dcc.Dropdown(
                        options=options,
                        value=list(chosen.signals),
                        id=ids.SIGNALS,
                        multi=True,
                        clearable=False,
                        placeholder=t("Choose a signal"),
                        labels=dropdown_texts(),
                        className="comparison-signals",
                    ),
                ],
                className="comparison-choice",
            ),
            dcc.RadioItems(
                options=show, value=chosen.show, id=ids.SHOW, className="comparison-show"
            ),
        ],
        className="comparison-controls",
    )


def picture_of(
    about: Dossier,
    drawn: Sequence[Drawn],
    chosen: Chosen,
    gold: Golden,
) -> go.Figure:
    """The chart; an empty one where there is nothing to draw."""
    signals = chosen_signals(about, chosen)
    if not signals or not any(one.lines for one in drawn):
        # Plotly draws nothing lower than 10 px.
        return figure(
            height=10,
            margin=dict.fromkeys("lrtb", 0),
            xaxis={"visible": False},
            yaxis={"visible": False},
        )
    return comparison_chart(drawn, signals, gold.bands, _until(about), chosen.show == CHANGE)


def chosen_signals(about: Dossier, chosen: Chosen) -> list[Signal]:
    """The chosen signals in the order of choice."""
    by_name = {signal.name: signal for signal in about.signals}
    return [by_name[name] for name in chosen.signals if name in by_name]


def _until(about: Dossier) -> float:
    """Minutes after the onset that are drawn: what this event takes, within limits."""
    one = about.malfunction
    lasted = ((one.ended or about.as_of) - one.onset) / _MINUTE_MS
    return float(min(MOST_MINUTES, max(_LEAST_MINUTES, lasted + _AFTER_MINUTES)))


def notes(
    about: Dossier, lines: Sequence[OnsetLines], chosen: Chosen, gold: Golden,
    settings: PageSettings,
) -> list[Component]:  # fmt: skip
    """What the chart cannot show, and which golden run its band is of."""
    said = [_golden_note(about, chosen, gold, settings)]
    if not chosen.signals:
        return [nothing(t("No signal is chosen."))]
    have = {line.signal for line in lines[0].lines} if lines else set()
    if not have:
        said.insert(0, nothing(t("No such readings of this event are kept.")))
    elif lacking := [t(one.label) for one in chosen_signals(about, chosen) if one.name not in have]:
        said.insert(
            0, nothing(t("This event has no readings of {signals}.", signals=", ".join(lacking)))
        )
    lost = sum(not one.lines for one in lines[1:])
    if lost:
        text = plural(
            "Of one of the chosen events no such readings are kept.",
            "Of {n} of the chosen events no such readings are kept.",
            lost,
        )
        said.insert(0, nothing(text))
    return said


def _golden_note(about: Dossier, chosen: Chosen, gold: Golden, settings: PageSettings) -> Component:
    run, product = gold.run, gold.product_name or t("product {number}", number=gold.product)
    if not gold.product:
        return nothing(
            t("It is not known what was made, so there is no golden run to compare with.")
        )
    if run is None:
        names = ",".join(f"{about.malfunction.extruder}:{name}" for name in chosen.signals)
        here = f"/trends?signals={names}&from={about.start}&to={about.end}"
        return html.P(
            [
                t(
                    "No golden run of {product} is marked. Choose a time when all was well, and"
                    " mark it as golden run:",
                    product=product,
                ),
                " ",
                dcc.Link(t("Trends"), href=here),
            ],
            className="history-note",
        )
    where = run.extruder_name + (
        "" if run.same_extruder else " " + t("(none is marked on this extruder)")
    )
    first, last = format_time(run.start, settings.zone), format_time(run.end, settings.zone)
    text = f", “{run.text}”" if run.text else ""
    band = t(
        "golden run of {product} on {extruder}, {start} to {end}, marked by {name}{text}",
        product=product,
        extruder=where,
        start=first,
        end=last,
        name=run.who,
        text=text,
    )
    if chosen.show == CHANGE:
        return nothing(t("The {band}, shows as a band with Readings.", band=band))
    kept = {one.signal for one in gold.bands}
    gone = (
        ""
        if all(n in kept for n in chosen.signals)
        else " " + t("Not all of its readings are kept.")
    )
    return nothing(t("Grey band: {band}.", band=band) + gone)
