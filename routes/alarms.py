"""GET /alarms/now (what needs action), /alarms/history, /alarms/health and /alarms/deliveries."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from access.names import Names
from data.window_cache import Status
from data.window_cache.reader import WindowReader
from routes.micro_cache import Answer, MicroCache
from routes.plant import about_refresh

KEEP_S = 0.2

_Read = Callable[[], Awaitable[tuple[bytes | None, Status]]]


def routes(reader: WindowReader, names: Names) -> list[Route]:
    """Routes that feed the alarm list, its history and its health."""
    cache = MicroCache(KEEP_S)

    def route(path: str, read: _Read, empty: bytes) -> Route:
        async def handler(request: Request) -> Response:
            return (await cache.get(path, lambda: _answer(read, empty, names))).respond(request)

        return Route(path, handler)

    return [
        route("/alarms/now", reader.alarms, b'{"as_of":-1,"alarms":[],"malfunctions":[]}'),
        route("/alarms/history", reader.history, b'{"as_of":-1,"events":[]}'),
        route("/alarms/health", reader.health, b'{"as_of":-1,"hours":0}'),
        route(
            "/alarms/deliveries",
            reader.deliveries,
            b'{"as_of":-1,"deliveries":[],"configured":false}',
        ),
    ]


async def _answer(read: _Read, empty: bytes, names: Names) -> Answer:
    """The worker's JSON as it is, with what the refresh did laid in front of it."""
    text, status = await read()
    text = await names.put_into(text or empty)
    about = json.dumps({"served": int(time.time() * 1000), **about_refresh(status)})
    body = about[:-1].encode() + b"," + text[1:]
    etag = f"{status.last_success}-{status.last_error_at}-{zlib.crc32(text):x}"
    return Answer.of(body, etag, "application/json")
