"""Level 1: the whole plant, a card per extruder."""

from __future__ import annotations

import json

from dash import dcc, html
from dash.development.base_component import Component

from components import ids
from data.extruders import Catalogue, Extruder, Limits, what_is_set
from words import plural, t

#: Up to this many extruders the cards have room for labels and a sparkline.
ROOMY_UP_TO = 12
#: Beyond this many only name, state and the worst deviation are shown.
DENSE_UP_TO = 60
#: Gauge signals drawn as moving indicators; the next one is the card's large number.
INDICATORS = 4


def plant_page(catalogue: Catalogue) -> Component:
    """The page for a catalogue; the browser fills it with live values."""
    count = len(catalogue.extruders)
    return html.Div(
        [
            html.H1(t("Plant"), className="visually-hidden"),
            html.Div(_tallies(count), className="tallies", role="status"),
            html.Div(
                [card(extruder) for extruder in catalogue.extruders],
                id=ids.PLANT_CARDS,
                className=f"cards cards--{density(count)}",
            ),
        ],
        id=ids.PLANT_ROOT,
        **{
            "data-mw-page": "plant",
            "data-mw-path": "/",
            "data-mw-catalogue": str(catalogue.version),
        },
    )


def density(count: int) -> str:
    """How much a card can show when `count` of them share the screen."""
    if count <= ROOMY_UP_TO:
        return "roomy"
    return "dense" if count <= DENSE_UP_TO else "tight"


def _tallies(count: int) -> list[Component]:
    names = {
        "attention": t("need attention"),
        "silent": t("without readings"),
        "production": t("in production"),
        "startup": t("in start-up"),
        "stopped": t("stopped"),
        "unknown": t("without job data"),
    }
    return [
        html.Span(
            [html.B("–", **{"data-mw-tally": key}), f" {words}"],
            className=f"tally tally--{key}",
        )
        for key, words in names.items()
    ] + [html.Span(plural("{n} extruder", "{n} extruders", count), className="tally tally--all")]


def card(extruder: Extruder) -> Component:
    """One extruder at a glance; loading until the first answer."""
    return html.Article(
        dcc.Link(
            [
                html.Header(
                    [
                        html.H2(extruder.name),
                        html.Span("", className="card__alarms", **_part("alarms")),
                        html.Span(t("loading"), className="chip", **_part("state")),
                    ]
                ),
                html.Div(
                    [
                        html.Span("–", className="card__product", **_part("product")),
                        html.Span("", className="card__age", **_part("age")),
                    ],
                    className="card__line",
                ),
                html.Div("", className="card__worst", **_part("worst")),
                html.Div(_fault(), className="card__fault", **_part("fault")),
                html.Div(_headline(extruder), className="card__headline"),
                html.Div(_indicators(extruder), className="indicators"),
                html.Div(className="spark", **_part("spark")),
            ],
            href=f"/extruder/{extruder.id}",
            className="card__link",
        ),
        className="card card--loading",
        **{"data-mw-card": json.dumps(_card_data(extruder), separators=(",", ":"))},
    )


def _fault() -> list[Component]:
    """What is wrong or will be, what it has cost, and what to check first."""
    return [
        html.Span("", className=f"card__{name}", **_part(name))
        for name in ("cause", "cost", "check")
    ]


def _headline(extruder: Extruder) -> list[Component]:
    shown = extruder.gauges[INDICATORS : INDICATORS + 1]
    return [
        part
        for slot in shown
        for part in (
            html.Span(t(extruder.signals[slot].label), className="card__label"),
            html.Span("–", className="card__number", **_part("headline")),
            html.Span(t(extruder.signals[slot].unit), className="unit"),
        )
    ]


def _indicators(extruder: Extruder) -> list[Component]:
    return [_indicator(extruder, slot) for slot in extruder.gauges[:INDICATORS]]


def _indicator(extruder: Extruder, slot: int) -> Component:
    signal = extruder.signals[slot]
    return html.Div(
        [
            html.Span(t(signal.label), className="indicator__label"),
            html.Span(
                [
                    html.Span(className="indicator__band"),
                    html.Span(className="indicator__pointer"),
                ],
                className="indicator__track",
            ),
            html.Span("–", className="indicator__value"),
            html.Span(t(signal.unit), className="unit"),
        ],
        className="indicator",
        **{"data-mw-slot": str(slot)},
    )


def _part(name: str) -> dict[str, str]:
    return {"data-mw-part": name}


def _card_data(extruder: Extruder) -> dict[str, object]:
    """What the browser needs to draw a card: scales, limits by product, words for a deviation."""
    gauges = [extruder.signals[slot] for slot in extruder.gauges]
    return {
        "id": extruder.id,
        "gauges": [
            {
                "label": t(signal.label),
                "unit": t(signal.unit),
                "low": signal.low,
                "high": signal.high,
                "decimals": signal.decimals,
            }
            for signal in gauges
        ],
        "limits": {
            str(product): [what_is_set(limits.get(signal.name, Limits())) for signal in gauges]
            for product, limits in extruder.limits.items()
        },
        "signals": [[t(s.label), t(s.unit), s.decimals] for s in extruder.signals],
    }
