"""The one gate before every route: who it is, whether they may, and that they mean it."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from access.answers import later, refused, sign_in_first
from access.principal import Principal, enter
from access.rules import SAFE, Needed, Open, is_activity, is_scoped, needed
from data.errors import MeltwatchError, SettingError
from data.logs import SecurityEvent
from data.scopes import WHOLE, from_header, seeing
from data.scopes import Scope as Sees
from words import mark

#: Dash sends this header by itself, from this cookie; our own scripts do the same.
CSRF_COOKIE, CSRF_HEADER = "_csrf_token", "x-csrftoken"
#: A proxy that keeps answers asks in its own name, for whoever has this scope: see `_scope`.
SCOPE_HEADER = "meltwatch-scope"
#: An open stream of somebody who was signed out ends within this time.
STREAM_CHECKED_S = 5.0

#: Is told a security event: its name, who, and the request.
Tell = Callable[[SecurityEvent, Principal | None, Request], Awaitable[None]]


class Found(Protocol):
    """Who a request comes from. `csrf` is what its posts must carry; None: it uses no cookie."""

    @property
    def principal(self) -> Principal:
        """Who it is."""

    @property
    def csrf(self) -> str | None:
        """The token of this session."""


class Recognise(Protocol):
    """One way of knowing people (AUTH)."""

    async def find(self, request: Request, active: bool) -> Found | None:
        """Who a request comes from, None if nobody is signed in. Raises WindowsUnavailable."""

    def foreign(self, request: Request) -> str:
        """Why this request is not for us at all, "" if it is."""


class Gate:
    """ASGI middleware. Nothing behind it is reached without its leave."""

    def __init__(self, app: ASGIApp, recognise: Recognise, tell: Tell) -> None:
        self._app, self._recognise, self._tell = app, recognise, tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:  # there are no WebSockets here
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        takes = needed(request.method, request.url.path)
        try:
            found = await self._find(request, takes)
            sees = _scope(request, found)
            answer = await self._refusal(request, takes, found) or _out_of_scope(request, sees)
        except SettingError as error:
            answer = refused(request, str(error))
        except MeltwatchError as error:
            answer = later(request, str(error))
        if answer is not None:
            await answer(scope, receive, send)
            return
        enter(scope, found.principal if found else None)
        with seeing(sees):
            if found and request.url.path.endswith("/events"):
                await self._stream(request, receive, send)
            else:
                await self._app(scope, receive, send)

    async def _find(self, request: Request, takes: Needed) -> Found | None:
        active = is_activity(request.method, request.url.path)
        if takes is not Open.PUBLIC:
            return await self._recognise.find(request, active)
        if "authorization" not in request.headers:
            return None
        try:  # who shows a token may be told more
            return await self._recognise.find(request, active)
        except MeltwatchError:  # it answers also while nobody can be recognised
            return None

    async def _refusal(
        self, request: Request, takes: Needed, found: Found | None
    ) -> Response | None:
        """The answer to what is not let through."""
        if why := self._recognise.foreign(request):
            return refused(request, why)
        if takes is Open.PUBLIC:
            return None
        if found is None:
            return sign_in_first(request)
        if takes is Open.REFUSED or not found.principal.may(takes):
            await self._tell("denied", found.principal, request)
            return refused(request, f"your role, {found.principal.role}, does not allow this")
        if request.method not in SAFE and not _meant(request, found):
            await self._tell("csrf_refused", found.principal, request)
            return refused(request, mark("this page is of another session: load it again"))
        return None

    async def _stream(self, request: Request, receive: Receive, send: Send) -> None:
        """Serve a push connection for as long as its session lasts."""
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        serving = asyncio.ensure_future(self._app(request.scope, receive, noted))
        try:
            while not (await asyncio.wait({serving}, timeout=STREAM_CHECKED_S))[0]:
                if not await self._still(request):
                    serving.cancel()
                    break
            await asyncio.wait({serving})
        finally:
            serving.cancel()
        if not serving.cancelled():
            serving.result()  # raises what it met
        elif begun:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _still(self, request: Request) -> bool:
        try:
            return await self._recognise.find(request, active=False) is not None
        except MeltwatchError:  # Redis is away: a stream shows that by itself
            return True


def _scope(request: Request, found: Found | None) -> Sees:
    """What they see. The header narrows what a caller without a scope sees, and never widens it.

    Raises SettingError.
    """
    own = found.principal.scope if found else WHOLE
    return own or from_header(request.headers.get(SCOPE_HEADER, ""))


def _out_of_scope(request: Request, sees: Sees) -> Response | None:
    """The answer to who has a scope, where what is told is of the whole plant."""
    if not sees or is_scoped(request.url.path):
        return None
    return refused(request, mark("this tells of the whole plant, and you see a part of it"))


def _meant(request: Request, found: Found) -> bool:
    """Whether a script of our own pages sent it, since no other can read the token."""
    if found.csrf is None:
        return True
    given = request.headers.get(CSRF_HEADER, "")
    return hmac.compare_digest(given.encode(), found.csrf.encode())
