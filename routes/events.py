"""GET /windows/{extruder}/events and /plant/events: the same deltas, pushed (SSE)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from routes.extruder_number import EXTRUDER
from routes.push import PLANT, PushHub

LONGEST_ID = 18
#: A proxy that buffers would turn push into silence.
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def routes(hub: PushHub) -> list[Route]:
    """Routes that hold a connection open."""

    def stream(request: Request, topic: int) -> Response:
        last = request.headers.get("last-event-id", "")
        events = hub.events(topic, int(last) if _is_number(last) else None)
        return StreamingResponse(events, media_type="text/event-stream", headers=_HEADERS)

    async def window(request: Request) -> Response:
        return stream(request, request.path_params["extruder"])

    async def plant(request: Request) -> Response:
        return stream(request, PLANT)

    return [Route(f"/windows/{EXTRUDER}/events", window), Route("/plant/events", plant)]


def _is_number(text: str) -> bool:
    """Whether it may be the number of an event; Python refuses to read thousands of digits."""
    return text.isdecimal() and len(text) <= LONGEST_ID
