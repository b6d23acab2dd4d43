"""The System page: a panel for each part of Meltwatch that says how it is and what it costs."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from components import ids
from words import t


def system_page(panels: Sequence[Component]) -> Component:
    """The frame around the panels, in their order; each is made by `panel`."""
    return html.Div(
        [html.H1(t("System")), *panels],
        id=ids.SYSTEM_ROOT,
        className="system",
        **{"data-mw-page": "system", "data-mw-path": ids.SYSTEM_PATH},
    )


def panel(name: str, title: str, body: Sequence[Component]) -> Component:
    """A section of the page; `name` is its part of assets/live/system_page.mjs, which fills it.

    The paragraph under the title says how old the figures are, or why there are none.
    """
    heading = f"system-{name}"
    return html.Section(
        [
            html.H2(title, id=heading),
            html.P(t("Loading …"), className="panel__state", **{"data-mw-part": "state"}),
            *body,
        ],
        className=f"panel panel--{name}",
        **{"data-mw-panel": name, "aria-labelledby": heading},
    )
