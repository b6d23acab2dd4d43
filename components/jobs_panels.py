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
from words import mark, t

#: What running a job of a kind again does; it does no harm however often, and when it failed.
AGAIN = {
    "refresh": mark(
        "Takes in all readings up to now, as the next second's refresh does anyway: what"
        " an old one left out is not missing. While another refresh of the shard works, this"
        " one does nothing."
    ),
    "rebuild": mark("Builds the windows that are missing now. If none is, it does nothing."),
    "trim": mark("Deletes what is too old now, not what was too old then."),
    "guard": mark("Checks the store as it is now."),
    "command": mark(
        "Records what was asked for, in the name of who asked, at the time of now. If it"
        " is recorded already, nothing happens. Who asked was told that it was not recorded."
    ),
    "replay": mark("Tries the limits out again, up to now. It changes nothing in the plant."),
}
_HOW = mark(
    "A failed job is kept for five minutes, a command for half a minute; Runs keeps what it said."
    " Running one again is harmless. Refreshes need nobody: the next second takes in what a failed"
    " one left."
)


def failures_panel() -> Component:
    """The panel Failed jobs before its first answer."""
    return panel(
        "failures",
        t("Failed jobs"),
        [
            html.Div(
                [
                    _button(t("Run all again"), "run-all"),
                    _button(t("Discard all"), "discard-all"),
                    html.Span("", className="failures__said", role="status", **_part("said")),
                ],
                className="failures__all",
            ),
            html.Ul(
                [],
                className="failures__list",
                **{
                    "data-mw-again": json.dumps({job: t(text) for job, text in AGAIN.items()}),
                    **_part("list"),
                },
            ),
            html.Div(
                [
                    _button(t("Newer"), "newer"),
                    html.Span("", **_part("pages")),
                    _button(t("Older"), "older"),
                ],
                className="failures__pages",
                hidden=True,
                **_part("paging"),
            ),
            html.P(t(_HOW), className="cost__note"),
        ],
    )


def runs_panel() -> Component:
    """The panel Runs before its first answer."""
    heads = (
        mark("Job"),
        mark("Last run"),
        mark("Took"),
        "p50",
        "p95",
        mark("Longest"),
        mark("Failed"),
        mark("Durations"),
    )
    units = {
        mark("Took"): "ms",
        "p50": "ms",
        "p95": "ms",
        mark("Longest"): "ms",
        mark("Failed"): mark("of the runs"),
    }
    return panel(
        "runs",
        t("Runs"),
        [
            _table(
                t("Runs by job"), heads, units, "jobs", [_job(name, len(heads)) for name in AGAIN]
            ),
            html.Details(
                [
                    html.Summary(t("The newest runs, one by one")),
                    _table(
                        t("The newest runs"),
                        (mark("Began"), mark("Job"), mark("Took"), mark("Result"), mark("Worker")),
                        {mark("Took"): "ms"},
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
        html.Th([f"{t(name)} ", html.Span(t(units.get(name, "")), className="unit")], scope="col")
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
