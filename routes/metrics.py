"""GET /metrics: what Prometheus reads. Never the store; within 2 s also while Redis is away.

What Redis tells is of the whole plant, and every web process tells the same: take the greatest of
them, not the sum. Requests and viewers are those of the process that answers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from redis.asyncio import Redis
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data.errors import WindowsUnavailable
from data.settings import Settings
from data.vitals.queue import queue_vitals
from data.vitals.windows import window_vitals
from data.window_cache.reader import WindowReader
from routes.metric_families import gauge, of_queue, of_windows
from routes.micro_cache import Answer, MicroCache
from routes.request_metrics import WebMetrics

#: Prometheus gives up after 2 s (deploy/prometheus/prometheus.yml).
REDIS_WITHIN_S = 1.5
#: However many ask, Redis is read once a second.
KEEP_S = 1.0


class Vitals:
    """What the two Redis say, as metrics; that of the queue may be the same one."""

    def __init__(
        self, windows: Redis, queue: Redis, reader: WindowReader, settings: Settings
    ) -> None:
        self._windows, self._queue, self._reader = windows, queue, reader
        self._settings = settings

    async def families(self) -> list[Metric]:
        """All metrics; of a Redis that does not answer only that it does not."""
        both = await asyncio.gather(self._of_windows(), self._of_queue())
        stale = gauge(
            "stale_after_seconds",
            "Age from which screens call readings stale (STALE_AFTER_S).",
            self._settings.stale_after_s,
        )
        return [stale, *both[0], *both[1]]

    async def _of_windows(self) -> list[Metric]:
        words = "Whether the Redis of the windows answers."
        try:
            async with asyncio.timeout(REDIS_WITHIN_S):
                found = await window_vitals(self._windows, self._reader, self._settings.shards)
        except (WindowsUnavailable, TimeoutError):
            return [gauge("redis_up", words, 0)]
        return [gauge("redis_up", words, 1), *of_windows(found, time.time() * 1000)]

    async def _of_queue(self) -> list[Metric]:
        words = "Whether the Redis of the job queue answers."
        try:
            async with asyncio.timeout(REDIS_WITHIN_S):
                found = await queue_vitals(self._queue)
        except (WindowsUnavailable, TimeoutError):
            return [gauge("queue_redis_up", words, 0)]
        return [gauge("queue_redis_up", words, 1), *of_queue(found)]


def routes(vitals: Vitals, counted: WebMetrics) -> list[Route]:
    """The one route."""
    cache = MicroCache(KEEP_S)

    async def make() -> Answer:
        text = _text(await vitals.families()) + generate_latest(counted.registry)
        return Answer.of(text, "metrics", CONTENT_TYPE_LATEST)

    async def metrics(request: Request) -> Response:
        answer = await cache.get("metrics", make)
        headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(answer.packed, headers=headers, media_type=answer.media_type)
        return Response(answer.body, headers=headers, media_type=answer.media_type)

    return [Route("/metrics", metrics)]


class _Families(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _text(families: Iterable[Metric]) -> bytes:
    # Not the library's own registry: it would count what this process does, not what all do.
    registry = CollectorRegistry()
    registry.register(_Families(families))
    return generate_latest(registry)
