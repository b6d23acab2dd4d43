"""GET /openapi.json: what programs may ask of the web process. Pages of people are not in it.

Every route of the application is either in TOLD or a page; a test compares the two.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from data.history.selection import CAUSES, STATES
from routes.api.answers import PREFIX
from routes.api.malfunctions import MOST_ROWS
from routes.api.schemas import SCHEMAS
from routes.windows import MEDIA_TYPE

PATH = "/openapi.json"
JSON, CSV, EVENTS, METRICS = "application/json", "text/csv", "text/event-stream", "text/plain"

_MS = {"type": "integer", "minimum": 0, "maximum": 10**15 - 1}
_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_NUMBER = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
_SEVERAL = {"type": "array", "items": _TEXT}
#: Query parameters by the name used here, with the name in the address.
QUERY: dict[str, dict[str, Any]] = {
    "from": {"required": True, "schema": _MS, "description": "first ms since the epoch"},
    "to": {"required": True, "schema": _MS, "description": "ms since the epoch after the last"},
    "step": {"schema": {"type": "integer", "minimum": 100, "maximum": 60_000}},
    "signal": {"required": True, "schema": _TEXT, "description": "name of a signal"},
    "day": {"schema": _TEXT, "description": "YYYY-MM-DD, plant time"},
    "shift": {"schema": _TEXT, "description": "name of a shift"},
    "period": {"schema": _TEXT},
    "extruder": {"schema": _TEXT},
    "cause": {"schema": _TEXT},
    "source": {"required": True, "schema": _TEXT, "description": "name of a source"},
    "find": {"schema": _TEXT, "description": "part of an address, a name or a unit"},
    "first": {"schema": {"type": "integer", "minimum": 0}, "description": "rows to leave out"},
    "sort": {"schema": _TEXT},
    # Of /api/v1, where times are ISO and what is repeated is a list.
    "since": {"name": "from", "schema": _TIME, "description": "onset at or after"},
    "until": {"name": "to", "schema": _TIME, "description": "onset before"},
    "signals": {"name": "signal", "schema": _SEVERAL, "description": "names; all without it"},
    "extruders": {"name": "extruder", "schema": {"type": "array", "items": _NUMBER}},
    "causes": {"name": "cause", "schema": {"type": "array", "items": {"enum": [*CAUSES]}}},
    "states": {"name": "state", "schema": {"type": "array", "items": {"enum": [*STATES]}}},
    "every": {
        "schema": {"type": "integer", "minimum": 1, "maximum": 60},
        "description": "seconds; of each so many the newest reading",
    },
    "limit": {"schema": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS}},
    "cursor": {"schema": _TEXT, "description": "`next` of the answer before"},
    "format": {"schema": {"enum": ["json", "csv"]}, "description": "instead of Accept"},
}
_WHO = {"id": _TEXT, "who": _TEXT, "action": _TEXT}
BODIES: dict[str, dict[str, Any]] = {
    "command": {"type": "object", "required": ["id", "who", "action"], "properties": _WHO},
    "replay": {
        "type": "object",
        "required": ["extruder", "signal", "days", "limits"],
        "properties": {
            "extruder": {"type": "integer"},
            "signal": _TEXT,
            "product": {"type": "integer"},
            "days": {"type": "number"},
            "limits": {"type": "object"},
        },
    },
    "ids": {
        "type": "object",
        "required": ["ids"],
        "properties": {
            "ids": {"anyOf": [{"const": "all"}, {"type": "array", "items": _TEXT, "minItems": 1}]}
        },
    },
}


_ADDRESS = {"source": _TEXT, "address": _TEXT}
BODIES |= {
    "source": {"type": "object", "required": ["source"], "properties": {"source": _TEXT}},
    "address": {"type": "object", "required": ["source", "address"], "properties": _ADDRESS},
    "mapping": {
        "type": "object",
        "required": ["source", "signal"],
        "properties": {
            "source": _TEXT,
            "extruder": {"type": "integer"},
            "extruder_name": _TEXT,
            "signal": {"type": "object"},
        },
    },
}


@dataclass(frozen=True)
class Told:
    """What there is to know of a route: the names are those of QUERY and BODIES."""

    summary: str
    media: str = JSON
    query: tuple[str, ...] = ()
    body: str = ""
    or_csv: bool = False


_PAST = ("from", "to")
TOLD: dict[str, Told] = {
    "/windows/{extruder}": Told("live window of an extruder (docs/window_codec.md)", MEDIA_TYPE),
    "/windows/{extruder}/delta": Told("its last seconds", MEDIA_TYPE),
    "/windows/{extruder}/events": Told("the same deltas, pushed", EVENTS),
    "/catalogue/{extruder}": Told("an extruder, its signals and limits, and the products"),
    "/access/me": Told("who is signed in, and what they may do"),
    "/access/check": Told("whether one may look, for a proxy that keeps answers"),
    "/assets/words/{language}.mjs": Told("what scripts say in a language", "text/javascript"),
    "/assets/meltwatch.mjs": Told("all scripts of the pages", "text/javascript"),
    "/assets/meltwatch.css": Told("all their style sheets", "text/css"),
    "/plant": Told("a card per extruder"),
    "/plant/sparks": Told("last 15 minutes of each extruder's first gauge"),
    "/plant/events": Told("cards, pushed", EVENTS),
    "/lines": Told("signals, and which extruders have them"),
    "/lines/window": Told("one signal of all extruders", MEDIA_TYPE, ("signal",)),
    "/lines/delta": Told("its last seconds", MEDIA_TYPE, ("signal",)),
    "/lines/day": Told("its last 24 hours", MEDIA_TYPE, ("signal",)),
    "/alarms/now": Told("alarms and malfunctions that need action"),
    "/alarms/history": Told("what happened to alarms lately"),
    "/alarms/health": Told("measures of the alarm system after ISA-18.2"),
    "/alarms/deliveries": Told("messages that were sent, and what came of them"),
    "/commands": Told("acknowledge, shelve, resolve, set limits …", body="command"),
    "/replays": Told("try other limits on recorded days", body="replay"),
    "/replays/{id}": Told("how far such a try is"),
    "/healthz": Told("this process answers"),
    "/readyz": Told("what it shows is fresh; 503 with a reason if not"),
    "/metrics": Told("numbers for Prometheus", METRICS),
    "/system/cost": Told("what reads the store, and what that costs"),
    "/system/guard": Told("findings of the store guard"),
    "/system/pipeline": Told("the way of a reading, stage by stage"),
    "/system/runs": Told("the last runs of each job"),
    "/system/failures": Told("failed jobs"),
    "/system/failures/run": Told("run failed jobs again", body="ids"),
    "/system/failures/discard": Told("forget failed jobs", body="ids"),
    "/system/failures/{id}": Told("a failed job's traceback"),
    "/sources/now": Told("the sources of readings, and how they are"),
    "/sources/unmapped": Told("addresses that are not mapped", query=("source", "find", "first")),
    "/sources/mapped": Told("addresses that are mapped", query=("source", "find", "first")),
    "/sources/test": Told("test the connection of a source", body="source"),
    "/sources/map": Told("map an address to a signal", body="mapping"),
    "/sources/unmap": Told("release an address that was mapped by hand", body="address"),
    "/history/windows/{extruder}": Told("readings of the past", MEDIA_TYPE, (*_PAST, "step")),
    "/history/playback/{extruder}": Told("what happened meanwhile", query=_PAST),
    "/history/malfunctions.csv": Told(
        "malfunctions of a selection", CSV, ("period", "extruder", "cause", "sort")
    ),
    "/history/report.csv": Told("the report of a shift", CSV, ("day", "shift")),
    "/api/v1/extruders": Told("all extruders, their signals, and the products (docs/api.md)"),
    "/api/v1/extruders/{extruder}/window": Told(
        "readings of its last 15 minutes by column", JSON, ("signals", "every", "format"), "", True
    ),
    "/api/v1/alarms": Told("alarms that are not normal"),
    "/api/v1/malfunctions": Told(
        "malfunctions, newest first, page by page",
        JSON,
        ("since", "until", "extruders", "causes", "states", "limit", "cursor", "format"),
        "",
        True,
    ),
    "/api/v1/malfunctions/{id}": Told("one with its causes, alarms and what people did"),
}


def routes() -> list[Route]:
    """The route of the description."""
    body = json.dumps(document()).encode()

    async def description(_request: Request) -> Response:
        return Response(body, media_type=JSON, headers={"Cache-Control": "max-age=300"})

    return [Route(PATH, description)]


def paths_of(served: Sequence[BaseRoute]) -> set[str]:
    """Paths of an application's own routes as the description writes them."""
    return {re.sub(r":\w+}", "}", route.path) for route in served if isinstance(route, Route)}


