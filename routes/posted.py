"""Bodies that browsers post: JSON from this site only, and never many."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from data.logs import security

MAX_BYTES = 64 * 1024


class Refused(Exception):
    """A post that is not looked at; `status` is the HTTP status that says so."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


async def posted(request: Request) -> dict[str, Any]:
    """The JSON object in the body. Raises Refused."""
    if not _same_site(request):
        _tell_of(request)
        raise Refused(403, "refused: the request comes from another site")
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


def _same_site(request: Request) -> bool:
    """What the browser says of itself: scripts cannot set these headers."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:  # right even where a proxy has changed the host
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _tell_of(request: Request) -> None:
    address = request.client.host if request.client else ""
    origin = request.headers.get("origin", "")
    security("csrf_refused", address=address, path=request.url.path, origin=origin)


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise Refused(413, f"expected at most {MAX_BYTES} bytes")
    return body


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")
