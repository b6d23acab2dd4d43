"""The Sources page: where readings come from, how each source is, and what is not mapped.

The browser fills it from /sources/now (assets/live/sources_page.mjs).
"""

from __future__ import annotations

import json

from dash import html
from dash.development.base_component import Component

from components import ids
from words import mark, t

#: Sign, word and weight of a source's condition: never colour alone.
CONDITIONS = {
    "starting": ("…", mark("Starting"), "calm"),
    "receiving": ("✓", mark("Receiving"), "calm"),
    "silent": ("▲", mark("Silent"), "high"),
    "lost": ("✕", mark("Lost"), "highhigh"),
    "failed": ("✕", mark("Failed"), "highhigh"),
    "ended": ("■", mark("Ended"), "calm"),
}
#: What each condition means.
MEANINGS = {
    "starting": mark("It is being connected."),
    "receiving": mark("Readings arrive."),
    "silent": mark("It is connected, but no reading has come for a while."),
    "lost": mark("It is not reached; it is tried again by itself."),
    "failed": mark("Trying again alone does not help: somebody must mend what is said here."),
    "ended": mark("It has nothing more to deliver."),
}
#: Words of a check that marks readings as uncertain; others are shown as they are called.
CHECKS = {
    "frozen": mark("Frozen"),
    "mirrored": mark("Mirrored"),
    "unit": mark("Unit jump"),
    "clock": mark("Clock"),
}


def sources_page() -> Component:
    """The page before the first answer."""
    words = {
        "conditions": {
            key: (sign, t(word), tone) for key, (sign, word, tone) in CONDITIONS.items()
        },
        "meanings": {key: t(text) for key, text in MEANINGS.items()},
        "checks": {key: t(word) for key, word in CHECKS.items()},
    }
    return html.Div(
        [
            html.H1(t("Sources")),
            html.P(
                t("Loading …"),
                className="panel__state sources__state",
                role="status",
                **{"data-mw-part": "state"},
            ),
            html.Div([], className="sources__list", **{"data-mw-part": "list"}),
        ],
        id=ids.SOURCES_ROOT,
        className="system sources",
        **{
            "data-mw-page": "sources",
            "data-mw-path": ids.SOURCES_PATH,
            "data-mw-words": json.dumps(words),
        },
    )
