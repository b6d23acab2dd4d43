"""What was spent, as the web process reads it from Redis: minutes of a day, and all time."""

from __future__ import annotations

import time
from collections.abc import Sequence

from redis.asyncio import Redis

from data.cost.spent import Fields, from_hash
from data.redis_errors import translated
from data.window_cache import COST_TOTAL, cost_minute

#: A minute is whole once every process has told its last ten seconds.
GRACE_S = 5
#: Nobody adds to a minute that is over for so long: it is read once.
SETTLED_MIN = 3
#: Hashes of one round trip.
_AT_ONCE = 200


class CostReader:
    """Reads of one web process. All methods raise WindowsUnavailable if Redis is away."""

    def __init__(self, client: Redis) -> None:
        self._redis = client
        self._settled: dict[int, Fields] = {}

    async def minutes(self, count: int) -> tuple[int, list[Fields]]:
        """The last whole minute (since the epoch), and `count` minutes up to it, oldest first.

        A minute of which nothing was told is empty.
        """
        last = int((time.time() - GRACE_S) / 60) - 1
        wanted = range(last - count + 1, last + 1)
        self._settled = {minute: f for minute, f in self._settled.items() if minute in wanted}
        found = await self._read([minute for minute in wanted if minute not in self._settled])
        known = self._settled | found
        self._settled = {m: f for m, f in known.items() if m <= last - SETTLED_MIN}
        return last, [known[minute] for minute in wanted]

    async def totals(self) -> Fields:
        """All that was told since Redis was last empty."""
        with translated():
            return from_hash(await self._redis.hgetall(COST_TOTAL))

    async def _read(self, minutes: Sequence[int]) -> dict[int, Fields]:
        found: dict[int, Fields] = {}
        for first in range(0, len(minutes), _AT_ONCE):
            part = minutes[first : first + _AT_ONCE]
            with translated():
                async with self._redis.pipeline(transaction=False) as pipe:
                    for minute in part:
                        pipe.hgetall(cost_minute(minute))
                    hashes = await pipe.execute()
            found |= dict(zip(part, map(from_hash, hashes), strict=True))
        return found
