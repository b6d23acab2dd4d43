"""The jobs on the System page: GET /system/runs, GET /system/failures, and POST to run failed jobs
again or to discard them."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from redis.asyncio import Redis
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from data.errors import NoWorker
from data.failed_jobs import FailedJobs
from data.job_runs import summary
from data.vitals.runs import runs_of
from routes.micro_cache import Answer, MicroCache
from routes.posted import Refused, posted

KEEP_S = 2.0
PAGE = 20
#: Ids in one request; a page has fewer.
MOST_IDS = 100
_HEADERS = {"Cache-Control": "no-store"}
_GONE = "This job is not among the failed ones any more: it was run again, discarded, or too old."


def routes(windows: Redis, failed: FailedJobs) -> list[Route]:
    """Routes that feed the panels of jobs, and those that make something happen."""
    cache = MicroCache(KEEP_S)

    async def make() -> Answer:
        served = int(time.time() * 1000)
        body = {"served": served, "jobs": _told(await runs_of(windows))}
        return Answer.of(json.dumps(body).encode(), str(served), "application/json")

    async def runs(request: Request) -> Response:
        return (await cache.get("runs", make)).respond(request)

    async def failures(request: Request) -> Response:
        first = _first(request)
        total, page = await run_in_threadpool(failed.page, first, PAGE)
        jobs = [asdict(one) for one in page]
        body = {"served": int(time.time() * 1000), "total": total, "first": first, "page": PAGE}
        return JSONResponse({**body, "jobs": jobs}, headers=_HEADERS)

    async def traceback(request: Request) -> Response:
        text = await run_in_threadpool(failed.traceback, request.path_params["id"])
        if text is None:
            return JSONResponse({"error": _GONE}, 404, _HEADERS)
        return JSONResponse({"traceback": text}, headers=_HEADERS)

    return [
        Route("/system/runs", runs),
        Route("/system/failures", failures),
        Route("/system/failures/run", _doing(failed.run_again), methods=["POST"]),
        Route("/system/failures/discard", _doing(failed.discard), methods=["POST"]),
        Route("/system/failures/{id}", traceback),
    ]


def _doing(work: Callable[[list[str] | None], list[str]]) -> Callable[[Request], Awaitable[Any]]:
    """A handler that does `work` to the jobs whose `ids` are posted, or to all: {"ids": "all"}."""

    async def handler(request: Request) -> Response:
        try:
            ids = _ids(await posted(request))
        except Refused as error:
            return JSONResponse({"error": str(error)}, error.status, _HEADERS)
        try:
            return JSONResponse({"done": await run_in_threadpool(work, ids)}, headers=_HEADERS)
        except NoWorker as error:
            return JSONResponse({"error": str(error)}, 503, {**_HEADERS, "Retry-After": "1"})

    return handler


def _ids(body: dict[str, Any]) -> list[str] | None:
    ids = body.get("ids")
    if ids == "all":
        return None
    if not isinstance(ids, list) or not 0 < len(ids) <= MOST_IDS:
        raise Refused(400, f'expected "ids": 1 to {MOST_IDS} of them, or "all"')
    if not all(isinstance(one, str) for one in ids):
        raise Refused(400, "expected ids of jobs")
    return ids


def _first(request: Request) -> int:
    asked = request.query_params.get("from", "0")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 0


def _told(runs: dict[str, list[Any]]) -> dict[str, Any]:
    return {
        job: {**summary(kept), "newest": [asdict(one) for one in kept]}
        for job, kept in runs.items()
    }
