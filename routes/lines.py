"""GET /lines…: one signal of every extruder that has it, on one time grid, for the Scope page.

The message is that of docs/window_codec.md; its columns are extruders instead of signals, in
the order of `GET /lines`, and its extruder number is 0.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data.errors import UnknownSignal
from data.extruders import Catalogue, Extruder, Signal
from data.quality import Quality
from data.settings import Settings
from data.window_cache import DAY
from data.window_cache.reader import WindowReader
from data.window_codec import WindowMessage, encode
from data.windows import NEVER, Window, unroll
from routes.micro_cache import Answer, MicroCache
from routes.windows import DELTA_S, MEDIA_TYPE

KEEP_S = 0.5
#: A whole plant's windows are many bytes to read from Redis: joining viewers share one read.
KEEP_WHOLE_S = 3.0


def routes(reader: WindowReader, settings: Settings) -> list[Route]:
    """Routes that feed the Scope page."""
    cache, whole_cache = MicroCache(KEEP_S), MicroCache(KEEP_WHOLE_S)
    delta_steps = DELTA_S * 1000 // settings.step_ms

    async def index(request: Request) -> Response:
        return (await whole_cache.get("index", lambda: _index(reader))).respond(request)

    async def lines(request: Request) -> Response:
        name = request.query_params.get("signal", "")
        return (await whole_cache.get(name, lambda: _lines(reader, name, None))).respond(request)

    async def delta(request: Request) -> Response:
        name = request.query_params.get("signal", "")
        return (await cache.get(name, lambda: _lines(reader, name, delta_steps))).respond(request)

    async def day(request: Request) -> Response:
        name = request.query_params.get("signal", "")
        return (await whole_cache.get(("day", name), lambda: _day(reader, name))).respond(request)

    return [
        Route("/lines", index),
        Route("/lines/window", lines),
        Route("/lines/delta", delta),
        Route("/lines/day", day),
    ]


async def _index(reader: WindowReader) -> Answer:
    catalogue = await reader.catalogue()
    names = list(dict.fromkeys(s.name for e in catalogue.extruders for s in e.signals))
    body = {
        "version": catalogue.version,
        "extruders": [{"id": e.id, "name": e.name} for e in catalogue.extruders],
        "signals": [_about(catalogue, name) for name in names],
    }
    return Answer.of(json.dumps(body).encode(), f"lines-{catalogue.version}", "application/json")


def _about(catalogue: Catalogue, name: str) -> dict[str, object]:
    having = _having(catalogue, name)
    signal = having[0][0].signals[having[0][1]]
    return {
        "name": name,
        "label": signal.label,
        "unit": signal.unit,
        "group": signal.group,
        "decimals": signal.decimals,
        "low": min(_signal(pair).low for pair in having),
        "high": max(_signal(pair).high for pair in having),
        "state": bool(signal.states),
        "day": all(slot in extruder.gauges for extruder, slot in having),
        "extruders": [extruder.id for extruder, _ in having],
    }


def _signal(pair: tuple[Extruder, int]) -> Signal:
    extruder, slot = pair
    return extruder.signals[slot]


def _having(catalogue: Catalogue, name: str) -> list[tuple[Extruder, int]]:
    """Extruders that have the signal, with its slot. Raises UnknownSignal if none has it."""
    found = [(e, slot) for e in catalogue.extruders if (slot := e.slot(name)) is not None]
    if not found:
        raise UnknownSignal(f"no extruder has a signal {name!r}")
    return found


async def _lines(reader: WindowReader, name: str, last: int | None) -> Answer:
    catalogue = await reader.catalogue()
    having = _having(catalogue, name)
    blobs, status = await reader.rings([extruder.id for extruder, _ in having])
    windows = [None if blob is None else unroll(blob, last) for blob in blobs]
    slots = [slot for _, slot in having]
    return _answer(side_by_side(windows, slots), catalogue.version, status.last_success, last)


async def _day(reader: WindowReader, name: str) -> Answer:
    catalogue = await reader.catalogue()
    having = _having(catalogue, name)
    slots = [
        extruder.gauges.index(slot) if slot in extruder.gauges else None
        for extruder, slot in having
    ]
    if None in slots:
        raise UnknownSignal(f"signal {name!r} is not kept for a day: only gauge signals are")
    blobs, status = await reader.rings([extruder.id for extruder, _ in having], DAY)
    windows = [None if blob is None else unroll(blob) for blob in blobs]
    columns = side_by_side(windows, [slot for slot in slots if slot is not None])
    return _answer(columns, catalogue.version, status.last_success, None)


def side_by_side(windows: Sequence[Window | None], slots: Sequence[int]) -> WindowMessage:
    """One column per window: the signal in `slots[i]` of window i, on the grid of the newest."""
    present = [w for w in windows if w is not None and len(w.values)]
    count = max((len(w.values) for w in present), default=0)
    newest = max((w.first_step + len(w.values) - 1 for w in present), default=NEVER)
    first = newest - count + 1
    values = np.full((count, len(windows)), np.nan, np.float32)
    quality = np.full((count, len(windows)), Quality.ABSENT, np.uint8)
    for column, (window, slot) in enumerate(zip(windows, slots, strict=True)):
        if window is None or not len(window.values):
            continue
        skip = max(0, first - window.first_step)  # older than the grid
        at = window.first_step + skip - first
        part = slice(at, at + len(window.values) - skip)
        values[part, column] = window.values[skip:, slot]
        quality[part, column] = window.quality[skip:, slot]
    step_ms = present[0].header.spec.step_ms if present else 1000
    return WindowMessage(
        extruder=0,
        step_ms=step_ms,
        first_ts=first * step_ms if present else NEVER,
        head_ts=max((w.header.head_ts for w in present), default=NEVER),
        served_ts=int(time.time() * 1000),
        checked_ts=NEVER,
        revision=sum(w.header.revision for w in present) % 2**32,
        catalogue=0,
        values=values,
        quality=quality,
    )


def _answer(message: WindowMessage, catalogue: int, checked: int, last: int | None) -> Answer:
    body = encode(replace(message, catalogue=catalogue, checked_ts=checked, delta=last is not None))
    return Answer.of(body, f"{message.head_ts}-{message.revision}-{checked}-{last}", MEDIA_TYPE)
