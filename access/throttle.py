"""How often an address may try to sign in, counted in Redis for all web processes."""

from __future__ import annotations

from redis.asyncio import Redis

from data.redis_errors import translated

#: Tries of one address in a minute: a shift of people behind one, not a guessing machine.
MOST, WITHIN_S = 20, 60
KEY = "mw:tries:"


class Throttle:
    """Raises WindowsUnavailable if Redis is away: then nobody can sign in anyhow."""

    def __init__(self, client: Redis) -> None:
        self._redis = client

    async def wait_s(self, address: str) -> int:
        """Count a try; 0 if it may go on, else the seconds until it may."""
        key = f"{KEY}{address}"
        with translated():
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.incr(key)
                pipe.expire(key, WITHIN_S, nx=True)
                pipe.ttl(key)
                tries, _, left = await pipe.execute()
        return max(1, int(left)) if tries > MOST else 0
