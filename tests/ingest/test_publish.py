"""What waits in the spool, told to a real Valkey and read from it as the web process does."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from data.errors import WindowsUnavailable
from data.ingest import publish
from data.ingest.publish import KEEP_S, telling
from data.window_cache import connect, connect_async
from data.window_cache.spool_state import SPOOL, SpoolState, read_spool
from tests.stack import wait_until

EMPTY = SpoolState(0, 0, None, 0, 512 << 20, 50, "")
AWAY = SpoolState(30_000, 4_600_000, 1_700_000_000_000, 7, 512 << 20, 50, "database is locked")


def told(url: str) -> SpoolState | None:
    async def read() -> SpoolState | None:
        client = connect_async(url)
        try:
            return await read_spool(client)
        finally:
            await client.aclose()

    return asyncio.run(read())


def test_nothing_is_told_before_an_ingest_runs(redis_url: str) -> None:
    assert told(redis_url) is None


def test_what_waits_is_told_again_and_again_and_expires(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "PERIOD_S", 0.05)
    said = [AWAY]

    def state() -> str:
        return said[0].told()

    with telling(connect(redis_url), {SPOOL: state}):
        wait_until(lambda: told(redis_url) == AWAY, 5, "it is told")
        said[0] = replace(AWAY, rows=31_000)
        wait_until(lambda: told(redis_url) == said[0], 5, "it is told again")
        said[0] = EMPTY
    assert told(redis_url) == EMPTY
    with Redis.from_url(redis_url) as client:
        assert 0 < client.ttl(SPOOL) <= KEEP_S  # type: ignore[operator]


def test_ingest_goes_on_while_redis_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "PERIOD_S", 0.05)
    asked = threading.Semaphore(0)

    def state() -> str:
        asked.release()
        return EMPTY.told()

    with telling(connect(f"unix://{tmp_path}/none.sock"), {SPOOL: state}):
        assert all(asked.acquire(timeout=5) for _ in range(3))
    with pytest.raises(WindowsUnavailable):
        told(f"unix://{tmp_path}/none.sock")
