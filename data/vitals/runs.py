"""Reads the newest runs of each job, as the jobs themselves have told them (data.job_counts)."""

from __future__ import annotations

from redis.asyncio import Redis

from data.failed_jobs import KINDS
from data.job_runs import KEPT, Run, run_of
from data.redis_errors import translated
from data.window_cache import job_runs


async def runs_of(client: Redis) -> dict[str, list[Run]]:
    """Runs by job, the one that began last first; in one round trip. Raises WindowsUnavailable."""
    with translated():
        async with client.pipeline(transaction=False) as pipe:
            for job in KINDS:
                pipe.lrange(job_runs(job), 0, KEPT - 1)
            found = await pipe.execute()
    return {
        job: sorted(map(run_of, texts), key=lambda run: -run.began)
        for job, texts in zip(KINDS, found, strict=True)
    }