def document() -> dict[str, Any]:
    """The description, OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Meltwatch", "version": "1"},
        "paths": {path: _path(path, told) for path, told in TOLD.items()},
    }


def _path(path: str, told: Told) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": told.summary,
        "parameters": [
            *(_in_path(name) for name in re.findall(r"{(\w+)}", path)),
            *({"name": name, "in": "query", **QUERY[name]} for name in told.query),
        ],
        "responses": _responses(path, told),
    }
    if not told.body:
        return {"get": operation}
    content = {JSON: {"schema": BODIES[told.body]}}
    return {"post": {**operation, "requestBody": {"required": True, "content": content}}}


def _in_path(name: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 0} if name == "extruder" else {"type": "string"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _responses(path: str, told: Told) -> dict[str, Any]:
    error = {
        "type": "object",
        "properties": {"error": {"type": "string"}, "status": {}, "reason": {}},
    }
    wrong = {"description": "{error: reason}", "content": {JSON: {"schema": error}}}
    schema = SCHEMAS.get(path.removeprefix(PREFIX))
    content: dict[str, Any] = {told.media: {"schema": schema} if schema else {}}
    if told.or_csv:
        content[CSV] = {}
    good = {"description": "the answer", "content": content}
    return {"200": good, "202": good, "4XX": wrong, "503": wrong}
