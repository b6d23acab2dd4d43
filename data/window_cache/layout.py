"""Into how many shards the windows in Redis are split: all workers of a plant must agree."""

from __future__ import annotations

import logging
from typing import cast

from redis import Redis

from data.redis_errors import translated
from data.shards import shards
from data.window_cache import ALL_SHARDS, SHARDS_KEY, Keys

log = logging.getLogger("meltwatch.layout")


class Layout:
    """The number of shards of one worker. The worker that started last is right."""

    def __init__(self, client: Redis, of: int) -> None:
        self._redis, self.of = client, of
        self._declared = False

    def is_ours(self) -> bool:
        """Whether the windows are split as this worker does; if not, says so.

        The first call declares it, and deletes the windows of any other number of shards. When
        Redis came back empty it is declared again. Raises WindowsUnavailable.
        """
        with translated():
            found = cast("bytes | None", self._redis.get(SHARDS_KEY))
            if found is not None and int(found) == self.of:
                self._declared = True
            elif found is not None and self._declared:
                message = "SHARDS is %d here, but %d on a worker that started later: this one stops"
                log.error(message, self.of, int(found))
                return False
            else:
                self._declare()
        return True

    def _declare(self) -> None:
        self._redis.set(SHARDS_KEY, self.of)
        ours = tuple(Keys(shard).prefix.encode() for shard in shards(self.of))
        for key in self._redis.scan_iter(match=ALL_SHARDS, count=1000):
            if not key.startswith(ours):
                self._redis.delete(key)
        self._declared = True
