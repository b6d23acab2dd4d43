"""The Sources page: where readings come from, how each source is, and what is not mapped.

The browser fills it from /sources/now (assets/live/sources_page.mjs).
"""

from __future__ import annotations

import json

from dash import html
from dash.development.base_component import Component

from components import ids

#: Sign, word and weight of a source's condition: never colour alone.
CONDITIONS = {
    "starting": ("…", "Starting", "calm"),
    "receiving": ("✓", "Receiving", "calm"),
    "silent": ("▲", "Silent", "high"),
    "lost": ("✕", "Lost", "highhigh"),
    "failed": ("✕", "Failed", "highhigh"),
    "ended": ("■", "Ended", "calm"),
}
#: What each condition means.
MEANINGS = {
    "starting": "It is being connected.",
    "receiving": "Readings arrive.",
    "silent": "It is connected, but no reading has come for a while.",
    "lost": "It is not reached; it is tried again by itself.",
    "failed": "Trying again alone does not help: somebody must mend what is said here.",
    "ended": "It has nothing more to deliver.",
}
#: Words of a check that marks readings as uncertain; others are shown as they are called.
CHECKS = {
    "frozen": "Frozen",
    "mirrored": "Mirrored",
    "unit": "Unit jump",
    "clock": "Clock",
}


def sources_page() -> Component:
    """The page before the first answer."""
    words = {"conditions": CONDITIONS, "meanings": MEANINGS, "checks": CHECKS}
    return html.Div(
        [
            html.H1("Sources"),
            html.P(
                "Loading …",
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
