"""Reads the Redis of the windows: a few round trips, however many extruders there are."""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis

from data.cost.spent import from_hash, total
from data.job_counts import from_hash as jobs_from_hash
from data.redis_errors import translated
from data.shards import shard_of, shards
from data.store_guard.kept import kept_async
from data.vitals import WindowVitals
from data.vitals.memory import memory_of
from data.window_cache import COST_TOTAL, JOBS, Keys, Status
from data.window_cache.reader import WindowReader
from data.window_cache.source_state import read_sources
from data.window_cache.spool_state import read_spool
from data.windows import HEADER_SIZE, NEVER, Header


async def window_vitals(client: Redis, reader: WindowReader, of: int) -> WindowVitals:
    """All of it; `of` is the number of shards. Raises WindowsUnavailable."""
    wanted = [one.id for one in (await reader.catalogue()).extruders]
    all_ = [Keys(shard) for shard in shards(of)]
    with translated():
        async with client.pipeline(transaction=False) as pipe:
            for keys in all_:
                pipe.hgetall(keys.status)
            pipe.hgetall(COST_TOTAL)
            pipe.hgetall(JOBS)
            for extruder in wanted:
                ring = Keys(shard_of(extruder, of)).ring(extruder)
                pipe.getrange(ring, 0, HEADER_SIZE - 1)
            found: list[Any] = await pipe.execute()
    statuses, (cost, jobs), starts = found[:of], found[of : of + 2], found[of + 2 :]
    by_job, ticks = jobs_from_hash(jobs)
    return WindowVitals(
        statuses={number: Status.from_hash(raw) for number, raw in enumerate(statuses)},
        heads=_heads(wanted, starts),
        spent=total([from_hash(cost)]),
        jobs=by_job,
        ticks=ticks,
        guard=await kept_async(client),
        spool=await read_spool(client),
        memory=await memory_of(client),
        sources=await read_sources(client),
    )


def _heads(extruders: list[int], starts: list[bytes]) -> dict[int, int]:
    found = {e: Header.unpack(raw).head_ts for e, raw in zip(extruders, starts, strict=True) if raw}
    return {extruder: head for extruder, head in found.items() if head != NEVER}
