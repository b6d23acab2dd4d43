"""What this web process itself counts: requests by route (rate, errors, duration), viewers.

Kept in the process, so that they are told also while Redis is away. Where several web processes
answer behind one address, PROMETHEUS_MULTIPROC_DIR names a folder of theirs, and each tells the
sums of all (prometheus_client's multi-process mode).
"""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: prometheus_client reads it itself, when it is imported.
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
#: Of a route in s: live answers take some ms, questions about the past up to 2 s.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
#: Paths below Dash, whose routes are not Starlette's, by their beginnings.
_DASH = {
    "/assets/": "/assets/{file}",
    "/_dash-component-suites/": "/_dash-component-suites/{file}",
    "/_dash-update-component": "/_dash-update-component",
    "/_dash-": "/_dash-{other}",
}
PAGE, UNKNOWN = "{page}", "{unknown}"
_METHODS = {"GET", "HEAD", "POST", "OPTIONS"}

Handler = Callable[[Request, Any], Awaitable[Response]]


class WebMetrics:
    """The counts of one web process, or of all that share a folder."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # as many series again
        own = CollectorRegistry()
        self._requests = Counter(
            "meltwatch_http_requests",
            "Requests that were answered, by route and status.",
            ["route", "method", "status"],
            registry=own,
        )
        self._seconds = Histogram(
            "meltwatch_http_request_duration_seconds",
            "Time until an answer began, by route.",
            ["route"],
            buckets=BOUNDS,
            registry=own,
        )
        self._failures = Counter(
            "meltwatch_http_failures",
            "Errors that requests met, by class.",
            ["cause"],
            registry=own,
        )
        self._viewers = Gauge(
            "meltwatch_viewers",
            "Open push connections.",
            registry=own,
            multiprocess_mode="livesum",
        )
        self._dropped = Counter(
            "meltwatch_sse_dropped_events",
            "Events that viewers were too slow to take.",
            registry=own,
        )
        self._own = own

    @property
    def registry(self) -> CollectorRegistry:
        """What to tell: this process's counts, or the sums of all that share the folder."""
        if FOLDER not in os.environ:
            return self._own
        _forget_dead(Path(os.environ[FOLDER]))
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return shared

    def answered(self, scope: Scope, status: int, seconds: float) -> None:
        """A request was answered."""
        route = route_of(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def failed(self, error: BaseException) -> None:
        """A request met an error."""
        self._failures.labels(type(error).__name__).inc()

    def pushed(self, came: int, dropped: int) -> None:
        """Viewers came (or went: -1), or events were dropped."""
        self._viewers.inc(came)
        self._dropped.inc(dropped)

    def counting(self, handlers: Mapping[type, Handler]) -> dict[type, Handler]:
        """The same handlers of exceptions, counted."""
        return {kind: self._counting(handler) for kind, handler in handlers.items()}

    def _counting(self, handler: Handler) -> Handler:
        async def counted(request: Request, error: Exception) -> Response:
            self.failed(error)
            return await handler(request, error)

        return counted


class RequestMetrics:
    """ASGI middleware: counts each request when its answer begins.

    Not when it ends: a push connection lasts for hours, and a slow network is not ours.
    """

    def __init__(self, app: ASGIApp, metrics: WebMetrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        begun = False

        async def counted(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._metrics.answered(scope, message["status"], time.perf_counter() - started)
            await send(message)

        try:
            await self._app(scope, receive, counted)
        except Exception as error:
            self._metrics.failed(error)
            if not begun:  # the server answers it outside of this middleware
                self._metrics.answered(scope, 500, time.perf_counter() - started)
            raise


def route_of(scope: Scope) -> str:
    """The template of a request's route, never its path: there must be few of them."""
    route = scope.get("route")
    if isinstance(route, Route):
        return route.path
    if not isinstance(route, Mount):
        return UNKNOWN
    path = str(scope["path"])
    return next((name for start, name in _DASH.items() if path.startswith(start)), PAGE)


def _forget_dead(folder: Path) -> None:
    """Leave out the viewers of processes that were killed; their other counts stay."""
    pids = {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*_*.db")}
    for pid in pids:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
