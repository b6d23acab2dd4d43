"""GET /api/v1/malfunctions (from newest to oldest, page by page) and /api/v1/malfunctions/{id}.

A page's cursor is the last onset (ms) and how many of that onset were given: so a page costs the
same wherever it is, and nothing is given twice while new ones appear.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from access.names import Names
from data.history import Questions
from data.history.dossier import Dossier, dossier
from data.history.malfunctions import Row, Rows, page
from data.history.selection import CAUSES, STATES, Scope
from data.malfunctions.malfunction import malfunction_to_dict
from routes.api.answers import (
    CSV,
    JSON,
    PREFIX,
    BadQuery,
    iso,
    packed,
    respond,
    told,
    wants_csv,
    whole,
    with_iso,
    wrong,
)
from routes.history_malfunctions import lines

PATH = f"{PREFIX}/malfunctions"
#: Rows of a page.
DEFAULT_ROWS, MOST_ROWS = 100, 1_000
_KEEP_S = 1.0
#: Values of a repeated parameter.
_MOST_VALUES = 200
_ID = re.compile(r"\d{1,9}-\d{1,15}", re.ASCII)
_CURSOR = re.compile(r"(\d{1,15})\.(\d{1,6})", re.ASCII)
_MINUTE_MS = 60_000


@dataclass(frozen=True)
class _Asked:
    """A page that is asked for: `skip` of its newest onset were given already."""

    scope: Scope
    skip: int
    rows: int


def routes(questions: Questions, names: Names, currency: str) -> list[Route]:
    """The two routes."""

    async def several(request: Request) -> Response:
        as_csv, asked = wants_csv(request), _asked(request)
        rows = Rows(asked.skip, asked.rows + 1)

        def ask() -> tuple[Row, ...]:
            return questions.ask(page, asked.scope, rows, keep_s=_KEEP_S)

        found = await run_in_threadpool(ask)
        given, after = found[: asked.rows], ""
        if len(found) > asked.rows:
            after = _cursor(given, asked)
        more = {"Link": f'<{_next(request, after)}>; rel="next"'} if after else {}
        plain = [_row(one) for one in given]
        if as_csv:
            return respond(request, _csv(plain, currency), CSV, more)
        body = {"currency": currency, "malfunctions": plain, "next": after or None}
        return respond(request, packed(body), JSON, more)

    async def one(request: Request) -> Response:
        id_ = request.path_params["id"]

        def ask() -> Dossier | None:
            return questions.ask(dossier, id_, keep_s=_KEEP_S)

        found = await run_in_threadpool(ask) if _ID.fullmatch(id_) else None
        if found is None:
            return wrong(f"no malfunction {id_[:60]!r}", 404)
        body = packed(_whole(found, currency))
        return respond(request, await names.put_into(body), JSON)

    return [Route(PATH, told(several)), Route(f"{PATH}/{{id}}", told(one))]


def _asked(request: Request) -> _Asked:
    now = (round(time.time() * 1000) // _MINUTE_MS + 1) * _MINUTE_MS
    start, end = _time(request, "from", 0), _time(request, "to", now)
    if start >= end:
        raise BadQuery("from, to: expected the first one earlier")
    skip, cursor = 0, request.query_params.get("cursor", "")
    if cursor:
        parts = _CURSOR.fullmatch(cursor)
        if not parts:
            raise BadQuery(f"cursor={cursor[:60]!r}: expected what an answer gave as next")
        end, skip = min(end, int(parts[1]) + 1), int(parts[2])
    scope = Scope(
        start,
        end,
        now,
        extruders=tuple(map(int, _values(request, "extruder", None))),
        causes=_values(request, "cause", CAUSES),
        states=_values(request, "state", STATES),
    )
    return _Asked(scope, skip, whole(request, "limit", DEFAULT_ROWS, 1, MOST_ROWS))


def _values(request: Request, name: str, known: Sequence[str] | None) -> tuple[str, ...]:
    """The values of a parameter, each once; numbers where none are `known`."""
    values = tuple(dict.fromkeys(request.query_params.getlist(name)))
    for value in values:
        is_number = value.isascii() and value.isdecimal() and len(value) < 10
        if value not in known if known is not None else not is_number:
            expected = "a number" if known is None else " or ".join(known)
            raise BadQuery(f"{name}={value[:60]!r}: expected {expected}")
    if len(values) > _MOST_VALUES:
        raise BadQuery(f"{name}: expected at most {_MOST_VALUES} values")
    return values


def _time(request: Request, name: str, default: int) -> int:
    """ms of an ISO time of the query. Raises BadQuery."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if "T" in text:  # what was a plus in the address
        text = text.replace(" ", "+")
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(text)
        return max(round(moment.timestamp() * 1000), 0)
    except (ValueError, OverflowError):
        expected = "a time with its offset, as 2026-01-31T12:00:00Z"
        raise BadQuery(f"{name}={text[:60]!r}: expected {expected}") from None


def _cursor(given: Sequence[Row], asked: _Asked) -> str:
    last = given[-1].onset
    same = sum(row.onset == last for row in given)
    went_on = last + 1 == asked.scope.end and same == len(given)
    return f"{last}.{same + asked.skip if went_on else same}"


def _next(request: Request, cursor: str) -> str:
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "cursor"]
    return f"{PATH}?{urlencode([*kept, ('cursor', cursor)])}"


def _row(row: Row) -> dict[str, Any]:
    """A malfunction of a page; `cause` and `state` as in the query."""
    return {
        "id": row.id,
        "extruder": row.extruder,
        "extruder_name": row.extruder_name,
        "onset": iso(row.onset),
        "detected": iso(row.detected),
        "ended": None if row.ended is None else iso(row.ended),
        "cause": row.cause,
        "state": row.stage,
        "product": row.product,
        "shift": row.shift,
        "lost_h": round(row.hours, 3),
        "scrap_kg": round(row.kg, 2),
        "cost": None if row.money is None else round(row.money, 2),
    }


def _csv(rows: Sequence[dict[str, Any]], currency: str) -> bytes:
    names = [*_row(_NONE)][:-3]
    header = [*names, "lost (h)", "scrap (kg)", f"cost ({currency})"]
    return lines(
        [header, *(["" if cell is None else cell for cell in row.values()] for row in rows)]
    )


_NONE = Row("", 0, "", 0, 0, None, "", "", "", "", 0.0, 0.0, None)


def _whole(found: Dossier, currency: str) -> dict[str, Any]:
    """Everything told of one: causes with evidence, alarms, and what people did."""
    actions = [asdict(one) for one in found.actions]
    for one in actions:
        del one["attachment"]
    return {
        **with_iso(malfunction_to_dict(found.malfunction)),
        "extruder_name": found.extruder_name,
        "product_name": found.product_name,
        "currency": currency,
        "alarms": with_iso([asdict(one) for one in found.alarms]),
        "more_alarms": found.more_alarms,
        "actions": with_iso(actions),
    }
