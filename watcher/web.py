"""GET / (status page), /status.json, /healthz; GET or POST /heartbeat, for the site's workers."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Lifespan

from watcher.beats import Heard
from watcher.page import page
from watcher.report import Report, as_json
from watcher.settings import Settings

#: A page that the public may load as often as it likes is made once a second.
KEEP_MS = 1000
_HEADERS = {
    "Cache-Control": "public, max-age=5",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


def web(
    settings: Settings,
    heard: Heard,
    make: Callable[[int], Report],
    lifespan: Lifespan[Starlette],
) -> Starlette:
    """The web application; `make` gives the report at a time in ms."""
    kept = _Kept(make)

    async def status(_request: Request) -> Response:
        return HTMLResponse(page(kept.at(_now()), settings), headers=_HEADERS)

    async def status_json(_request: Request) -> Response:
        headers = {**_HEADERS, "Access-Control-Allow-Origin": "*"}
        return JSONResponse(as_json(kept.at(_now())), headers=headers)

    async def healthz(_request: Request) -> Response:
        found = kept.at(_now())
        watching = found.looked and not found.late
        return JSONResponse({"watching": bool(watching)}, 200 if watching else 503)

    async def heartbeat(_request: Request) -> Response:
        heard.beat(_now())
        return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})

    token = f"/{settings.heartbeat_token}" if settings.heartbeat_token else ""
    return Starlette(
        routes=[
            Route("/", status),
            Route("/status.json", status_json),
            Route("/healthz", healthz),
            Route(f"/heartbeat{token}", heartbeat, methods=["GET", "POST"]),
        ],
        lifespan=lifespan,
    )


class _Kept:
    def __init__(self, make: Callable[[int], Report]) -> None:
        self._make = make
        self._last: Report | None = None

    def at(self, now: int) -> Report:
        if self._last is None or not 0 <= now - self._last.at < KEEP_MS:
            self._last = self._make(now)
        return self._last


def _now() -> int:
    return int(time.time() * 1000)
