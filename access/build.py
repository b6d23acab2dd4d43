"""Puts the gate together for one AUTH, with the routes that belong to it."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass

from redis.asyncio import Redis
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp

from access import login
from access.address import address_of
from access.cookies import Cookies
from access.gate import Gate, Recognise, Tell
from access.journeys import Journeys
from access.names import Names
from access.people_door import PeopleDoor
from access.principal import Principal
from access.recognise import ByProxy, BySession, ThisMachine
from access.sessions import Sessions
from access.settings import NONE, OIDC, PROXY, AccessSettings
from access.throttle import Throttle
from data.errors import StoreError
from data.logs import SecurityEvent, security
from data.settings import Settings
from data.window_cache import connect_async

#: Refusals that the audit journal keeps, each once in this time (s).
_WRITTEN = frozenset({"denied", "csrf_refused"})
_AGAIN_S, _MOST_TOLD = 60.0, 1000


@dataclass(frozen=True)
class Access:
    """The routes of signing in, and who guards all routes."""

    routes: list[Route]
    recognise: Recognise
    tell: Tell
    names: Names

    def guard(self, app: ASGIApp) -> Gate:
        """`app`, reached through the gate only."""
        return Gate(app, self.recognise, self.tell)


def build_access(settings: Settings, access: AccessSettings) -> Access:
    """The gate of these settings."""
    people = PeopleDoor(settings.database_url)
    tell = _Teller(people, access).tell
    if access.auth == NONE:
        return Access(login.who_routes(NONE), ThisMachine(), tell, Names(None))
    if access.auth == PROXY:
        return Access(login.who_routes(PROXY), ByProxy(access), tell, Names(None))
    return _with_sessions(settings, access, people, tell)


def _with_sessions(
    settings: Settings, access: AccessSettings, people: PeopleDoor, tell: Tell
) -> Access:
    # Of the queue's server: that of the windows may be a cache that forgets.
    client = connect_async(settings.queue_url)
    sessions, cookies = Sessions(client, access), Cookies(settings.base_url.startswith("https:"))
    recognise = BySession(sessions, cookies, people.token_of)
    ways = login.Ways(
        access, settings.plant_name, sessions, cookies, recognise, people, Throttle(client), tell
    )
    routes = [
        *login.who_routes(access.auth),
        *login.shared_routes(ways),
        *(_oidc(ways, client, settings) if access.auth == OIDC else login.routes(ways)),
    ]
    return Access(routes, recognise, tell, Names(people))


def _oidc(ways: login.Ways, client: Redis, settings: Settings) -> list[Route]:
    from access import oidc  # noqa: PLC0415  with another AUTH its libraries are not loaded

    return oidc.routes(ways, Journeys(client), settings.base_url)


class _Teller:
    """Security events into the log; what was refused also into the audit journal, but not each
    time that a page tries again."""

    def __init__(self, people: PeopleDoor, access: AccessSettings) -> None:
        self._people, self._access = people, access
        self._told: dict[tuple[str, str, str], float] = {}

    async def tell(self, event: SecurityEvent, who: Principal | None, request: Request) -> None:
        """Log it, and write it down if it is a refusal of somebody known."""
        actor, path = who.id if who else "", request.url.path
        address = address_of(request, self._access.proxy_from)
        security(event, actor=actor, address=address, path=path)
        key, now = (event, actor, path), time.monotonic()
        if event not in _WRITTEN or now - self._told.get(key, -_AGAIN_S) < _AGAIN_S:
            return
        if len(self._told) > _MOST_TOLD:
            self._told.clear()
        self._told[key] = now
        with suppress(StoreError):  # it stands in the log
            await self._people.note(event, actor, path, {"address": address})
