"""The frame of every page: name, navigation, clock, theme, alarms, banner."""

from __future__ import annotations

import json

import dash
from dash import dcc, html
from dash.development.base_component import Component

from components import ids
from components.alarm_bar import alarm_bar
from words import LANGUAGES, language, t


def shell(plant_name: str, browser_settings: dict[str, object]) -> Component:
    """Header, alarm bar, banner and the container of the pages.

    `browser_settings` reach the scripts as JSON: pollMs, staleAfterMs, timeZone.
    """
    return html.Div(
        [
            html.A(t("Skip to content"), href="#content", className="skip-link"),
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
                    dcc.Link(t("Plant"), href="/", className="nav-link"),
                    dcc.Link(t("Scope"), href="/scope", className="nav-link"),
                    dcc.Link(t("Malfunctions"), href="/malfunctions", className="nav-link"),
                    dcc.Link(t("Trends"), href="/trends", className="nav-link"),
                    dcc.Link(t("Shift report"), href="/report", className="nav-link"),
                    dcc.Link(t("Sources"), href=ids.SOURCES_PATH, className="nav-link"),
                    dcc.Link(t("System"), href=ids.SYSTEM_PATH, className="nav-link"),
                ],
                **_label(t("Pages")),
            ),
            html.Span(id=ids.CLOCK, className="clock", title=t("Plant time")),
            _language_choice(),
            html.Button(
                t("Dark"),
                id=ids.THEME_TOGGLE,
                className="button",
                type="button",
                title=t("Switch between light and dark"),
            ),
        ],
        className="header",
    )


def _language_choice() -> Component:
    """Each language by its own name: who reads none of the others finds theirs."""
    options = [
        html.Option(name, value=key, selected=key == language(), lang=key)
        for key, name in LANGUAGES.items()
    ]
    return html.Select(
        options, id=ids.LANGUAGE, className="button language", **_label(t("Language"))
    )


def _label(text: str) -> dict[str, str]:
    return {"aria-label": text}
