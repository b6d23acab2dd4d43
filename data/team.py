"""The workers that live, and which of them refreshes which shard.

A worker that goes on with its own shards knows their monitors already; one that takes over must
read them from Redis, which costs several refreshes. So each worker has a queue of its own, and
the ticker of each puts the refresh of a shard into the queue of the same worker.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from redis import Redis
from rq import Queue

from data.command_queue import job_queue

#: A worker that was not heard for so long gets no refreshes: a little longer than two ticks.
LIVES_MS = 2_500
#: Nor does one that has been at one job for so long: it may hang.
BUSY_S = 2.5
#: Sorted set of the workers' names by when they were last heard (Redis' own clock, ms).
WORKERS = "meltwatch:workers"

# Returns the names of those that live, in order, and of those that are given up now.
_BEAT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call(ARGV[1] == 'here' and 'ZADD' or 'ZREM', KEYS[1], unpack(
    ARGV[1] == 'here' and {now, ARGV[2]} or {ARGV[2]}))
local gone = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
local living = redis.call('ZRANGE', KEYS[1], 0, -1)
table.sort(living)
return {living, gone}
"""


class Team:
    """One worker and what it knows of the others; `connection` is that of the queue."""

    def __init__(self, connection: Redis, name: str) -> None:
        self._redis, self.name = connection, name
        self._beat = connection.register_script(_BEAT)
        self._away_from = float("inf")

    @contextmanager
    def busy(self, long: bool) -> Iterator[None]:
        """Around a job: `long` leaves the refreshes to others from the start."""
        self._away_from = time.monotonic() + (0.0 if long else BUSY_S)
        try:
            yield
        finally:
            self._away_from = float("inf")

    def living(self) -> list[str]:
        """Say that this worker lives, or is away; the names of all that live, in order.

        Raises RedisError.
        """
        here = "here" if time.monotonic() < self._away_from else "away"
        found: Any = self._beat([WORKERS], [here, self.name, LIVES_MS])
        living, gone = cast("list[list[bytes]]", found)
        for name in gone:
            self.queue(name.decode()).delete(delete_jobs=True)
        return [name.decode() for name in living]

    def leave(self) -> None:
        """Say that this worker ends: the others need not miss it first. Raises RedisError."""
        self._away_from = float("-inf")
        self.living()
        self.queue(self.name).delete(delete_jobs=True)

    def queue(self, name: str = "") -> Queue:
        """The queue of a worker, or that of jobs for anyone."""
        return job_queue(self._redis, name)

    def queues(self, shards: int) -> list[Queue]:
        """By shard, the queue that its refresh belongs into. Raises RedisError."""
        names = spread(self.living(), shards)
        return [self.queue(name) for name in names]


def spread(living: Sequence[str], shards: int) -> list[str]:
    """The worker of each shard; "" while there is none: whoever is free takes it."""
    return [living[number % len(living)] if living else "" for number in range(shards)]
