"""One line under the header of every page: what is not yet acknowledged, and the sound."""

from __future__ import annotations

import json

from dash import dcc, html
from dash.development.base_component import Component

from components import ids
from data.malfunctions.malfunction import CANNOT_TELL
from data.malfunctions.signatures import SIGNATURES
from words import mark, t

#: Sign and word of each priority; the sign tells them apart without colour.
PRIORITIES = {
    1: ("◆", mark("Critical")),
    2: ("■", mark("High")),
    3: ("●", mark("Medium")),
    4: ("○", mark("Low")),
}


def alarm_bar() -> Component:
    """The bar before the first answer; the browser fills it once a second."""
    return html.Aside(
        [
            html.Div([_count(one) for one in PRIORITIES], className="alarm-bar__counts"),
            html.Div(
                t("Alarms are loading"), className="alarm-bar__news", **{"data-mw-part": "urgent"}
            ),
            html.Div(
                [
                    _button(t("Silence"), "silence", t("Silence the alarms that sound now")),
                    dcc.Link(
                        t("Alarms"), href=ids.ALARMS_PATH, className="nav-link alarm-bar__link"
                    ),
                    _button(t("Sound off"), "sound", t("Switch the sound of alarms on or off")),
                ],
                className="alarm-bar__tools",
            ),
        ],
        id=ids.ALARM_BAR,
        className="alarm-bar",
        **{"aria-label": t("Alarms"), "data-mw-causes": json.dumps(causes())},
    )


def causes() -> list[list[str]]:
    """What a malfunction can be resolved as: name of the cause and its words."""
    known = [[name, t(signature.label)] for name, signature in SIGNATURES.items()]
    return [*known, ["other", t("Another cause")], [CANNOT_TELL, t("Cause unclear")]]


def _count(priority: int) -> Component:
    sign, word = PRIORITIES[priority]
    return html.Span(
        [
            html.Span(sign, className="alarm-sign", **{"aria-hidden": "true"}),
            html.B("–", **{"data-mw-part": f"count-{priority}"}),
            html.Span(t(word), className="alarm-count__word"),
        ],
        className=f"alarm-count priority-{priority}",
        title=t("Unacknowledged alarms of priority {priority}", priority=t(word).lower()),
    )


def _button(text: str, part: str, title: str) -> Component:
    return html.Button(
        text, type="button", className="button", title=title, **{"data-mw-part": part}
    )
