"""Bodies that browsers post: JSON only, and never many. See routes/same_site.py for from where."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

MAX_BYTES = 64 * 1024


class Refused(Exception):
    """A post that is not looked at; `status` is the HTTP status that says so."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


async def posted(request: Request) -> dict[str, Any]:
    """The JSON object in the body. Raises Refused."""
    # A form of another site can post without asking, but not with this type.
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Refused(415, "expected Content-Type: application/json")
    try:
        body = json.loads(await _body(request), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refused(400, f"the body is no JSON: {error}") from error
    if not isinstance(body, dict):
        raise Refused(400, "expected a JSON object")
    return body


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise Refused(413, f"expected at most {MAX_BYTES} bytes")
    return body


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")
