"""The panel Pipeline of the System page: how readings come to screens, and what stands in the way.

The browser fills it from /system/pipeline (assets/live/pipeline_panel.mjs).
"""

from __future__ import annotations

import json

from dash import html
from dash.development.base_component import Component

from components.system_page import panel
from words import mark, t

#: Stages in the order of the flow, with what each is for.
STAGES = {
    "ingest": (mark("Source and ingest"), mark("readings come in")),
    "store": (mark("Store"), mark("keeps all readings")),
    "workers": (mark("Workers"), mark("read each reading once")),
    "redis": (mark("Redis"), mark("holds what screens show")),
    "web": (mark("Web"), mark("this web process")),
    "browser": (mark("Browser"), mark("this screen")),
}
#: Sign and word of a stage's state: never colour alone.
STATES = {
    "ok": ("✓", mark("Well")),
    "late": ("▲", mark("Look")),
    "failed": ("✕", mark("Failed")),
    "unknown": ("?", mark("Not known")),
}


def pipeline_panel() -> Component:
    """The panel before the first answer."""
    return panel(
        "pipeline",
        t("Pipeline"),
        [
            html.Ol(
                [_stage(name, *words) for name, words in STAGES.items()],
                className="pipeline__stages",
                **{
                    "data-mw-states": json.dumps(
                        {key: (sign, t(word)) for key, (sign, word) in STATES.items()}
                    ),
                    "aria-label": t("From source to screen"),
                },
            )
        ],
    )


def _stage(name: str, title: str, purpose: str) -> Component:
    return html.Li(
        [
            html.H3([t(title), html.Span(t(purpose), className="pipeline__purpose")]),
            html.P("", className="pipeline__state", **_part("stage-state")),
            html.P("", className="pipeline__words", **_part("words")),
            html.Dl(
                [
                    html.Dt(t("Last success")),
                    html.Dd("—", **_part("last")),
                    html.Dt(t("Backlog")),
                    html.Dd("—", **_part("backlog")),
                ],
                className="pipeline__facts",
            ),
            html.P("", className="pipeline__error", hidden=True, **_part("error")),
            html.Ul([], className="pipeline__lines", **_part("lines")),
        ],
        className="pipeline__stage",
        **{"data-mw-stage": name},
    )


def _part(name: str) -> dict[str, str]:
    return {"data-mw-part": name}
