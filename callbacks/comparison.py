"""The section Compare of a dossier: asked when the dossier is open, and when somebody chooses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs

from dash import ClientsideFunction, Dash, Input, Output, State, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import ids_comparison as ids
from components import ids_dossier
from components.comparison import (
    CHANGE,
    FIRST_EVENTS,
    FIRST_SIGNALS,
    READINGS,
    Chosen,
    comparison,
    notes,
    picture_of,
)
from components.comparison_chart import Drawn
from components.comparison_events import (
    event_name,
    event_options,
    events_table,
    last_time,
    lettered,
)
from components.history_states import why_not
from components.page_settings import PageSettings
from data.errors import MeltwatchError
from data.extruders import Catalogue
from data.history import Questions
from data.history.dossier import Dossier, dossier
from data.history.golden import golden
from data.history.onset_lines import MOST_SIGNALS, onset_lines
from data.history.similar import Similar, similar_events
from words import t

#: Seconds that answers are kept: of this event, which may still last, and of the others.
FACTS_KEPT_S, OWN_KEPT_S, OTHERS_KEPT_S, GOLDEN_KEPT_S = 1.0, 8.0, 600.0, 10.0
#: Keys of the URL's query; NONE says that nothing is chosen.
SIGNALS, EVENTS, SHOW, NONE = "compare", "with", "show", "none"
#: Dash's own: the address of the page.
_LOCATION = "_pages_location"


def register(
    app: Dash, _catalogue: Callable[[], Catalogue], questions: Questions, settings: PageSettings
) -> None:
    """Fill the host on the dossier page, and keep it up to date."""
    view = _View(questions, settings)

    @app.callback(
        Output(ids.HOST, "children"),
        Input(ids_dossier.MALFUNCTION, "data"),
        State(_LOCATION, "search"),
    )  # type: ignore[untyped-decorator]
    def section(malfunction: str, search: str | None) -> Component:
        return view.section(malfunction, search or "")

    @app.callback(
        Output(ids.LAST, "children"),
        Output(ids.EVENTS, "options"),
        Output(ids.TABLE, "children"),
        Input(ids_dossier.TICK, "n_intervals"),
        State(ids_dossier.MALFUNCTION, "data"),
        prevent_initial_call=True,
    )  # type: ignore[untyped-decorator]
    def lists(_tick: int | None, malfunction: str) -> tuple[Any, ...]:
        return view.lists(malfunction)

    @app.callback(
        Output(ids.CHART, "figure"),
        Output(ids.NOTE, "children"),
        Output(ids.QUERY, "data"),
        Input(ids.SIGNALS, "value"),
        Input(ids.EVENTS, "value"),
        Input(ids.SHOW, "value"),
        Input(ids.EVENTS, "options"),
        State(ids_dossier.MALFUNCTION, "data"),
        prevent_initial_call=True,
    )  # type: ignore[untyped-decorator]
    def chart(
        signals: Sequence[str] | None,
        events: Sequence[str] | None,
        show: str,
        _options: object,
        malfunction: str,
    ) -> tuple[Any, ...]:
        chosen = Chosen(tuple(signals or ())[:MOST_SIGNALS], tuple(events or ()), show)
        return view.chart(malfunction, chosen)

    app.clientside_callback(
        ClientsideFunction("meltwatch", "mergeQuery"),
        Output(ids.QUERY_DONE, "data"),
        Input(ids.QUERY, "data"),
        # The dossier lays its own selection into the address: lay ours beside it again.
        Input(ids_dossier.QUERY, "data"),
    )


class _View:
    """Asks, and turns answers into components."""

    def __init__(self, questions: Questions, settings: PageSettings) -> None:
        self._questions, self._settings = questions, settings

    def section(self, malfunction: str, search: str) -> Component:
        try:
            about, found = self._about(malfunction)
            usual = self._usual(about, found)
            chosen = _of_query(search, usual)
            picture, note = self._picture(about, found, chosen)
        except MeltwatchError as error:
            return why_not(error)
        query = _query(chosen, usual)
        return comparison(about, found, chosen, picture, note, query, self._settings)

    def lists(self, malfunction: str) -> tuple[Any, ...]:
        """A malfunction that lasts may look like others by now."""
        try:
            _, found = self._about(malfunction)
        except MeltwatchError:
            raise PreventUpdate from None  # what is shown stays
        return (
            last_time(found, self._settings),
            event_options(found, self._settings),
            events_table(found, self._settings),
        )

    def chart(self, malfunction: str, chosen: Chosen) -> tuple[Any, ...]:
        try:
            about, found = self._about(malfunction)
            usual = self._usual(about, found)
            picture, note = self._picture(about, found, chosen)
        except MeltwatchError as error:
            return no_update, why_not(error), no_update
        return picture, note, _query(chosen, usual)

    def _about(self, malfunction: str) -> tuple[Dossier, Similar]:
        about = self._questions.ask(dossier, malfunction, keep_s=FACTS_KEPT_S)
        found = self._questions.ask(similar_events, malfunction, keep_s=OWN_KEPT_S)
        if about is None or found is None:
            raise PreventUpdate
        return about, found

    def _usual(self, about: Dossier, found: Similar) -> Chosen:
        """What is compared until somebody chooses: signals that tell most, the nearest events."""
        telling = about.telling[:MOST_SIGNALS]
        own = self._questions.ask(onset_lines, about.malfunction.id, telling, keep_s=OWN_KEPT_S)
        # An extruder may lack what its malfunction would tell by: rigid PVC has no screen.
        signals = [line.signal for line in own.lines] or list(telling)
        near = [event for event in found.events if event.similar] or found.events[:1]
        events = tuple(event.id for event in near[:FIRST_EVENTS])
        return Chosen(tuple(signals[:FIRST_SIGNALS]), events)

    def _picture(self, about: Dossier, found: Similar, chosen: Chosen) -> tuple[Any, Any]:
        one = about.malfunction
        ask, signals = self._questions.ask, chosen.signals
        own = ask(onset_lines, one.id, signals, keep_s=OWN_KEPT_S)
        lines, drawn = [own], [Drawn("this", t("This event"), own.lines, this=True)]
        for letter, event in lettered(found):
            if event.id in chosen.events:
                other = ask(onset_lines, event.id, signals, keep_s=OTHERS_KEPT_S)
                lines.append(other)
                name = f"{letter} {event_name(event, self._settings)}"
                drawn.append(Drawn(letter, name, other.lines))
        gold = ask(golden, one.extruder, one.product, signals, keep_s=GOLDEN_KEPT_S)
        said = notes(about, lines, chosen, gold, self._settings)
        return picture_of(about, drawn, chosen, gold), said


def _of_query(search: str, usual: Chosen) -> Chosen:
    """The choice that the URL's query says; what it does not say is as usual."""
    query = parse_qs(search.removeprefix("?"))
    show = CHANGE if query.get(SHOW) == [CHANGE] else READINGS
    signals = _list(query, SIGNALS, usual.signals)[:MOST_SIGNALS]
    return Chosen(signals, _list(query, EVENTS, usual.events), show)


def _list(query: dict[str, list[str]], key: str, usual: tuple[str, ...]) -> tuple[str, ...]:
    text = query.get(key, [""])[0]
    if not text:
        return usual
    return () if text == NONE else tuple(text.split(","))


def _query(chosen: Chosen, usual: Chosen) -> dict[str, str]:
    """A choice for the URL; what is as usual is left out."""
    return {
        SIGNALS: _text(chosen.signals, usual.signals),
        EVENTS: _text(chosen.events, usual.events),
        SHOW: "" if chosen.show == READINGS else chosen.show,
    }


def _text(values: tuple[str, ...], usual: tuple[str, ...]) -> str:
    return "" if set(values) == set(usual) else ",".join(values) or NONE
