"""The ways of knowing who a request comes from, one for each AUTH."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from starlette.requests import Request

from access.address import is_among
from access.cookies import Cookies
from access.gate import Found
from access.principal import LOCAL, Principal
from access.sessions import Session, Sessions
from access.settings import AccessSettings, is_loopback
from data.people.roles import ALLOWED, Role

#: Whose token it is, asked of the store; None if it is unknown, revoked or has ended.
TokenOf = Callable[[str], Awaitable[Principal | None]]
#: A token that was revoked is believed this long.
TOKEN_KEPT_S = 5.0
_MOST_KEPT = 1000


@dataclass(frozen=True)
class Known:
    """Somebody who uses no cookie of a session, so that no other site can make them post."""

    principal: Principal
    csrf: str | None = None


class ThisMachine:
    """AUTH=none: whoever sits at this machine."""

    async def find(self, request: Request, active: bool) -> Found | None:  # noqa: ARG002
        """Always the same."""
        return Known(LOCAL)

    def foreign(self, request: Request) -> str:
        """Through a proxy, or by a name that another site made point here, anybody could come."""
        host = request.url.hostname or ""
        if is_loopback(host):
            return ""
        return f"AUTH=none answers at localhost only, not at {host}: see docs/people.md"


class BySession:
    """AUTH=local: a session's cookie, a wall display's, or a token in a header."""

    def __init__(self, sessions: Sessions, cookies: Cookies, token_of: TokenOf) -> None:
        self._sessions, self._cookies, self._token_of = sessions, cookies, token_of
        self._kept: dict[str, tuple[float, Principal]] = {}

    async def find(self, request: Request, active: bool) -> Found | None:
        """Who it is. Raises WindowsUnavailable, and StoreError where a token is asked about."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return await self._by_token(token.strip())
        if session := await self.session(request, active):
            return session
        if token := request.cookies.get(self._cookies.kiosk, ""):
            return await self._by_token(token)
        return None

    async def session(self, request: Request, active: bool = False) -> Session | None:
        """The session of the request's cookie."""
        cookie = request.cookies.get(self._cookies.session, "")
        return await self._sessions.find(cookie, active) if cookie else None

    def foreign(self, request: Request) -> str:  # noqa: ARG002
        """Nothing is: signing in decides."""
        return ""

    async def _by_token(self, token: str) -> Known | None:
        asked, who = self._kept.get(token, (0.0, None))
        if who is None or time.monotonic() - asked > TOKEN_KEPT_S:
            self._kept.pop(token, None)
            who = await self._token_of(token)
            if who is None:
                return None
            if len(self._kept) >= _MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[token] = (time.monotonic(), who)
        return Known(who)


class ByProxy:
    """AUTH=proxy: a proxy in front signs people in and tells who they are in headers."""

    def __init__(self, settings: AccessSettings) -> None:
        self._settings = settings

    async def find(self, request: Request, active: bool) -> Found | None:  # noqa: ARG002
        """Who the proxy says it is; who has no role here is nobody."""
        name = request.headers.get(self._settings.proxy_user_header, "").strip()
        groups = request.headers.get(self._settings.proxy_roles_header, "")
        role = highest(groups.split(","), self._settings.proxy_roles)
        return Known(Principal(name, name, role)) if name and role else None

    def foreign(self, request: Request) -> str:
        """The headers are believed from the proxy's address only."""
        address = request.client.host if request.client else ""
        if is_among(address, self._settings.proxy_from):
            return ""
        return f"AUTH=proxy: {address or 'this address'} is not in PROXY_FROM"


def highest(groups: Iterable[str], roles: Mapping[str, Role]) -> Role | None:
    """The role that allows most of those that these groups have."""
    found = [roles[group.strip()] for group in groups if group.strip() in roles]
    return max(found, key=lambda role: (len(ALLOWED[role]), role), default=None)
