"""What becomes of jobs is counted for all workers together, also while Redis is away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from data.errors import StoreError
from data.job_counts import BOUNDS, LATE_S, MOST_MISSED, JobCounts, JobTotals, from_hash
from data.window_cache import JOBS, connect


@pytest.fixture
def client(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url) as opened:
        yield opened


def told(client: Redis) -> tuple[dict[str, JobTotals], dict[str, int]]:
    return from_hash(client.hgetall(JOBS))


def fail(counts: JobCounts) -> None:
    with pytest.raises(StoreError), counts.counting("refresh"):
        raise StoreError("away")


def test_runs_of_all_workers_add_up(client: Redis) -> None:
    for counts in (JobCounts(client), JobCounts(client)):
        with counts.counting("refresh"):
            pass
        fail(counts)
        counts.tell()
    refresh = told(client)[0]["refresh"]
    assert sum(refresh.took) == 4
    assert len(refresh.took) == len(BOUNDS) + 1
    assert refresh.failed == {"StoreError": 2}
    assert refresh.success > 0


def test_a_job_that_never_succeeded_has_no_last_success(client: Redis) -> None:
    counts = JobCounts(client)
    fail(counts)
    counts.tell()
    assert told(client)[0]["refresh"].success == -1


def test_what_happens_while_redis_is_away_is_told_later(client: Redis, tmp_path: Path) -> None:
    counts = JobCounts(connect(f"unix://{tmp_path / 'nobody.sock'}"))
    fail(counts)
    counts.tell()
    counts._redis = client
    counts.tell()
    assert told(client)[0]["refresh"].failed == {"StoreError": 1}


def test_a_refresh_that_began_late_and_those_that_never_came_are_told_apart(
    client: Redis,
) -> None:
    one, other = JobCounts(client), JobCounts(client)
    one.tick(0, 100, waited_s=0.0)
    one.tick(0, 101, waited_s=LATE_S + 0.1)
    other.tick(0, 105, waited_s=0.0)  # 102, 103 and 104 never came
    other.tick(1, 105, waited_s=0.0)  # of another shard
    for counts in (one, other):
        counts.tell()
    assert told(client)[1] == {"late": 1, "missed": 3}


def test_the_night_that_a_plant_was_stopped_is_not_missed(client: Redis) -> None:
    counts = JobCounts(client)
    counts.tick(0, 100, waited_s=0.0)
    counts.tick(0, 100 + MOST_MISSED + 2, waited_s=0.0)
    counts.tick(0, 50, waited_s=0.0)  # ticks of another length
    counts.tell()
    assert told(client)[1] == {"late": 0, "missed": 0}
