"""Ways of browsers to the provider and back (AUTH=oidc), kept in Redis until they are used."""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import asdict, dataclass

from redis.asyncio import Redis

from data.errors import SignInRefused
from data.people.hashed import hashed
from data.redis_errors import translated
from words import mark

KEY = "mw:journey:"
#: So long a person may take at the provider (s).
LASTS_S = 600
_GONE = mark("This sign-in has ended or was begun in another browser: please sign in again.")


@dataclass(frozen=True)
class Journey:
    """One way there and back. `browser` is the hash of its cookie, `verifier` that of PKCE."""

    nonce: str
    verifier: str
    browser: str
    back: str
    where: str


class Journeys:
    """All methods raise WindowsUnavailable."""

    def __init__(self, client: Redis) -> None:
        self._redis = client

    async def begin(self, back: str, where: str) -> tuple[str, str, Journey]:
        """State, text of the browser's cookie, and what is kept; only hashes of both are."""
        state, cookie, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(4))
        journey = Journey(nonce, verifier, hashed(cookie), back, where)
        with translated():
            await self._redis.set(KEY + hashed(state), json.dumps(asdict(journey)), ex=LASTS_S)
        return state, cookie, journey

    async def end(self, state: str, cookie: str) -> Journey:
        """What was kept under this state, once. Raises SignInRefused."""
        with translated():
            raw = await self._redis.getdel(KEY + hashed(state))
        if not raw:
            raise SignInRefused(_GONE)
        journey = Journey(**json.loads(raw))
        if not hmac.compare_digest(journey.browser, hashed(cookie)):
            raise SignInRefused(_GONE)
        return journey
