"""GET /history/windows/{extruder} (readings of the past) and /history/playback/{extruder}."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable
from dataclasses import asdict

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from components.page_settings import PageSettings
from data.history import Questions
from data.history.happenings import Happenings, happenings
from data.history.playback import PlaybackWindow, window
from data.window_codec import WindowMessage, encode
from data.windows import NEVER
from routes.conditional import conditional
from routes.extruder_number import EXTRUDER
from routes.windows import MEDIA_TYPE

#: Readings that arrive later than this are corrections by hand: nothing else changes by then.
CLOSED_AFTER_MS = 10 * 60_000
#: Long enough for a playback to go to and fro; corrections and retention show after that.
CLOSED_CACHE = "private, max-age=600"
#: The message says up to when it is true, which a 304 would not.
OPEN_CACHE = "no-store"
CLOSED_KEEP_S, OPEN_KEEP_S = 300.0, 0.5

LEVEL_HEADER = "Meltwatch-Level"
STEP_HEADER = "Meltwatch-Step-Ms"
#: Steps that may be asked for, ms.
SMALLEST_STEP_MS, LARGEST_STEP_MS = 100, 60_000


class _BadQuery(Exception):
    """A parameter is not what it must be; the text says which and what is expected."""


def routes(questions: Questions, _settings: PageSettings) -> list[Route]:
    """Routes that feed a playback."""

    async def readings(request: Request) -> Response:
        return await run_in_threadpool(_told, request, lambda: _readings(questions, request))

    async def events(request: Request) -> Response:
        return await run_in_threadpool(_told, request, lambda: _events(questions, request))

    return [
        Route(f"/history/windows/{EXTRUDER}", readings),
        Route(f"/history/playback/{EXTRUDER}", events),
    ]


def _told(request: Request, answer: Callable[[], tuple[bytes, dict[str, str], str]]) -> Response:
    """The answer as this request can take it, or what is wrong with the question."""
    try:
        body, headers, media_type = answer()
    except _BadQuery as error:
        return JSONResponse({"error": str(error)}, 400, headers={"Cache-Control": "no-store"})
    # Who signs in after somebody else may see less than the browser has kept.
    headers |= {"Vary": "Accept-Encoding, Cookie"}
    return conditional(request, body, headers, media_type)


def _readings(questions: Questions, request: Request) -> tuple[bytes, dict[str, str], str]:
    start, end = _span(request)
    step_ms = _number(request, "step", 1000)
    if not SMALLEST_STEP_MS <= step_ms <= LARGEST_STEP_MS:
        raise _BadQuery(f"step={step_ms}: expected {SMALLEST_STEP_MS} to {LARGEST_STEP_MS} ms")
    extruder = request.path_params["extruder"]
    now = int(time.time() * 1000)
    found = questions.ask(window, extruder, start, end, step_ms, keep_s=_keep_s(end, now))
    tag = zlib.crc32(found.quality, zlib.crc32(found.values))
    etag = f'"{found.level}-{found.catalogue}-{tag:x}"'
    headers = {
        **_caching(end, now, etag),
        LEVEL_HEADER: found.level,
        STEP_HEADER: str(found.step_ms),
    }
    return encode(message_of(found, extruder, now)), headers, MEDIA_TYPE


def message_of(found: PlaybackWindow, extruder: int, now: int) -> WindowMessage:
    """A window of the past in the message of the live ones; nobody has checked it lately."""
    shape = (found.steps, found.signals)
    return WindowMessage(
        extruder=extruder,
        step_ms=found.step_ms,
        first_ts=found.first_ts,
        head_ts=found.head_ts,
        served_ts=now,
        checked_ts=NEVER,
        revision=0,
        catalogue=found.catalogue,
        values=np.frombuffer(found.values, "<f4").reshape(shape),
        quality=np.frombuffer(found.quality, np.uint8).reshape(shape),
    )


def _events(questions: Questions, request: Request) -> tuple[bytes, dict[str, str], str]:
    start, end = _span(request)
    extruder = request.path_params["extruder"]
    now = int(time.time() * 1000)
    found = questions.ask(happenings, extruder, start, end, keep_s=2.0)
    body = json.dumps(_plain(found), separators=(",", ":")).encode()
    # The newest reading is part of it, so that it never is closed.
    headers = _caching(now, now, f'"{zlib.crc32(body):x}"')
    return body, headers, "application/json"


def _plain(found: Happenings) -> dict[str, object]:
    limits = [{**asdict(one), "limits": json.loads(one.limits)} for one in found.limits]
    return {**asdict(found), "limits": limits}


def _caching(end: int, now: int, etag: str) -> dict[str, str]:
    return {"ETag": etag, "Cache-Control": CLOSED_CACHE if _closed(end, now) else OPEN_CACHE}


def _keep_s(end: int, now: int) -> float:
    return CLOSED_KEEP_S if _closed(end, now) else OPEN_KEEP_S


def _closed(end: int, now: int) -> bool:
    return end < now - CLOSED_AFTER_MS


def _span(request: Request) -> tuple[int, int]:
    start, end = _number(request, "from"), _number(request, "to")
    if not 0 <= start < end:
        raise _BadQuery(f"from={start}, to={end}: expected times in ms, the first one earlier")
    return start, end


def _number(request: Request, name: str, default: int | None = None) -> int:
    text = request.query_params.get(name, "" if default is None else str(default))
    # Times of years, not of ages: SQLite has no integer beyond 64 bits.
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise _BadQuery(f"{name}={text!r}: expected a whole number")
    return int(text)
