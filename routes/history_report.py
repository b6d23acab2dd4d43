"""GET /history/report.csv: the report of one shift for a spreadsheet."""

from __future__ import annotations

import time

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from components.page_settings import PageSettings
from data.history import Questions
from data.history.shift_address import day_of, shift_named
from data.history.shift_report import report
from routes.shift_report_csv import to_csv

PATH = "/history/report.csv"
MINUTE_MS = 60_000
KEEP_S = 30.0


def routes(questions: Questions, settings: PageSettings) -> list[Route]:
    """The route of the file. Raises what Questions.ask raises: app.py answers those."""

    async def handler(request: Request) -> Response:
        return await run_in_threadpool(_answer, questions, settings, request)

    return [Route(PATH, handler)]


def _answer(questions: Questions, settings: PageSettings, request: Request) -> Response:
    given, now = request.query_params, time.time_ns() // 1_000_000
    shift = shift_named(settings.shifts, given.get("day", ""), given.get("shift", ""), now)
    if shift is None:
        text = f"no such shift: day is YYYY-MM-DD, shift one of {', '.join(settings.shifts.names)}"
        return JSONResponse({"error": text}, 404, headers={"Cache-Control": "no-store"})
    shown = questions.ask(report, shift, now // MINUTE_MS * MINUTE_MS, keep_s=KEEP_S)
    name = "".join(c if c.isascii() and c.isalnum() else "-" for c in shift.name)
    headers = {
        "Content-Disposition":
            f'attachment; filename="shift-report-{day_of(shift, settings.shifts)}-{name}.csv"',
        "Cache-Control": "no-store",
    }  # fmt: skip
    return Response(to_csv(shown, settings), media_type="text/csv", headers=headers)
