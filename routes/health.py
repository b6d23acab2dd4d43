"""GET /healthz (this process answers) and /readyz (what it shows is fresh)."""

from __future__ import annotations

import time

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from access.principal import principal_of
from access.settings import is_loopback
from data.errors import WindowsUnavailable
from data.settings import Settings
from data.window_cache.reader import WindowReader

_HEADERS = {"Cache-Control": "no-store"}


def routes(reader: WindowReader, settings: Settings) -> list[Route]:
    """Routes for supervisors, load balancers and watchers."""

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers=_HEADERS)

    async def readyz(request: Request) -> Response:
        reason = await _why_not_ready(reader, settings)
        body = {"status": "unready" if reason else "ready"}
        if reason and _may_know(request):
            body["reason"] = reason
        return JSONResponse(body, 503 if reason else 200, headers=_HEADERS)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def _may_know(request: Request) -> bool:
    """Who is on this machine, or shows a token, may know why; it tells of the inside."""
    if principal_of(request.scope):
        return True
    peer = request.client.host if request.client else ""
    return is_loopback(peer) and "x-forwarded-for" not in request.headers


async def _why_not_ready(reader: WindowReader, settings: Settings) -> str:
    try:
        status, split = await reader.status(), await reader.another_split()
    except WindowsUnavailable as error:
        return str(error)
    if split:
        return f"the workers keep {split} shards, SHARDS is {settings.shards} here: set it alike"
    if status.rebuilding:
        return f"windows are being rebuilt: {status.rebuilding} extruders"
    if status.last_success < 0:
        return "no refresh has succeeded yet: is a worker running?"
    age = time.time() - status.last_success / 1000
    if age > settings.stale_after_s:
        why = f": {status.last_error}" if status.last_error_at > status.last_success else ""
        return f"last successful refresh {age:.0f} s ago{why}"
    return ""
