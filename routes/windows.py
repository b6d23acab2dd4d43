"""GET /windows/{extruder} (the whole window) and /windows/{extruder}/delta (its last seconds)."""

from __future__ import annotations

import json
import time
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data.errors import UnknownExtruder
from data.extruders import extruder_to_dict
from data.settings import Settings
from data.window_cache import Status
from data.window_cache.reader import WindowReader
from data.window_codec import encode, from_window
from data.windows import Window, unroll
from routes.extruder_number import EXTRUDER
from routes.micro_cache import Answer, MicroCache

MEDIA_TYPE = "application/vnd.meltwatch.window"
#: Seconds of a delta: a viewer may miss nine polls of ten before it needs the whole window.
DELTA_S = 10
#: Windows change once a second; a fifth of that adds little to the age of what is shown.
KEEP_S = 0.2


def routes(reader: WindowReader, settings: Settings) -> list[Route]:
    """Routes that serve windows and what explains them."""
    cache = MicroCache(KEEP_S)
    delta_steps = DELTA_S * 1000 // settings.step_ms

    async def snapshot(request: Request) -> Response:
        extruder = request.path_params["extruder"]
        answer = await cache.get(("window", extruder), lambda: _snapshot(reader, extruder))
        return answer.respond(request)

    async def delta(request: Request) -> Response:
        extruder = request.path_params["extruder"]
        make = lambda: _delta(reader, extruder, delta_steps)  # noqa: E731
        return (await cache.get(("delta", extruder), make)).respond(request)

    async def catalogue(request: Request) -> Response:
        extruder = request.path_params["extruder"]
        answer = await cache.get(("catalogue", extruder), lambda: _catalogue(reader, extruder))
        return answer.respond(request)

    return [
        Route(f"/windows/{EXTRUDER}", snapshot),
        Route(f"/windows/{EXTRUDER}/delta", delta),
        Route(f"/catalogue/{EXTRUDER}", catalogue),
    ]


async def _snapshot(reader: WindowReader, extruder: int) -> Answer:
    blob, status = await reader.ring(extruder)
    if blob is None:
        raise UnknownExtruder(f"no window for extruder {extruder}")
    return _answer(unroll(blob), extruder, status, delta=False)


async def _delta(reader: WindowReader, extruder: int, steps: int) -> Answer:
    windows, status = await reader.tails([extruder], lambda _extruder, _header: steps)
    if extruder not in windows:
        raise UnknownExtruder(f"no window for extruder {extruder}")
    return _answer(windows[extruder], extruder, status, delta=True)


def message_of(window: Window, extruder: int, status: Status, delta: bool) -> bytes:
    """The bytes of a window as they go to the browser."""
    return encode(
        from_window(
            window,
            extruder,
            served_ts=int(time.time() * 1000),
            checked_ts=status.last_success,
            catalogue=status.catalogue,
            delta=delta,
        )
    )


def _answer(window: Window, extruder: int, status: Status, delta: bool) -> Answer:
    etag = f"{window.header.head_ts}-{window.header.revision}-{status.last_success}"
    return Answer.of(message_of(window, extruder, status, delta), etag, MEDIA_TYPE)


async def _catalogue(reader: WindowReader, extruder_id: int) -> Answer:
    catalogue = await reader.catalogue()
    extruder = catalogue.extruder(extruder_id)
    if extruder is None:
        raise UnknownExtruder(f"no extruder {extruder_id}")
    body = {
        "version": catalogue.version,
        "extruder": extruder_to_dict(extruder),
        "products": [asdict(product) for product in catalogue.products],
    }
    etag = f"{catalogue.version}-{extruder_id}"
    return Answer.of(json.dumps(body).encode(), etag, "application/json")
