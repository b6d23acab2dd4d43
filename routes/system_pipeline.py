"""GET /system/pipeline: each stage from source to screen; answers also while Redis is away."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from typing import Any, TypeVar

from redis.asyncio import Redis
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data.errors import WindowsUnavailable
from data.settings import Settings
from data.vitals.queue import queue_vitals
from data.vitals.stages import OK, Line, Stage, stages
from data.vitals.windows import window_vitals
from data.window_cache.reader import WindowReader
from routes.micro_cache import Answer, MicroCache

KEEP_S = 1.0
#: Who looks at this page while Redis hangs must not wait for it.
REDIS_WITHIN_S = 1.5

_T = TypeVar("_T")


class Pipeline:
    """The pipeline as this web process sees it; `viewers` are those of its push connections."""

    def __init__(
        self,
        windows: Redis,
        queue: Redis,
        reader: WindowReader,
        settings: Settings,
        viewers: Callable[[], int],
    ) -> None:
        self._windows, self._queue, self._reader = windows, queue, reader
        self._settings, self._viewers = settings, viewers
        self._started, self._known = _now(), -1

    async def body(self) -> dict[str, Any]:
        """Stages from the source to this process. Times in ms: `served`, `started` is when this
        process was, `known` when the windows last answered it (None: never)."""
        (windows, why), (queue, why_not) = await asyncio.gather(
            _if_it_answers(window_vitals(self._windows, self._reader, self._settings.shards)),
            _if_it_answers(queue_vitals(self._queue)),
        )
        now = _now()
        if windows is not None:
            self._known = now
        known = self._known if self._known >= 0 else None
        *before, redis = stages(windows, queue, now, self._settings.stale_after_s * 1000)
        redis = replace(redis, last=known, error=why or why_not)
        return {
            "served": now,
            "started": self._started,
            "known": known,
            "stages": [asdict(one) for one in (*before, redis, self._web(now))],
        }

    def _web(self, now: int) -> Stage:
        count = self._viewers()
        viewers = Line(f"{count:,} screen{'' if count == 1 else 's'} open by push here")
        return Stage("web", OK, "Answers", now, lines=(viewers, Line("Started", OK, self._started)))


def routes(pipeline: Pipeline) -> list[Route]:
    """The route that feeds the picture."""
    cache = MicroCache(KEEP_S)

    async def make() -> Answer:
        body = await pipeline.body()
        return Answer.of(json.dumps(body).encode(), str(body["served"]), "application/json")

    async def answer(request: Request) -> Response:
        return (await cache.get("pipeline", make)).respond(request)

    return [Route("/system/pipeline", answer)]


async def _if_it_answers(question: Awaitable[_T]) -> tuple[_T | None, str]:
    """The answer, or None and why there is none."""
    try:
        async with asyncio.timeout(REDIS_WITHIN_S):
            return await question, ""
    except WindowsUnavailable as error:
        return None, str(error)
    except TimeoutError:
        return None, f"no answer within {REDIS_WITHIN_S:g} s"


def _now() -> int:
    return int(time.time() * 1000)
