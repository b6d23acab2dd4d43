"""Reads the Redis of the job queue: what waits, what failed, which workers live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from redis.asyncio import Redis
from rq import Queue
from rq.registry import FailedJobRegistry

from data.command_queue import QUEUE, our_queue
from data.redis_errors import translated
from data.team import LIVES_MS, WORKERS
from data.vitals import QueueVitals
from data.vitals.memory import memory_of

SHARED, OWN = "shared", "own"
#: Jobs of a queue that are looked at for the oldest; most often there is none or one.
_LOOKED_AT = 100
_JOB = "rq:job:{0}"
_FAILED = FailedJobRegistry.key_template.format("")
_SCANNED = 1000


async def queue_vitals(client: Redis) -> QueueVitals:
    """All of it, in a few round trips. Raises WindowsUnavailable."""
    with translated():
        async with client.pipeline(transaction=False) as pipe:
            pipe.time()
            pipe.smembers(Queue.redis_queues_keys)
            pipe.zrange(WORKERS, 0, -1, withscores=True)
            (seconds, micros), keys, heard = await pipe.execute()
        waiting, first = await _waiting(client, sorted(filter(None, map(_listed, keys))))
        now = int(seconds) * 1000 + int(micros) // 1000
        living = sorted(name.decode() for name, score in heard if score > now - LIVES_MS)
        return QueueVitals(
            workers=len(living),
            waiting=waiting,
            oldest_ms=await _oldest(client, first, now),
            failed=await _failed(client, int(seconds)),
            memory=await memory_of(client),
            living=living,
        )


def _listed(key: bytes) -> str:
    return our_queue(key, Queue.redis_queue_namespace_prefix)


def _kind(name: str) -> str:
    return SHARED if name == QUEUE else OWN


async def _waiting(client: Redis, names: list[str]) -> tuple[Counter[str], list[tuple[str, bytes]]]:
    """Jobs that wait, and (kind, id) of those at the front."""
    async with client.pipeline(transaction=False) as pipe:
        for name in names:
            key = f"{Queue.redis_queue_namespace_prefix}{name}"
            pipe.llen(key)
            pipe.lrange(key, 0, _LOOKED_AT - 1)
        found = iter(await pipe.execute())
    waiting = Counter({SHARED: 0, OWN: 0})
    first: list[tuple[str, bytes]] = []
    for name in names:
        waiting[_kind(name)] += next(found)
        first += [(_kind(name), id_) for id_ in next(found)]
    return waiting, first


async def _failed(client: Redis, now_s: int) -> Counter[str]:
    """Jobs that failed; also of a dead worker, whose queue RQ no longer lists nor cleans."""
    found = [key async for key in client.scan_iter(f"{_FAILED}{QUEUE}*", count=_SCANNED)]
    names = sorted(filter(None, (our_queue(key, _FAILED) for key in found)))
    async with client.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.zcount(f"{_FAILED}{name}", now_s, "+inf")
        counts = await pipe.execute()
    failed = Counter({SHARED: 0, OWN: 0})
    for name, count in zip(names, counts, strict=True):
        failed[_kind(name)] += count
    return failed


async def _oldest(client: Redis, jobs: Iterable[tuple[str, bytes]], now: int) -> dict[str, int]:
    """Ms since the oldest job was asked for, by kind of queue; a job may be gone meanwhile."""
    listed = list(jobs)
    async with client.pipeline(transaction=False) as pipe:
        for _kind, id_ in listed:
            pipe.hget(_JOB.format(id_.decode()), "enqueued_at")
        found: list[Any] = await pipe.execute()
    ages = {SHARED: 0, OWN: 0}
    for (kind, _id), raw in zip(listed, found, strict=True):
        if raw is not None:
            asked = datetime.fromisoformat(raw.decode()).timestamp() * 1000
            ages[kind] = max(ages[kind], now - round(asked))
    return ages
