"""How every route of the API answers: JSON or CSV, ETag, ISO times in UTC, errors in words."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from data.window_cache import Status
from routes.conditional import conditional

PREFIX = "/api/v1"
JSON, CSV = "application/json", "text/csv; charset=utf-8"
#: Asked again every time (an unchanged answer is 304), and kept by nobody between: who may see what
#: is the gate's business.
CACHE = "private, no-cache"

#: Keys of plain values that are times in ms.
_TIMES = frozenset(
    {
        "acknowledged_at", "as_of", "changed", "detected", "ended", "onset", "onset_early",
        "resolved_at", "shelved_until", "since", "ts",
    }
)  # fmt: skip


class BadQuery(Exception):
    """A parameter is not what it must be; the text says which and what is expected."""


Handler = Callable[[Request], Awaitable[Response]]


def told(handler: Handler) -> Handler:
    """The handler with what is wrong with a question told as such."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except BadQuery as error:
            return wrong(str(error), 400)

    return answer


def wrong(why: str, status: int) -> Response:
    """An answer that says what is wrong."""
    return JSONResponse({"error": why}, status, headers={"Cache-Control": "no-store"})


def respond(
    request: Request, body: bytes, media_type: str, more: Mapping[str, str] | None = None
) -> Response:
    """A body as this request can take it: 304, compressed or plain."""
    headers = {
        "ETag": f'"{zlib.crc32(body):x}-{len(body):x}"',
        "Cache-Control": CACHE,
        "Vary": "Accept, Accept-Encoding",
        **(more or {}),
    }
    return conditional(request, body, headers, media_type)


def packed(value: object) -> bytes:
    """JSON; what is no number becomes null."""
    return msgspec.json.encode(value)


def wants_csv(request: Request) -> bool:
    """By ?format=, else by Accept. Raises BadQuery."""
    chosen = request.query_params.get("format", "")
    if chosen not in {"", "json", "csv"}:
        raise BadQuery(f"format={chosen[:60]!r}: expected json or csv")
    accept = request.headers.get("accept", "")
    return chosen == "csv" or (not chosen and accept.startswith("text/csv"))


def whole(request: Request, name: str, default: int, low: int, high: int) -> int:
    """A whole number of the query. Raises BadQuery."""
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and low <= int(text) <= high):
        raise BadQuery(f"{name}={text[:60]!r}: expected a whole number from {low} to {high}")
    return int(text)


def iso(ms: float) -> str | None:
    """A time as 2026-01-31T12:00:00.000Z; None for none."""
    if ms < 0:
        return None
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def with_iso(value: Any) -> Any:
    """Plain values with ISO times in place of ms."""
    if isinstance(value, list | tuple):
        return [with_iso(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: iso(one) if key in _TIMES and isinstance(one, int | float) else with_iso(one)
        for key, one in value.items()
    }


def about(status: Status) -> dict[str, object]:
    """When the workers last looked, and what kept them since."""
    failed = status.last_error_at > status.last_success
    return {"checked": iso(status.last_success), "error": status.last_error if failed else ""}
