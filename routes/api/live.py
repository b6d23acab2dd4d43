"""GET /api/v1/extruders (what there is) and /api/v1/alarms (all that are not normal now)."""

from __future__ import annotations

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from access.names import Names
from data.extruders import Catalogue, Extruder
from data.window_cache.reader import WindowReader
from routes.api.answers import JSON, PREFIX, about, iso, packed, respond, with_iso

_NOTHING = b'{"as_of":-1,"alarms":[]}'


def routes(reader: WindowReader, names: Names) -> list[Route]:
    """The two routes."""

    async def extruders(request: Request) -> Response:
        catalogue = await reader.catalogue()

        def answer() -> Response:
            return respond(request, packed(_plant(catalogue)), JSON)

        return await run_in_threadpool(answer)

    async def alarms(request: Request) -> Response:
        text, status = await reader.alarms()
        found = json.loads(await names.put_into(text or _NOTHING))
        body = {
            **about(status),
            "as_of": iso(found["as_of"]),
            "alarms": with_iso(found["alarms"]),
        }
        return respond(request, packed(body), JSON)

    return [Route(f"{PREFIX}/extruders", extruders), Route(f"{PREFIX}/alarms", alarms)]


def _plant(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "extruders": [_extruder(one) for one in catalogue.extruders],
        "products": [{"code": one.code, "name": one.name} for one in catalogue.products],
    }


def _extruder(extruder: Extruder) -> dict[str, Any]:
    signals = [
        {
            "name": one.name,
            "label": one.label,
            "unit": one.unit,
            "group": one.group,
            "low": one.low,
            "high": one.high,
            "states": {str(code): name for code, name in one.states.items()},
        }
        for one in extruder.signals
    ]
    return {"id": extruder.id, "name": extruder.name, "signals": signals}
