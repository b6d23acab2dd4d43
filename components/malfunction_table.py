"""The table of malfunctions: its columns, and a malfunction as texts of a row."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import dash_ag_grid as dag
from dash.development.base_component import Component

from components import ids_malfunctions as ids
from components.charts import UNKNOWN, format_duration, format_money, format_time
from components.malfunction_words import NOTHING_HERE, STATE_LABELS, cause_label
from components.page_settings import PageSettings
from data.history.malfunctions import Row
from data.history.selection import Selection
from words import number, t

#: Rows of a page of the table, and of one request.
PAGE_ROWS = 50


def malfunction_grid(selection: Selection, settings: PageSettings) -> Component:
    """The grid; it asks for its rows itself, by page and order."""
    return dag.AgGrid(
        id=ids.GRID,
        className="malfunction-grid",
        columnDefs=columns(selection.sort, settings),
        defaultColDef={"sortable": True, "resizable": True, "suppressMovable": True,
                       "suppressHeaderMenuButton": True, "sortingOrder": ["desc", "asc"]},
        columnSize="responsiveSizeToFit",
        rowModelType="infinite",
        getRowId="params.data.id",
        paginationGoTo=selection.page - 1,
        dashGridOptions={
            "pagination": True,
            "paginationPageSize": PAGE_ROWS,
            "paginationPageSizeSelector": False,
            "cacheBlockSize": PAGE_ROWS,
            # One after the other: an answer then belongs to the request that waits for it.
            "maxConcurrentDatasourceRequests": 1,
            "maxBlocksInCache": 4,
            # The page that an address names must be there before its rows are.
            "infiniteInitialRowCount": selection.page * PAGE_ROWS,
            "localeText": {"noRowsToShow": t(NOTHING_HERE), **_grid_texts()},
            "rowHeight": 32,
            "headerHeight": 34,
            "suppressMultiSort": True,
            "suppressCellFocus": False,
            "enableCellTextSelection": True,
            "animateRows": False,
        },
    )  # fmt: skip


def _grid_texts() -> dict[str, str]:
    """What the grid says by itself, by its own names."""
    return {
        "page": t("Page"),
        "to": t("to"),
        "of": t("of"),
        "more": t("more"),
        "loadingOoo": t("Loading …"),
        "firstPage": t("First Page"),
        "previousPage": t("Previous Page"),
        "nextPage": t("Next Page"),
        "lastPage": t("Last Page"),
    }


def columns(sort: tuple[str, bool], settings: PageSettings) -> list[dict[str, Any]]:
    """The columns as AG Grid wants them, widths in px; one says how it is sorted."""
    found = [
        # "link" is Markdown: the one cell of a row that leads on.
        _column("onset", t("Began"), 160, cellRenderer="markdown"),
        _column("extruder", t("Extruder"), 95),
        _column("cause", t("Cause"), 195),
        _column("state", t("State"), 160),
        _column("product", t("Product"), 125),
        _column("shift", t("Shift"), 65, sortable=False),
        _column("duration", t("Lasted"), 115, type="rightAligned"),
        _column("hours", t("Lost h"), 90, type="rightAligned"),
        _column("kg", t("Scrap kg"), 115, type="rightAligned"),
        _column("money", t("Cost {currency}", currency=settings.currency), 95, type="rightAligned"),
    ]
    for column in found:
        if column["field"] == sort[0]:
            column["sort"] = "desc" if sort[1] else "asc"
    return found


def _column(field: str, name: str, width: int, **more: Any) -> dict[str, Any]:
    return {"field": field, "headerName": name, "minWidth": width, "width": width,
            "tooltipField": field if field in {"extruder", "product", "cause", "state"} else None,
            **more}  # fmt: skip


def row_texts(row: Row, now: int, zone: ZoneInfo) -> dict[str, str]:
    """A row as the grid shows it; `now` (ms) is how long one lasts that has not ended."""
    lasted = format_duration((now if row.ended is None else row.ended) - row.onset)
    state = t(STATE_LABELS.get(row.stage, row.stage))
    return {
        "id": row.id,
        "onset": f"[{format_time(row.onset, zone)}]({ids.PATH}/{row.id})",
        "extruder": row.extruder_name,
        "cause": cause_label(row.cause),
        "state": t("● {state}, lasts", state=state) if row.ended is None else state,
        "product": row.product or UNKNOWN,
        "shift": t(row.shift),
        "duration": t("{duration} so far", duration=lasted) if row.ended is None else lasted,
        "hours": number(row.hours, 1),
        "kg": number(row.kg),
        "money": format_money(row.money, ""),
    }


def sort_of(request: dict[str, Any]) -> tuple[str, bool] | None:
    """The order that a request of the grid asks for, None for none."""
    model = request.get("sortModel") or []
    return (str(model[0]["colId"]), model[0]["sort"] == "desc") if model else None
