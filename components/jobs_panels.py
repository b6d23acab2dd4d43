"""The panels Failed jobs and Runs of the System page.

The browser fills them from /system/failures and /system/runs (assets/live/failures_panel.mjs,
runs_panel.mjs).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from components.system_page import panel

#: What running a job of a kind again does; it does no harm however often, and when it failed.
AGAIN = {
    "refresh": "Takes in all readings up to now, as the next second's refresh does anyway: what"
    " an old one left out is not missing. While another refresh of the shard works, this one does"
    " nothing.",
    "rebuild": "Builds the windows that are missing now. If none is, it does nothing.",
    "trim": "Deletes what is too old now, not what was too old then.",
    "guard": "Checks the store as it is now.",
    "command": "Records what was asked for, in the name of who asked, at the time of now. If it"
    " is recorded already, nothing happens. Who asked was told that it was not recorded.",
    "replay": "Tries the limits out again, up to now. It changes nothing in the plant.",
}
_HOW = (
    "A failed job is kept for five minutes, a command for half a minute; Runs keeps what it said."
    " Running one again is harmless. Refreshes need nobody: the next second takes in what a failed"
    " one left."
)


def failures_panel() -> Component:
    """The panel Failed jobs before its first answer."""
    return panel(
        "failures",
        "Failed jobs",
        [
            html.Div(
                [
                    _button("Run all again", "run-all"),
                    _button("Discard all", "discard-all"),
                    html.Span("", className="failures__said", role="status", **_part("said")),
                ],
                className="failures__all",
            ),
            html.Ul(
                [],
                className="failures__list",
                **{"data-mw-again": json.dumps(AGAIN), **_part("list")},
            ),
            html.Div(
                [
                    _button("Newer", "newer"),
                    html.Span("", **_part("pages")),
                    _button("Older", "older"),
                ],
                className="failures__pages",
                hidden=True,
                **_part("paging"),
            ),
            html.P(_HOW, className="cost__note"),
        ],
    )


def runs_panel() -> Component:
    """The panel Runs before its first answer."""
    heads = ("Job", "Last run", "Took", "p50", "p95", "Longest", "Failed", "Durations")
    units = {"Took": "ms", "p50": "ms", "p95": "ms", "Longest": "ms", "Failed": "of the runs"}
    return panel(
        "runs",
        "Runs",
        [
            _table("Runs by job", heads, units, "jobs", [_job(name, len(heads)) for name in AGAIN]),
            html.Details(
                [
                    html.Summary("The newest runs, one by one"),
                    _table(
                        "The newest runs",
                        ("Began", "Job", "Took", "Result", "Worker"),
                        {"Took": "ms"},
                        "newest",
                    ),
                ],
                className="runs__newest",
            ),
        ],
    )


def _job(name: str, columns: int) -> Component:
    """The row of a job; there before its first figures, so that nothing moves when they come."""
    cells = [html.Td("—") for _column in range(columns - 1)]
    return html.Tr([html.Th(name, scope="row"), *cells], **{"data-mw-job": name})


def _table(
    label: str,
    heads: tuple[str, ...],
    units: dict[str, str],
    body: str,
    rows: Sequence[Component] = (),
) -> Component:
    cells = [
        html.Th([f"{name} ", html.Span(units.get(name, ""), className="unit")], scope="col")
        for name in heads
    ]
    return html.Div(
        html.Table(
            [html.Thead(html.Tr(cells)), html.Tbody(list(rows), **_part(body))],
            className="cost__table runs__table",
            **{"aria-label": label},
        ),
        className="cost__frame",
        tabIndex=0,
    )


def _button(text: str, part: str) -> Component:
    return html.Button(text, type="button", className="button", disabled=True, **_part(part))


def _part(name: str) -> dict[str, str]:
    return {"data-mw-part": name}
