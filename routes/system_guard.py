"""GET /system/guard: how the store is, what mends it, how it grows."""

from __future__ import annotations

import json
import time
from typing import Any

from redis.asyncio import Redis
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data.store_guard import DayCheck, MinuteCheck
from data.store_guard.kept import kept_async
from data.store_guard.wording import all_findings, growth, headline
from routes.micro_cache import Answer, MicroCache

#: The store is checked once a minute.
KEEP_S = 2.0


def routes(client: Redis) -> list[Route]:
    """The route that feeds the panel Store, and the mark in the header of every page."""
    cache = MicroCache(KEEP_S)

    async def make() -> Answer:
        minute, day = await kept_async(client)
        served = int(time.time() * 1000)
        body = {"served": served, **_told(minute, day)}
        return Answer.of(json.dumps(body).encode(), str(served), "application/json")

    async def guard(request: Request) -> Response:
        return (await cache.get("guard", make)).respond(request)

    return [Route("/system/guard", guard)]


def _told(minute: MinuteCheck | None, day: DayCheck | None) -> dict[str, Any]:
    """Times in ms, None before the first check."""
    return {
        "checked": minute.checked if minute else None,
        "checked_day": day.checked if day else None,
        "store": day.store if day else "",
        "headline": headline(minute, day),
        "findings": [
            {"priority": int(one.priority), "text": one.text, "mend": one.mend}
            for one in all_findings(minute, day)
        ],
        "stopped": [vars(one) for one in (minute.stopped if minute else ())],
        "growth": growth(day.forecast) if day else "",
        "notes": list(day.notes) if day else [],
    }
