"""GET /history/malfunctions.csv?<query of the Malfunctions page>: all of a selection as a file.

UTF-8 with a byte order mark, since Excel takes a CSV file without one for the machine's code page
and spoils "–" and umlauts; every other reader skips it. Commas and CRLF as in RFC 4180, numbers
with a point, plant-local ISO times with their offset, units in the headers.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from components import ids_malfunctions as ids
from components.malfunction_words import STATE_LABELS, cause_label
from components.page_settings import PageSettings
from data.errors import HistoryTooLarge
from data.history import Questions
from data.history.malfunctions import Row, Rows, TablePage, table
from data.history.selection import Scope, Selection, scope_of
from data.history.selection_query import parse

#: Rows of one question, so that none nears its deadline and no file is in memory at once.
CHUNK_ROWS = 5_000
#: A file of more rows is more than a spreadsheet is good for.
MAX_ROWS = 200_000
#: Answers of a file are asked once.
_KEEP_S = 1.0
#: A spreadsheet takes a text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def routes(questions: Questions, settings: PageSettings) -> list[Route]:
    """The route of the file."""

    async def malfunctions(request: Request) -> Response:
        query = {key: request.query_params.getlist(key) for key in request.query_params}
        selection = parse(query, settings.shifts.names).selection
        scope = scope_of(selection, settings.zone, round(time.time() * 1000))
        # Asked before the answer begins, so that an error is told as one.
        first = await _asked(questions, scope, selection, 0)
        if first.total > MAX_ROWS:
            raise HistoryTooLarge(MAX_ROWS)
        return StreamingResponse(
            _file(questions, settings, (scope, selection), first),
            media_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="{_name(scope, settings.zone)}"',
                "Cache-Control": "no-store",
            },
        )

    return [Route(ids.CSV_PATH, malfunctions)]


async def _asked(questions: Questions, scope: Scope, selection: Selection, first: int) -> TablePage:
    rows = Rows(first, CHUNK_ROWS, selection.sort)

    def ask() -> TablePage:
        return questions.ask(table, scope, rows, keep_s=_KEEP_S)

    return await run_in_threadpool(ask)


async def _file(
    questions: Questions,
    settings: PageSettings,
    chosen: tuple[Scope, Selection],
    page: TablePage,
) -> AsyncIterator[bytes]:
    yield b"\xef\xbb\xbf" + lines([header(settings)])
    for first in range(0, page.total, CHUNK_ROWS):
        if first:
            page = await _asked(questions, *chosen, first)
        yield lines(cells(row, settings) for row in page.rows)


def header(settings: PageSettings) -> list[str]:
    """Names of the columns, with units."""
    return [
        "Malfunction", "Extruder", "Extruder name", "Began", "Detected", "Ended",
        "Duration (min)", "Cause", "State", "Lasts still", "Product", "Shift",
        "Lost (h)", "Scrap (kg)", f"Cost ({settings.currency})",
    ]  # fmt: skip


def cells(row: Row, settings: PageSettings) -> list[object]:
    """A malfunction in the file; what is not known is empty, the duration of one that lasts too."""
    zone = settings.zone
    return [
        row.id,
        row.extruder,
        row.extruder_name,
        _iso(row.onset, zone),
        _iso(row.detected, zone),
        "" if row.ended is None else _iso(row.ended, zone),
        "" if row.ended is None else round((row.ended - row.onset) / 60_000, 1),
        cause_label(row.cause),
        STATE_LABELS.get(row.stage, row.stage),
        "yes" if row.ended is None else "no",
        row.product,
        row.shift,
        round(row.hours, 3),
        round(row.kg, 2),
        "" if row.money is None else round(row.money, 2),
    ]


def lines(rows: Iterable[Iterable[object]]) -> bytes:
    """Rows as lines of a CSV file; no text of them is run as a formula."""
    text = io.StringIO()
    csv.writer(text).writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _safe(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _iso(ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(ms / 1000, zone).isoformat(timespec="seconds")


def _name(scope: Scope, zone: ZoneInfo) -> str:
    last = datetime.fromtimestamp((scope.end - 1) / 1000, zone).date()
    return f"malfunctions-to-{last.isoformat()}.csv"
