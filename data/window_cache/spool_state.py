"""What ingest holds back while the store is away, as it tells it to Redis."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from redis.asyncio import Redis

from data.redis_errors import translated

#: JSON of a SpoolState, told by ingest every few seconds; gone soon after ingest is.
SPOOL = "mw:spool"


@dataclass(frozen=True)
class SpoolState:
    """Readings that wait for the store.

    `rows` and `bytes` are on disk, of at most `limit_bytes`; `memory_rows` wait in memory: more
    than a second's worth only if the disk refuses. `oldest_ms` is when the oldest on disk was
    delivered (ms since the epoch, None: nothing is there). `dropped_rows` are lost, ever since the
    spool's folder was made. `refused` says why the store takes nothing, empty while it does.
    """

    rows: int
    bytes: int
    oldest_ms: int | None
    dropped_rows: int
    limit_bytes: int
    memory_rows: int
    refused: str

    def told(self) -> str:
        """As ingest tells it: JSON."""
        return json.dumps(asdict(self))


async def read_spool(client: Redis) -> SpoolState | None:
    """The newest state; None if no ingest with a spool runs. Raises WindowsUnavailable."""
    with translated():
        told = await client.get(SPOOL)
    return None if told is None else SpoolState(**json.loads(told))
