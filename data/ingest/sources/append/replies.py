"""Answers to those who append, as InfluxDB words them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any, NamedTuple

from data.ingest.sources.append.line_protocol import BadLine
from data.masking import masked

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: When to come again, s.
AGAIN_S = 5
#: So many bad lines of a body are told.
TOLD_LINES = 10
_TOLD_CHARS = 100

#: InfluxDB's own words for a status, which clients of version 2 show.
_CODES = {
    400: "invalid",
    401: "unauthorized",
    403: "forbidden",
    404: "not found",
    405: "method not allowed",
    413: "request too large",
    422: "unprocessable entity",
    429: "too many requests",
    500: "internal error",
    503: "unavailable",
}


#: The header of an answer in JSON.
JSON = {"Content-Type": "application/json; charset=utf-8"}


class Answer(NamedTuple):
    """A whole answer; `headers` besides length and type."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = {}


def error(status: int, message: str, headers: Mapping[str, str] | None = None) -> Answer:
    """InfluxDB's errors: clients of version 2 read `code` and `message`, those of 1 `error`."""
    told = {"code": _CODES.get(status, "invalid"), "message": message, "error": message}
    return as_json(status, told, headers)


def as_json(status: int, told: object, headers: Mapping[str, str] | None = None) -> Answer:
    """Any answer in JSON."""
    return Answer(status, json.dumps(told).encode(), {**JSON, **(headers or {})})


def partial_write(bad: Sequence[BadLine]) -> Answer:
    """The good lines are stored; these are not, and sending them again does not help."""
    lines = [
        f"line {one.number}: unable to parse '{masked(one.text[:_TOLD_CHARS])}': {one.reason}"
        for one in bad[:TOLD_LINES]
    ]
    if more := len(bad) - len(lines):
        lines.append(f"{more} more")
    message = f"partial write: {'; '.join(lines)} dropped={len(bad)}"
    told = {"code": "invalid", "message": message, "error": message, "line": bad[0].number}
    return as_json(400, told)


def busy(path: str, why: str) -> Answer:
    """Telegraf's output of version 1 throws away what gets any 4xx, but comes again after 503."""
    status = 503 if path == "/write" else 429
    return error(status, f"{why}: send it again", {"Retry-After": str(AGAIN_S)})


async def say(send: Send, answer: Answer, method: str) -> None:
    """Send an answer; to HEAD without its body."""
    headers = {"Cache-Control": "no-store", **answer.headers}
    if answer.status != 204:
        headers["Content-Length"] = str(len(answer.body))
    raw = [(name.encode().lower(), text.encode("latin-1")) for name, text in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    body = b"" if method == "HEAD" else answer.body
    await send({"type": "http.response.body", "body": body})
