"""Scripts of Dash and its components: read, compressed and bridged once, not for every browser."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from routes.kept_file import KeptFile

FOLDER = "/_dash-component-suites/"
#: Whoever asks can write a version of their own into an address: kept is not more than this.
MOST = 100
_TYPES = ("text/javascript", "application/javascript", "application/json", "text/css")


class DashFiles:
    """ASGI, in front of Dash: keeps its answers for files."""

    def __init__(self, dash: ASGIApp) -> None:
        self._dash = dash
        self._kept: dict[str, KeptFile] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._dash(scope, receive, send)
        elif kept := self._kept.get(scope["path"]):
            await kept.answer(Request(scope))(scope, receive, send)
        elif scope["path"].startswith(FOLDER) and len(self._kept) < MOST:
            await self._keep(scope, receive, send)
        else:
            await self._dash(scope, receive, send)

    async def _keep(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent: list[Message] = []

        async def gather(message: Message) -> None:
            sent.append(message)

        await self._dash(scope, receive, gather)
        for message in sent:
            await send(message)
        if file := _to_keep(sent):
            await asyncio.to_thread(lambda: file.gzipped)  # the first does not wait for it
            self._kept[scope["path"]] = file


def _to_keep(sent: Sequence[Message]) -> KeptFile | None:
    headers = Headers(raw=sent[0]["headers"])
    media_type = headers.get("content-type", "").partition(";")[0]
    if sent[0]["status"] != 200 or media_type not in _TYPES:
        return None
    # Parts that a script loads later have no version in their address: browsers ask each time.
    control = headers.get("cache-control", "no-cache")
    return KeptFile(b"".join(one.get("body", b"") for one in sent[1:]), media_type, control)
