"""What a process spends arrives in Redis, is read back once, and hurts nothing if Redis is away."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis import Redis

from data.cost import reader as reading
from data.cost.publish import KEEP_S, publishing
from data.cost.reader import CostReader
from data.cost.spent import total
from data.errors import WindowsUnavailable
from data.meter import Tally, asked, metered, received, take
from data.window_cache import COST_TOTAL, connect, connect_async, cost_minute
from tests.redis_cluster import running_cluster


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    take()
    yield
    take()


@pytest.fixture
def client(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url) as opened:
        yield opened


@pytest.fixture
async def costs(redis_url: str) -> AsyncIterator[CostReader]:
    async with connect_async(redis_url) as opened:
        yield CostReader(opened)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def spend(client: Redis, job: str = "refresh", viewers: int = 0) -> None:
    with publishing(client, "worker", lambda: viewers), metered(job):
        asked()
        received([(1, b"ab")])


def put(client: Redis, minute: int, rows: int) -> None:
    client.hset(cost_minute(minute), "job:refresh:rows", rows)


def now_minute() -> int:
    return int((time.time() - reading.GRACE_S) / 60) - 1


@pytest.mark.anyio
async def test_what_is_spent_last_is_told_at_the_end(client: Redis, costs: CostReader) -> None:
    spend(client)
    spent = total([await costs.totals()])
    assert spent.jobs == {"refresh": Tally(1, 1, 1, 10)}
    assert spent.processes["worker"].cpu_s > 0


def test_it_stands_in_its_minute_for_a_day(client: Redis) -> None:
    before = int((time.time() - 1) / 60)
    spend(client)
    after = int((time.time() - 1) / 60)
    (key,) = [cost_minute(m) for m in {before, after} if client.exists(cost_minute(m))]
    assert client.hget(key, "job:refresh:statements") == b"1"
    assert 24 * 3600 < client.ttl(key) <= KEEP_S
    assert client.ttl(COST_TOTAL) == -1


def test_processes_add_up(client: Redis) -> None:
    spend(client)
    spend(client, "ingest")
    spend(client)
    assert client.hget(COST_TOTAL, "job:refresh:rows") == b"2"
    assert client.hget(COST_TOTAL, "job:ingest:rows") == b"1"


def test_viewers_count_by_the_seconds_that_they_watch(client: Redis) -> None:
    with publishing(client, "web", lambda: 4):
        time.sleep(0.5)
    assert float(client.hget(COST_TOTAL, "process:web:viewer_s")) >= 1.9


def test_a_redis_that_is_away_stops_nobody(tmp_path, caplog: pytest.LogCaptureFixture) -> None:
    with connect(f"unix://{tmp_path / 'nobody.sock'}") as away:
        spend(away)
    assert not caplog.records


def test_a_viewer_count_that_fails_is_logged_and_ends_nothing(
    client: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    with publishing(client, "web", lambda: 1 // 0):
        pass
    assert "what was spent is not told" in caplog.text


@pytest.mark.anyio
async def test_minutes_come_in_order_with_gaps(client: Redis, costs: CostReader) -> None:
    last = now_minute()
    put(client, last, 7)
    put(client, last - 2, 5)
    put(client, last + 1, 99)
    found_last, minutes = await costs.minutes(60)
    rows = [minute.get("job:refresh:rows") for minute in minutes[: 60 - (found_last - last)]]
    assert rows[-4:] == [None, 5, None, 7]


@pytest.mark.anyio
async def test_a_minute_that_is_long_over_is_read_once(client: Redis, costs: CostReader) -> None:
    last = now_minute()
    old, new = last - reading.SETTLED_MIN - 2, last - 1
    for minute in (old, new):
        put(client, minute, 1)
    await costs.minutes(10)
    for minute in (old, new):
        put(client, minute, 2)
    found_last, minutes = await costs.minutes(10)
    by_minute = dict(zip(range(found_last - 9, found_last + 1), minutes, strict=True))
    assert by_minute[old] == {"job:refresh:rows": 1}
    assert by_minute[new] == {"job:refresh:rows": 2}


@pytest.mark.anyio
async def test_a_day_is_more_than_one_round_trip(client: Redis, costs: CostReader) -> None:
    last = now_minute()
    put(client, last - 1400, 3)
    _, minutes = await costs.minutes(1440)
    assert len(minutes) == 1440
    assert sum(m.get("job:refresh:rows", 0) for m in minutes) == 3


@pytest.mark.anyio
async def test_reading_without_redis_says_why(tmp_path) -> None:
    async with connect_async(f"unix://{tmp_path / 'nobody.sock'}") as away:
        with pytest.raises(WindowsUnavailable):
            await CostReader(away).minutes(5)


@pytest.mark.anyio
async def test_a_cluster_takes_and_gives_it_too(tmp_path: Path) -> None:
    with running_cluster(tmp_path) as url:
        client = connect(url)
        spend(client)
        for minute in range(now_minute() - 20, now_minute()):
            put(client, minute, 1)
        client.close()
        async with connect_async(url) as opened:
            costs = CostReader(opened)
            assert total([await costs.totals()]).jobs == {"refresh": Tally(1, 1, 1, 10)}
            _, minutes = await costs.minutes(60)
            assert sum(minute.get("job:refresh:rows", 0) >= 1 for minute in minutes) >= 20
