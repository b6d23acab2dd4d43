"""Memory of a Redis server, or of every node of a cluster."""

from __future__ import annotations

from typing import Any

from redis.asyncio import Redis, RedisCluster

from data.redis_errors import translated
from data.vitals import Memory

#: The node of a server that is none of a cluster.
ONLY = "only"


async def memory_of(client: Redis) -> dict[str, Memory]:
    """Memory by node, "host:port" in a cluster. Raises WindowsUnavailable."""
    with translated():
        if isinstance(client, RedisCluster):
            by_node: Any = await client.info("memory", target_nodes=RedisCluster.ALL_NODES)
        else:
            by_node = {ONLY: await client.info("memory")}
    return {
        node: Memory(int(one["used_memory"]), int(one["maxmemory"]))
        for node, one in by_node.items()
    }
