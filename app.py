"""The web process: Settings → readers → Dash → one ASGI `server`.

Live screens are served from Redis; only `questions` about the history read the store.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from a2wsgi import WSGIMiddleware
from dash import Dash
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Lifespan

import callbacks.alarms
import callbacks.comparison
import callbacks.dossier
import callbacks.extruder
import callbacks.malfunctions
import callbacks.malfunctions_layout
import callbacks.plant
import callbacks.scope
import callbacks.shift_report
import callbacks.sources
import callbacks.system
import callbacks.trends
from access.build import build_access
from access.settings import AccessSettings
from components.cost_panel import cost_panel
from components.document import Document
from components.guard_panel import guard_panel
from components.jobs_panels import failures_panel, runs_panel
from components.page_settings import PageSettings
from components.pipeline_panel import pipeline_panel
from components.shell import shell
from data.asking import INGEST, AskedCommands, AskedFailedJobs, Asking
from data.cost.prices import load_prices
from data.cost.publish import publishing
from data.cost.reader import CostReader
from data.errors import (
    HistoryBusy,
    HistoryTooLarge,
    HistoryTooSlow,
    MeltwatchError,
    StoreError,
    UnknownExtruder,
    UnknownSignal,
    WindowsUnavailable,
)
from data.extruders import Catalogue
from data.history import Questions, open_history
from data.logs import configure
from data.settings import Settings
from data.window_cache import connect, connect_async
from data.window_cache.reader import CatalogueReader, WindowReader
from routes import (
    alarms,
    api,
    assets,
    commands,
    events,
    health,
    history_malfunctions,
    history_report,
    history_windows,
    language,
    lines,
    metrics,
    openapi,
    plant,
    sources,
    system,
    system_guard,
    system_jobs,
    system_pipeline,
    windows,
)
from routes.dash_files import DashFiles
from routes.hardening import Hardening, content_policy
from routes.history_cache import KeptAnswers, history_cache
from routes.push import PushHub
from routes.request_metrics import RequestMetrics, WebMetrics

#: Threads of the bridge to Dash: pages are built in a few ms, live data do not pass here.
DASH_THREADS = 10
ASSETS = Path(__file__).with_name("assets")


def build(settings: Settings, access_settings: AccessSettings | None = None) -> Starlette:
    """The whole web application for these settings."""
    access = build_access(settings, access_settings or AccessSettings.from_env({}))
    client = connect(settings.redis_url)
    dash_app = new_dash()
    about = PageSettings(settings.currency, settings.shifts)
    questions = KeptAnswers(
        open_history(settings.database_url, settings.shifts),
        history_cache(dash_app.server, settings),
    )
    add_pages(dash_app, settings, CatalogueReader(client, settings.shards), questions, about)
    reader = WindowReader(connect_async(settings.redis_url), settings.shards)
    costs, counted = CostReader(connect_async(settings.redis_url)), WebMetrics()
    hub = PushHub(reader, settings, counted.pushed)
    bridge: ASGIApp = WSGIMiddleware(_whole(dash_app.server), workers=DASH_THREADS)  # type: ignore[assignment]
    web = Starlette(
        routes=[
            *windows.routes(reader, settings),
            *plant.routes(reader),
            *lines.routes(reader, settings),
            *language.routes(),
            *assets.routes(ASSETS),
            *events.routes(hub),
            *alarms.routes(reader, access.names),
            *commands.routes(AskedCommands(connect(settings.queue_url)), reader, access.tell),
            *health.routes(reader, settings),
            *metrics.routes(_vitals(settings, reader), counted),
            *system.routes(costs, reader, settings, load_prices(settings.prices)),
            *system_guard.routes(connect_async(settings.redis_url)),
            *system_pipeline.routes(_pipeline(settings, reader, hub)),
            *system_jobs.routes(
                connect_async(settings.redis_url), AskedFailedJobs(connect(settings.queue_url))
            ),
            *sources.routes(_sources(settings, reader)),
            *history_windows.routes(questions, about),
            *history_malfunctions.routes(questions, about),
            *history_report.routes(questions, about),
            *api.routes(reader, questions, access.names, about),
            *openapi.routes(),
            *access.routes,
            Mount("/", DashFiles(bridge)),
        ],
        middleware=[Middleware(language.Language), Middleware(access.guard)],
        exception_handlers=counted.counting(
            {
                WindowsUnavailable: _unavailable,
                UnknownExtruder: _unknown,
                UnknownSignal: _unknown,
                HistoryBusy: _unavailable,
                StoreError: _unavailable,
                HistoryTooSlow: _too_much,
                HistoryTooLarge: _too_much,
            }
        ),
        lifespan=_tell_what_it_costs(settings, hub),
    )
    web.state.poll_ms = round(settings.poll_s * 1000)
    # Around what Starlette makes of errors, too; counted around that, so that refusals are.
    hardened = Hardening(
        web.build_middleware_stack(),
        content_policy(_script_hashes(dash_app)),
        https=settings.base_url.startswith("https:"),
    )
    web.middleware_stack = RequestMetrics(hardened, counted)
    return web


def _script_hashes(dash_app: Dash) -> Sequence[str]:
    """Of all scripts in the page itself; Dash adds the last of them at the first request."""
    dash_app.server.test_client().get("/")
    hashes: Sequence[str] = dash_app.csp_hashes()
    return hashes


def _whole(wsgi: Callable[..., Any]) -> Callable[..., Any]:
    """Flask reads no body of unknown length unless it is told that the body ends by itself."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        return wsgi({**environ, "wsgi.input_terminated": True}, start_response)

    return application


