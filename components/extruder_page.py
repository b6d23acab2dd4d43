"""Level 2: one extruder, its gauges, zone profile and the last 15 minutes of every signal."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from components import ids, ids_playback
from components.gauges import gauge_tile
from data.extruders import Catalogue, Extruder
from words import t


def extruder_page(extruder: Extruder, catalogue: Catalogue, *, playback: bool = False) -> Component:
    """The page of one extruder; the browser fills it with live values, or those of the past."""
    return html.Div(
        [
            _title(extruder, catalogue, playback),
            html.Section(
                id=ids.EXTRUDER_ALARMS,
                className="extruder-alarms",
                **{"aria-label": t("Malfunction, alarms and predictions")},
            ),
            html.Section(
                [gauge_tile(extruder.signals[slot], slot) for slot in extruder.gauges],
                className="gauges",
                **{"aria-label": t("Gauges")},
            ),
            html.Section(
                id=ids.ZONE_PROFILE, className="zones", **{"aria-label": t("Barrel zone profile")}
            ),
            html.Section(
                id=ids.TRENDS,
                className="trends-host",
                **{"aria-label": t("15 minutes before") if playback else t("Last 15 minutes")},
            ),
        ],
        id=ids.EXTRUDER_ROOT,
        className="extruder extruder--playback" if playback else "extruder",
        **{
            "data-mw-page": "extruder",
            "data-mw-path": f"/extruder/{extruder.id}",
            "data-mw-extruder": str(extruder.id),
            "data-mw-catalogue": str(catalogue.version),
        },
    )


def playback_page(extruder: Extruder, catalogue: Catalogue, at: str) -> Component:
    """The page fed from history, from `at` on (ms, as the URL has it); live if that is no time."""
    if not (at.isascii() and at.isdecimal()):
        return html.Div([_no_time(at), extruder_page(extruder, catalogue)])
    return html.Div(
        [
            html.Div(id=ids_playback.HOST, className="playback"),
            extruder_page(extruder, catalogue, playback=True),
        ],
        className="playback-page",
        # Another time is another page, although all of its parts are alike.
        key=f"playback-{extruder.id}-{at}",
    )


def _no_time(text: str) -> Component:
    return html.P(
        t("“{text}” in the address is no time that could be played back: this is live.", text=text),
        className="playback-refused",
        role="status",
    )


def _title(extruder: Extruder, catalogue: Catalogue, playback: bool) -> Component:
    return html.Div(
        [
            dcc.Link(t("← Plant"), href="/", className="button"),
            html.H1(extruder.name),
            html.Span(t("loading"), className="chip", **{"data-mw-part": "state"}),
            html.Span("", className="extruder__product", **{"data-mw-part": "product"}),
            html.Span("", className="extruder__worst", **{"data-mw-part": "worst"}),
            html.Span("", className="extruder__age", **{"data-mw-part": "age"}),
            *([] if playback else [_play_back()]),
            _malfunctions(extruder),
            html.Nav(_neighbours(extruder, catalogue), **{"aria-label": t("Other extruders")}),
        ],
        className="extruder__title",
    )


def _malfunctions(extruder: Extruder) -> Component:
    return dcc.Link(
        t("Past malfunctions"),
        href=f"/malfunctions?extruder={extruder.id}",
        className="nav-link",
        title=t("All malfunctions of {extruder}, with those that are over", extruder=extruder.name),
    )


def _play_back() -> Component:
    return html.Button(
        t("Play back"),
        type="button",
        className="button",
        title=t("Play the last 15 minutes back, or any other time"),
        **{"data-mw-part": "play-back"},
    )


def _neighbours(extruder: Extruder, catalogue: Catalogue) -> list[Component]:
    order = [e.id for e in catalogue.extruders]
    at = order.index(extruder.id)
    links = [("‹", order[at - 1], t("Previous extruder"))] if at else []
    if at + 1 < len(order):
        links.append(("›", order[at + 1], t("Next extruder")))
    return [
        dcc.Link(sign, href=f"/extruder/{other}", className="button", title=title)
        for sign, other, title in links
    ]
