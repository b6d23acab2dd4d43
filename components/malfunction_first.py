"""Rows of malfunctions as plain HTML, to be read while the table that replaces them is loading.

Columns, heights and paddings are those of the table (malfunction_table.py, malfunctions.css), so
that nothing moves when it comes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components.malfunction_table import columns
from components.page_settings import PageSettings

#: As many as the table shows without scrolling.
_MOST = 17
_LINK = re.compile(r"\[(.*)\]\((.*)\)")


def first_rows(
    rows: Sequence[dict[str, str]], sort: tuple[str, bool], settings: PageSettings
) -> Component | None:
    """A table of the first of `rows`, texts by field; None without any."""
    if not rows:
        return None
    shown = columns(sort, settings)
    total = sum(column["width"] for column in shown)
    widths = [html.Col(style={"width": f"{100 * one['width'] / total:.3f}%"}) for one in shown]
    head = html.Tr([_cell(html.Th, column, column["headerName"]) for column in shown])
    body = [
        html.Tr([_cell(html.Td, one, _content(row, one)) for one in shown]) for row in rows[:_MOST]
    ]
    return html.Table(
        [html.Colgroup(widths), html.Thead(head), html.Tbody(body)],
        className="malfunction-first",
        style={"minWidth": f"{total}px"},
    )


def _cell(kind: type[Component], column: dict[str, Any], content: Any) -> Component:
    return kind(content, className="is-number" if column.get("type") else None)


def _content(row: dict[str, str], column: dict[str, Any]) -> Any:
    text = row[column["field"]]
    link = _LINK.fullmatch(text) if column["field"] == "onset" else None
    return dcc.Link(link[1], href=link[2]) if link else text
