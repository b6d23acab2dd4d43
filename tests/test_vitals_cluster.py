"""/metrics of a plant whose windows are in a Redis Cluster."""

from __future__ import annotations

import asyncio
from pathlib import Path

from data.vitals.windows import window_vitals
from data.window_cache import connect_async
from data.window_cache.reader import WindowReader
from tests.redis_cluster import NODES, running_cluster


def test_each_node_of_a_cluster_tells_its_memory(tmp_path: Path) -> None:
    async def ask(url: str) -> list[int]:
        client = connect_async(url)
        try:
            found = await window_vitals(client, WindowReader(client, 3), 3)
        finally:
            await client.aclose()
        assert list(found.statuses) == [0, 1, 2]
        return [memory.used for memory in found.memory.values()]

    with running_cluster(tmp_path) as url:
        used = asyncio.run(ask(url))
    assert len(used) == NODES and min(used) > 0
