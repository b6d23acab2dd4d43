"""The panel Cost of the System page: what reads the store, what that costs, and what polling would.

The browser fills it from /system/cost (assets/live/cost_panel.mjs).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from components import ids
from components.system_page import panel
from data.meter import JOBS
from words import mark, t

SPANS = {"minute": mark("last minute"), "hour": mark("last hour"), "day": mark("last 24 h")}
#: What each job does, for those who do not know its name.
_JOBS = {
    "refresh": mark("new readings into the windows, once a second"),
    "rebuild": mark("windows anew, when Redis was empty"),
    "trim": mark("deletes what is too old"),
    "command": mark("acknowledging, limits, notes"),
    "replay": mark("limits tried on recorded days"),
    "notifier": mark("messages and shift reports"),
    "ingest": mark("stores readings"),
    "history": mark("questions of people about the past"),
    "guard": mark("checks of the store itself"),
    "other": mark("what has no name here"),
}
_PROCESSES = {
    "worker": mark("all workers"),
    "web": mark("all web processes"),
    "ingest": mark("source and store"),
}
_MEASURES = {
    "statements": (mark("Statements"), mark("per min")),
    "rows": (mark("Rows read"), mark("per min")),
    "bytes": (mark("Read"), mark("kB/min")),
    "cpu_s": ("CPU", mark("s/min")),
    "month": (mark("Money"), mark("per month")),
}
_HOW = mark(
    "Polling: each viewer reads the whole window of one extruder from the store, in one statement,"
    " and a figure is made of it (measured in benchmarks/results.md). Viewers are open push"
    " connections of all web processes; pages that poll are not counted, since behind nginx nobody"
    " knows how many they are. Live screens: refresh, rebuild, and all CPU of workers and web."
)
_READS = ("statements", "rows", "bytes", "month")


def cost_panel() -> Component:
    """The panel before its first figures."""
    return panel(
        "cost",
        t("Cost"),
        [
            _spans(),
            html.Div(
                [
                    html.Div([_comparison(), _chart()], className="cost__column"),
                    html.Div([_jobs(), _processes()], className="cost__column"),
                ],
                className="cost__columns",
            ),
            html.P("", className="cost__prices", **_part("prices")),
        ],
    )


def _spans() -> Component:
    return html.Div(
        [
            html.Button(
                t(words),
                type="button",
                className="button cost__span",
                **{"data-mw-span": span, "aria-pressed": str(span == "hour").lower()},
            )
            for span, words in SPANS.items()
        ],
        className="cost__spans",
        role="group",
        **{"aria-label": t("Mean of the")},
    )


def _comparison() -> Component:
    rows = {
        "live": ("Meltwatch", mark("live screens, however many watch")),
        "polling": (mark("Polling"), ""),
    }
    return html.Div(
        [
            html.H3(t("Against polling")),
            html.Div(
                [
                    html.Label(t("Viewers"), htmlFor=ids.COST_VIEWERS),
                    html.Span(className="cost__viewers", **_part("viewers-place")),
                    html.Span("", className="cost__today", **_part("viewers")),
                ],
                className="cost__what-if",
            ),
            _table(t("Against polling"), ("", *_MEASURES), _rows(rows, _MEASURES, "ratio")),
            html.P("", className="cost__sentence", **_part("sentence")),
            html.P(t(_HOW), className="cost__note"),
        ],
        className="cost__part",
    )


def _chart() -> Component:
    return html.Figure(
        [
            html.Figcaption(t("Rows read from the store per minute, all jobs, last 6 hours")),
            html.Div(className="cost__chart", **_part("chart")),
        ],
        className="cost__part",
    )


def _jobs() -> Component:
    rows = {f"jobs:{job}": (job, _JOBS[job]) for job in JOBS} | {"reads": (mark("all"), "")}
    return html.Div(
        [
            html.H3(t("Reads of the store by job")),
            _table(t("By job"), (mark("Job"), *_READS), _rows(rows, _READS)),
        ],
        className="cost__part",
    )


def _processes() -> Component:
    measures = ("cpu_s", "month")
    rows = {f"processes:{kind}": (kind, words) for kind, words in _PROCESSES.items()} | {
        "cpu": (mark("all"), "")
    }
    return html.Div(
        [
            html.H3(t("CPU of Meltwatch's own processes")),
            _table(t("By process"), (mark("Process"), *measures), _rows(rows, measures)),
            html.P(
                t("The store's own CPU, Redis, nginx, disks and networks are not in it."),
                className="cost__note",
            ),
        ],
        className="cost__part",
    )


def _table(label: str, heads: Sequence[str], rows: list[Component]) -> Component:
    cells = [html.Th(_head(name), scope="col") for name in heads]
    return html.Div(
        html.Table(
            [html.Thead(html.Tr(cells)), html.Tbody(rows)],
            className="cost__table",
            **{"aria-label": label},
        ),
        className="cost__frame",
        tabIndex=0,  # on a phone it is moved sideways, which keys must be able to do
    )


def _head(name: str) -> str | list[Component | str]:
    if name not in _MEASURES:
        return t(name)
    words, unit = _MEASURES[name]
    return [
        f"{t(words)} ",
        html.Span(t(unit), className="unit", **({} if name != "month" else _part("currency"))),
    ]


def _rows(
    rows: Mapping[str, tuple[str, str]], measures: Iterable[str], last: str = ""
) -> list[Component]:
    made = {**rows, **({last: (mark("Polling ÷ Meltwatch"), "")} if last else {})}
    return [
        html.Tr(
            [
                html.Th(
                    [t(name), html.Span(t(words), className="cost__words", **_part(row))],
                    scope="row",
                ),
                *(html.Td("–", **{"data-mw-measure": measure}) for measure in measures),
            ],
            **{"data-mw-row": row},
        )
        for row, (name, words) in made.items()
    ]


def _part(name: str) -> dict[str, str]:
    return {"data-mw-part": name}
