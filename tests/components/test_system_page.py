"""The System page composes panels; the panel Cost names every job that the meter knows."""

from __future__ import annotations

import json
from typing import Any

from dash import html

from components.cost_panel import SPANS, cost_panel
from components.system_page import panel, system_page
from data.cost import report
from data.meter import JOBS


def tree(component: Any) -> Any:
    return json.loads(json.dumps(component.to_plotly_json(), default=lambda c: c.to_plotly_json()))


def values(node: Any, key: str) -> list[str]:
    if isinstance(node, dict):
        own = [node[key]] if key in node else []
        return own + [v for part in node.values() for v in values(part, key)]
    return [v for part in node for v in values(part, key)] if isinstance(node, list) else []


def test_panels_stand_in_the_order_given() -> None:
    page = tree(system_page([panel("a", "A", []), panel("b", "B", [html.P("x")])]))
    assert values(page, "data-mw-panel") == ["a", "b"]
    assert values(page, "aria-labelledby") == ["system-a", "system-b"]


def test_a_panel_begins_as_loading() -> None:
    assert "Loading …" in values(tree(panel("a", "A", [])), "children")


def test_every_job_and_sum_has_a_row() -> None:
    rows = values(tree(cost_panel()), "data-mw-row")
    assert [row.removeprefix("jobs:") for row in rows if row.startswith("jobs:")] == list(JOBS)
    assert {"live", "polling", "ratio", "reads", "cpu"} <= set(rows)


def test_spans_are_those_of_the_report() -> None:
    assert set(SPANS) == set(report.SPANS)
    assert values(tree(cost_panel()), "data-mw-span") == list(SPANS)
