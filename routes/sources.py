"""The Sources page: GET /sources/now, /sources/unmapped, /sources/mapped, and what people do there:
POST /sources/test, /sources/map, /sources/unmap."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace
from redis.asyncio import Redis
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from access.principal import principal_of
from data.asking import Asking
from data.errors import CommandError, NoWorker
from data.extruders import Catalogue
from data.suggested_signal import suggested
from data.window_cache.reader import WindowReader
from data.window_cache.source_state import (
    SIMULATOR,
    Finding,
    MappedTo,
    SourceState,
    Unmapped,
    read_sources,
)
from routes.micro_cache import Answer, MicroCache
from routes.posted import Refused, posted

KEEP_S = 1.0
#: Rows of a page of addresses.
PAGE = 20
#: A test takes 10 s at most, and a mapping what the store takes.
_WAITS_S = {"test": 12.0, "map": 6.0, "unmap": 6.0}
_HEADERS = {"Cache-Control": "no-store"}

_Handler = Callable[[Request], Awaitable[Response]]


class Sources(NamedTuple):
    """What the routes read, and by what they ask ingest."""

    client: Redis
    reader: WindowReader
    asking: Asking

    async def states(self) -> tuple[SourceState, ...]:
        """Raises WindowsUnavailable."""
        return await read_sources(self.client)


def routes(sources: Sources) -> list[Route]:
    """All of them; the gate refuses who sees a part of the plant only (access/rules.py)."""
    cache = MicroCache(KEEP_S)

    async def make() -> Answer:
        states, catalogue = await sources.states(), await sources.reader.catalogue()
        served = int(time.time() * 1000)
        body = {"served": served, "sources": [_told(one, catalogue) for one in states]}
        return Answer.of(json.dumps(body).encode(), str(served), "application/json")

    async def now(_request: Request) -> Response:
        answer = await cache.get("now", make)
        return Response(answer.body, media_type=answer.media_type, headers=_HEADERS)

    return [
        Route("/sources/now", _answered(now)),
        Route("/sources/unmapped", _answered(_listing(sources, _unmapped))),
        Route("/sources/mapped", _answered(_listing(sources, _mapped))),
        *(
            Route(f"/sources/{kind}", _answered(_doing(sources, kind)), methods=["POST"])
            for kind in _WAITS_S
        ),
    ]


def _answered(handle: _Handler) -> _Handler:
    """`handle`, with what is wrong with a request as JSON."""

    async def handler(request: Request) -> Response:
        try:
            return await handle(request)
        except Refused as error:
            return JSONResponse({"error": str(error)}, error.status, _HEADERS)
        except CommandError as error:
            return JSONResponse({"error": str(error)}, 400, _HEADERS)
        except NoWorker as error:
            return JSONResponse({"error": str(error)}, 503, {**_HEADERS, "Retry-After": "1"})

    return handler


def _doing(sources: Sources, kind: str) -> _Handler:
    """Asks ingest for what is posted, in the name of who posts it."""

    async def handler(request: Request) -> Response:
        body, who = await posted(request), principal_of(request.scope)
        _refuse_simulator(_state(await sources.states(), body.get("source")))
        asked = {key: value for key, value in body.items() if key not in ("actor", "name")}
        if who and who.id:
            asked["actor"] = who.id
        elif isinstance(body.get("name"), str):  # nobody signs in here: a name is typed
            asked["name"] = body["name"]
        done = await run_in_threadpool(sources.asking.ask, kind, asked, _WAITS_S[kind])
        return JSONResponse({"done": done}, headers=_HEADERS)

    return handler


def _listing(
    sources: Sources, rows: Callable[[SourceState, Catalogue], Sequence[Mapping[str, Any]]]
) -> _Handler:
    """A page of addresses whose row has the words that are looked for."""

    async def handler(request: Request) -> Response:
        asked = request.query_params
        state = _state(await sources.states(), asked.get("source", ""))
        words = asked.get("find", "").casefold().split()
        catalogue = await sources.reader.catalogue()
        found = [row for row in rows(state, catalogue) if _has(row, words)]
        first = _first(asked.get("first", "0"), len(found))
        body = {"served": int(time.time() * 1000), "total": len(found), "first": first}
        shown = [_with_suggestion(row) for row in found[first : first + PAGE]]
        return JSONResponse({**body, "page": PAGE, "rows": shown}, headers=_HEADERS)

    return handler


def _state(states: Sequence[SourceState], name: object) -> SourceState:
    """Raises NoWorker if no ingest tells of sources, CommandError if there is no such one."""
    if not states:
        raise NoWorker("no ingest tells of its sources: does it run?")
    for one in states:
        if one.name == name:
            return one
    raise CommandError("source", name, " or ".join(one.name for one in states))


def _refuse_simulator(state: SourceState) -> None:
    if state.kind == SIMULATOR:
        raise CommandError(
            "source", state.name, "a source of SOURCES: this one is a part of ingest"
        )


def _told(state: SourceState, catalogue: Catalogue) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(replace(state, unmapped=(), mapped=()))
    return {
        **told,
        "extruders": [{"id": id_, "name": _name(catalogue, id_)} for id_ in state.extruders],
        "findings": [_finding(one, catalogue) for one in state.findings],
        "mapped": len(state.mapped),
        "unmapped": len(state.unmapped),
    }


def _name(catalogue: Catalogue, extruder: int) -> str:
    found = catalogue.extruder(extruder)
    return found.name if found else f"Extruder {extruder}"


def _label(catalogue: Catalogue, extruder: int, name: str) -> str:
    found = catalogue.extruder(extruder)
    signal = found.signal(name) if found else None
    return signal.label if signal else name


def _finding(one: Finding, catalogue: Catalogue) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(one)
    names = {
        "extruder_name": _name(catalogue, one.extruder),
        "label": _label(catalogue, one.extruder, one.signal) if one.signal else "all signals",
    }
    return {**told, **names}


def _unmapped(state: SourceState, _catalogue: Catalogue) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(one) for one in state.unmapped]


def _mapped(state: SourceState, catalogue: Catalogue) -> list[dict[str, Any]]:
    def row(one: MappedTo) -> dict[str, Any]:
        told: dict[str, Any] = msgspec.to_builtins(one)
        names = {
            "extruder_name": _name(catalogue, one.extruder),
            "label": _label(catalogue, one.extruder, one.signal),
        }
        return {**told, **names}

    return [row(one) for one in state.mapped]


def _with_suggestion(row: Mapping[str, Any]) -> Mapping[str, Any]:
    if "unit" not in row:
        return row
    one = msgspec.convert(row, Unmapped)
    return {**row, "suggested": suggested(one.address, one.label, one.unit, one.value)}


def _has(row: Mapping[str, Any], words: Sequence[str]) -> bool:
    text = " ".join(one for one in row.values() if isinstance(one, str)).casefold()
    return all(word in text for word in words)


def _first(asked: str, total: int) -> int:
    """The first row of the page; of a page that is no more, of the last one."""
    first = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 0
    return min(first, max(0, (total - 1) // PAGE * PAGE))
