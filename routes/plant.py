"""GET /plant (a card per extruder, every second) and /plant/sparks (their last 15 minutes)."""

from __future__ import annotations

import json
import time

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data.window_cache import SPARK, Status
from data.window_cache.reader import WindowReader
from data.windows import unroll
from routes.micro_cache import Answer, MicroCache

KEEP_S = 0.2
#: A coarse step is 15 s long; asking Redis for all of them more often shows nothing new.
KEEP_SPARKS_S = 5.0


#: How the answer ends that has no card.
NO_CARDS = b'"cards":[]}'


def routes(reader: WindowReader) -> list[Route]:
    """Routes that feed the Plant page."""
    cache, sparks_cache = MicroCache(KEEP_S), MicroCache(KEEP_SPARKS_S)

    async def plant(request: Request) -> Response:
        return (await cache.get("plant", lambda: _plant(reader))).respond(request)

    async def sparks(request: Request) -> Response:
        return (await sparks_cache.get("sparks", lambda: _sparks(reader))).respond(request)

    return [Route("/plant", plant), Route("/plant/sparks", sparks)]


async def _plant(reader: WindowReader) -> Answer:
    body, status = await cards(reader)
    return Answer.of(body, f"{status.last_success}-{status.last_error_at}", "application/json")


async def cards(reader: WindowReader, shard: int | None = None) -> tuple[bytes, Status]:
    """All cards, or those of one shard, as one line of JSON; they are in Redis as JSON and are
    not parsed."""
    found, status = await reader.summaries(shard)
    about = json.dumps({"served": int(time.time() * 1000), **about_refresh(status)})
    return about[:-1].encode() + b',"cards":[' + b",".join(found) + b"]}", status


def about_refresh(status: Status) -> dict[str, object]:
    """What a screen must know of the refresh to say honestly how old its numbers are."""
    return {
        "checked": status.last_success,
        "catalogue": status.catalogue,
        "rebuilding": status.rebuilding,
        "error": status.last_error if status.last_error_at > status.last_success else "",
    }


async def _sparks(reader: WindowReader) -> Answer:
    """The most important gauge signal of each extruder, oldest first; null is a gap."""
    catalogue = await reader.catalogue()
    shown = [e for e in catalogue.extruders if e.gauges]
    blobs, _ = await reader.rings([e.id for e in shown], SPARK)
    lines = {
        extruder.id: _line(blob)
        for extruder, blob in zip(shown, blobs, strict=True)
        if blob is not None
    }
    body = json.dumps({"served": int(time.time() * 1000), "sparks": lines}).encode()
    return Answer.of(body, f"{time.time():.3f}", "application/json")


def _line(blob: bytes) -> dict[str, object]:
    window = unroll(blob)
    step_ms = window.header.spec.step_ms
    values = window.values[:, 0].tolist()
    return {
        "first": window.first_step * step_ms,
        "step": step_ms,
        "values": [round(v, 3) if v == v else None for v in values],  # noqa: PLR0124  NaN
    }
