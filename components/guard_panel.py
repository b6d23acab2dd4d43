"""The panel Store of the System page: what the guard found, what mends it, how the store grows.

The browser fills it from /system/guard (assets/live/guard_panel.mjs).
"""

from __future__ import annotations

import json

from dash import html
from dash.development.base_component import Component

from components.alarm_bar import PRIORITIES
from components.system_page import panel
from words import t


def guard_panel() -> Component:
    """The panel before the first answer."""
    return panel(
        "guard",
        t("Store"),
        [
            html.P("", className="guard__headline", **_part("headline")),
            html.Ul(
                [],
                className="guard__findings",
                **{"data-mw-priorities": json.dumps(_priorities()), **_part("findings")},
            ),
            html.H3(t("Growth")),
            html.P("", className="guard__growth", **_part("growth")),
            html.Ul([], className="guard__notes", **_part("notes")),
            html.Div(
                [
                    html.H3(t("Statements cancelled in the last 24 h")),
                    html.Ul([], className="guard__stopped", **_part("stopped")),
                ],
                hidden=True,
                **_part("cancelled"),
            ),
        ],
    )


def _priorities() -> dict[int, tuple[str, str]]:
    return {one: (sign, t(word)) for one, (sign, word) in PRIORITIES.items()}


def _part(name: str) -> dict[str, str]:
    return {"data-mw-part": name}
