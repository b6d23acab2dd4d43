"""Sessions of people in Redis: begun, recognised, ended by time or by somebody.

A session is kept under the hash of its cookie: who reads Redis cannot sign in with what is there.
"""

from __future__ import annotations

import json
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, replace

from redis.asyncio import Redis

from access.principal import Principal
from access.settings import AccessSettings
from data.errors import WindowsUnavailable
from data.people.hashed import hashed
from data.people.roles import Role
from data.people.signing_out import OF_PERSON, SESSION
from data.redis_errors import translated

#: How long a session that was recognised is believed without asking Redis again; and how long
#: while Redis is away, so that screens can go on saying how old what they show is.
KEPT_S, KEPT_AWAY_S = 2.0, 300.0
#: Activity is written this often at most.
_TOUCH_S = 30.0
_MOST_KEPT = 10_000


@dataclass(frozen=True)
class Session:
    """One browser of one person; times are in s since the epoch. `csrf` is what its posts carry."""

    key: str
    principal: Principal
    csrf: str
    began: float
    seen: float

    def ends(self, settings: AccessSettings) -> float:
        """When it ends if nothing more happens."""
        idle = self.seen + settings.session_idle_min * 60
        return min(idle, self.began + settings.session_max_h * 3600)


@dataclass
class _Kept:
    """`asked` and `confirmed` are monotonic: when Redis was last asked, and when it answered."""

    session: Session
    asked: float
    confirmed: float


class Sessions:
    """The sessions as one web process knows them. All methods raise WindowsUnavailable."""

    def __init__(self, client: Redis, settings: AccessSettings) -> None:
        self._redis, self._settings = client, settings
        self._kept: dict[str, _Kept] = {}

    async def begin(self, principal: Principal) -> tuple[str, Session]:
        """A new session, and the text of its cookie, which nobody else ever knows."""
        cookie, now = secrets.token_urlsafe(32), time.time()
        session = Session(hashed(cookie), principal, secrets.token_urlsafe(32), now, now)
        with translated():
            await self._write(session)
            await self._redis.sadd(OF_PERSON + principal.id, session.key)
            await self._redis.expire(OF_PERSON + principal.id, self._settings.session_max_h * 3600)
        return cookie, session

    async def find(self, cookie: str, active: bool) -> Session | None:
        """The session of a cookie, if it has not ended. `active`: a person did something."""
        key = hashed(cookie)
        kept = self._kept.get(key)
        if kept is None or time.monotonic() - kept.asked > KEPT_S:
            kept = await self._ask(key, kept)
        if kept is None or kept.session.ends(self._settings) < time.time():
            return None
        if active and time.time() - kept.session.seen > _TOUCH_S:
            await self._touch(kept)
        return kept.session

    async def end(self, session: Session) -> None:
        """Sign out this browser."""
        with translated():
            await self._redis.delete(SESSION + session.key)
            await self._redis.srem(OF_PERSON + session.principal.id, session.key)
        self._kept.pop(session.key, None)

    async def end_all(self, person: str) -> None:
        """Sign out every browser of a person; other web processes know within KEPT_S."""
        with translated():
            keys: set[bytes] = await self._redis.smembers(OF_PERSON + person)  # type: ignore[assignment]
            for key in (raw.decode() for raw in keys):
                await self._redis.delete(SESSION + key)
                self._kept.pop(key, None)
            await self._redis.delete(OF_PERSON + person)

    async def _ask(self, key: str, kept: _Kept | None) -> _Kept | None:
        """What Redis says; while it is away what it last said, for a while."""
        now = time.monotonic()
        try:
            with translated():
                raw = await self._redis.get(SESSION + key)
        except WindowsUnavailable:
            if kept is None or now - kept.confirmed > KEPT_AWAY_S:
                raise
            kept.asked = time.monotonic()
            return kept
        session = _session(key, raw) if raw else None
        if session is None:
            self._kept.pop(key, None)
            return None
        return self._keep(_Kept(session, now, now))

    async def _touch(self, kept: _Kept) -> None:
        kept.session = replace(kept.session, seen=time.time())
        with suppress(WindowsUnavailable), translated():  # it is written next time
            await self._write(kept.session, again=True)

    def _keep(self, kept: _Kept) -> _Kept:
        if len(self._kept) >= _MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[kept.session.key] = kept
        return kept

    async def _write(self, session: Session, again: bool = False) -> None:
        """`again`: only if it has not been ended meanwhile."""
        left = max(1, round(session.ends(self._settings) - time.time()))
        text = json.dumps(_plain(session))
        await self._redis.set(SESSION + session.key, text, ex=left, xx=again)


def _plain(session: Session) -> dict[str, object]:
    who = session.principal
    return {
        "person": who.id,
        "name": who.name,
        "role": who.role.value,
        "scope": list(who.scope),
        "csrf": session.csrf,
        "began": session.began,
        "seen": session.seen,
    }


def _session(key: str, raw: bytes | str) -> Session | None:
    try:
        told = json.loads(raw)
        who = Principal(told["person"], told["name"], Role(told["role"]), tuple(told["scope"]))
        return Session(key, who, told["csrf"], float(told["began"]), float(told["seen"]))
    except (ValueError, KeyError, TypeError):  # of another version: sign in again
        return None