def _vitals(settings: Settings, reader: WindowReader) -> metrics.Vitals:
    windows, queue = connect_async(settings.redis_url), connect_async(settings.queue_url)
    return metrics.Vitals(windows, queue, reader, settings)


def _sources(settings: Settings, reader: WindowReader) -> sources.Sources:
    asking = Asking(connect(settings.queue_url), INGEST)
    return sources.Sources(connect_async(settings.redis_url), reader, asking)


def _pipeline(settings: Settings, reader: WindowReader, hub: PushHub) -> system_pipeline.Pipeline:
    windows, queue = connect_async(settings.redis_url), connect_async(settings.queue_url)
    return system_pipeline.Pipeline(windows, queue, reader, settings, lambda: hub.viewers)


def new_dash() -> Dash:
    """Dash on its Flask server, without pages."""
    return Document(
        "app",
        assets_folder=str(ASSETS),
        # Joined to one file each, by routes/assets.py.
        assets_ignore=r"(?<!meltwatch)\.mjs$|\.css$",
        use_pages=True,
        pages_folder="",
        # Else Dash looks for the parts of every page on each of them, and builds all at start.
        suppress_callback_exceptions=True,
        title="Meltwatch",
        update_title=None,
        serve_locally=True,
        enable_mcp=False,  # said, lest the environment turn it on (docs/decisions/0027)
    )


def add_pages(
    dash_app: Dash,
    settings: Settings,
    catalogue: Callable[[], Catalogue],
    questions: Questions,
    about: PageSettings,
) -> None:
    """All pages, and the frame around them."""
    for live in (callbacks.plant, callbacks.extruder, callbacks.scope, callbacks.alarms):
        live.register(catalogue)
    for past in (
        callbacks.malfunctions_layout,
        callbacks.malfunctions,
        callbacks.dossier,
        callbacks.comparison,
        callbacks.trends,
        callbacks.shift_report,
    ):
        past.register(dash_app, catalogue, questions, about)
    callbacks.system.register([pipeline_panel, failures_panel, runs_panel, guard_panel, cost_panel])
    callbacks.sources.register()
    dash_app.layout = lambda: shell(  # by request: each in its own language
        settings.plant_name,
        {
            "pollMs": round(settings.poll_s * 1000),
            "staleAfterMs": round(settings.stale_after_s * 1000),
            "windowS": settings.window_s,
            "stepMs": settings.step_ms,
            "timeZone": settings.plant_tz,
            "demo": settings.demo,
        },
    )
    dash_app._setup_server()  # else the first requests race to do it


def _tell_what_it_costs(settings: Settings, hub: PushHub) -> Lifespan[Starlette]:
    @asynccontextmanager
    async def lifespan(_web: Starlette) -> AsyncIterator[None]:
        with publishing(connect(settings.redis_url), "web", lambda: hub.viewers):
            yield

    return lifespan


async def _unavailable(_request: Request, error: Exception) -> Response:
    headers = {"Retry-After": "1", "Cache-Control": "no-store"}
    return JSONResponse({"error": str(error)}, 503, headers=headers)


async def _too_much(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 422, headers={"Cache-Control": "no-store"})


async def _unknown(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 404, headers={"Cache-Control": "no-store"})


try:
    _settings = Settings.from_env()
    configure("web", _settings.log_format, _settings.log_syslog)
    server = build(_settings, AccessSettings.from_env())
except MeltwatchError as problem:
    logging.getLogger("meltwatch").critical("meltwatch web: %s", problem)
    sys.exit(os.EX_CONFIG)  # starting again would not help: see keep_running
