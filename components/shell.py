"""The frame of every page: name, navigation, clock, theme, alarms, banner."""

from __future__ import annotations

import json

import dash
from dash import dcc, html
from dash.development.base_component import Component

from components import ids
from components.alarm_bar import alarm_bar

#: Dash's own document, with a language.
DOCUMENT = """<!DOCTYPE html>
<html lang="en">
    <head>
        {%metas%}
        <title>{%title%}</title>
        {%favicon%}
        {%css%}
    </head>
    <body>
        {%app_entry%}
        <footer>
            {%config%}
            {%scripts%}
            {%renderer%}
        </footer>
    </body>
</html>"""


def shell(plant_name: str, browser_settings: dict[str, object]) -> Component:
    """Header, alarm bar, banner and the container of the pages.

    `browser_settings` reach the scripts as JSON: pollMs, staleAfterMs, timeZone.
    """
    return html.Div(
        [
            html.A("Skip to content", href="#content", className="skip-link"),
            _header(plant_name),
            alarm_bar(),
            html.Div(id=ids.BANNER, className="banner", role="alert", hidden=True),
            html.Main(dash.page_container, id="content", tabIndex="-1"),
        ],
        id=ids.SHELL,
        className="shell",
        **{"data-mw": json.dumps(browser_settings)},
    )


def _header(plant_name: str) -> Component:
    return html.Header(
        [
            dcc.Link([html.Span("Meltwatch", className="brand")], href="/", className="home"),
            html.Span(plant_name, className="plant-name"),
            html.Nav(
                [
                    dcc.Link("Plant", href="/", className="nav-link"),
                    dcc.Link("Scope", href="/scope", className="nav-link"),
                    dcc.Link("Malfunctions", href="/malfunctions", className="nav-link"),
                    dcc.Link("Trends", href="/trends", className="nav-link"),
                    dcc.Link("Shift report", href="/report", className="nav-link"),
                    dcc.Link("Sources", href=ids.SOURCES_PATH, className="nav-link"),
                    dcc.Link("System", href=ids.SYSTEM_PATH, className="nav-link"),
                ],
                **_label("Pages"),
            ),
            html.Span(id=ids.CLOCK, className="clock", title="Plant time"),
            html.Button(
                "Dark",
                id=ids.THEME_TOGGLE,
                className="button",
                type="button",
                title="Switch between light and dark",
            ),
        ],
        className="header",
    )


def _label(text: str) -> dict[str, str]:
    return {"aria-label": text}
