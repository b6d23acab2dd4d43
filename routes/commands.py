"""POST /commands (acknowledge, shelve, resolve …) and /replays: what people ask the workers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from access.principal import Principal, principal_of
from data.command_queue import CommandQueue
from data.commands import Action, touched_by
from data.errors import CommandError, NoWorker
from data.logs import SecurityEvent
from data.people.roles import NEEDED
from data.scopes import seen
from data.window_cache.reader import WindowReader
from routes.posted import Refused, posted

_HEADERS = {"Cache-Control": "no-store"}
_UNKNOWN = {
    "state": "failed",
    "progress": 0.0,
    "result": None,
    "error": "no such replay, or its result is too old",
}


#: Is told that somebody acted on what they do not see.
Tell = Callable[[SecurityEvent, Principal | None, Request], Awaitable[None]]


def routes(queue: CommandQueue, reader: WindowReader, tell: Tell) -> list[Route]:
    """Routes that make something happen."""

    async def command(request: Request) -> Response:
        who = principal_of(request.scope)
        asked = _by(who, await posted(request))
        if seen() and not touched_by(asked) <= {
            one.id for one in (await reader.catalogue()).extruders
        }:
            await tell("denied", who, request)
            raise Refused(403, "this is about what you do not see")
        return JSONResponse(await run_in_threadpool(queue.send, asked), 200, _HEADERS)

    async def replay(request: Request) -> Response:
        id_ = await run_in_threadpool(queue.replay, await posted(request))
        return JSONResponse({"id": id_}, 202, {**_HEADERS, "Location": f"/replays/{id_}"})

    async def replay_state(request: Request) -> Response:
        state = await run_in_threadpool(queue.replay_state, request.path_params["id"])
        return JSONResponse(state or _UNKNOWN, 200 if state else 404, _HEADERS)

    return [
        Route("/commands", _told(command), methods=["POST"]),
        Route("/replays", _told(replay), methods=["POST"]),
        Route("/replays/{id}", replay_state),
    ]


def _by(who: Principal | None, asked: dict[str, Any]) -> dict[str, Any]:
    """What is asked, by whom the gate knows; only where nobody signs in a name is typed.

    Raises Refused if their role does not allow the action.
    """
    action = asked.get("action")
    known = isinstance(action, str) and action in set(Action)
    takes = NEEDED[Action(str(action))] if known else None  # of others the queue tells
    if who is None or (takes and not who.may(takes)):
        role = who.role if who else "none"
        raise Refused(403, f"your role, {role}, does not allow this")
    return {**asked, "who": who.id} if who.id else asked


def _told(
    handle: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """`handle`, with what is wrong with a request as JSON. Redis away is told by the app."""

    async def handler(request: Request) -> Response:
        try:
            return await handle(request)
        except Refused as error:
            return _error(error, error.status)
        except CommandError as error:
            return _error(error, 400)
        except NoWorker as error:
            return _error(error, 503, {"Retry-After": "1"})

    return handler


def _error(error: Exception, status: int, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": str(error)}, status, {**_HEADERS, **(headers or {})})
