"""Workers know each other through a real Valkey: who lives, who is busy, whose shard is whose."""

from __future__ import annotations

import time
from unittest.mock import patch

import pytest
from redis import Redis

from data import team as team_module
from data.command_queue import job_queue
from data.team import Team
from data.window_cache import connect


@pytest.fixture
def client(redis_url: str) -> Redis:
    return connect(redis_url)


def names(team: Team, shards: int) -> list[str]:
    return [queue.name.rpartition("-")[2] for queue in team.queues(shards)]


def test_all_workers_agree_on_who_refreshes_which_shard(client: Redis) -> None:
    first, second = Team(client, "a"), Team(client, "b")
    assert names(first, 3) == ["a", "a", "a"], "it does not know the other yet"
    assert names(second, 3) == names(first, 3) == ["a", "b", "a"]


def test_a_worker_that_is_not_heard_any_more_loses_its_shards_and_its_queue(client: Redis) -> None:
    with patch.object(team_module, "LIVES_MS", 200):
        first, second = Team(client, "a"), Team(client, "b")
        second.living()
        job_queue(client, "b").enqueue("data.jobs.refresh", 0, 1)
        assert first.living() == ["a", "b"]
        time.sleep(0.3)
        assert first.living() == ["a"]
    assert not client.exists("rq:queue:meltwatch-b")


def test_a_worker_with_a_long_job_leaves_the_refreshes_to_others(client: Redis) -> None:
    first, second = Team(client, "a"), Team(client, "b")
    second.living()
    with first.busy(long=True):
        assert first.living() == second.living() == ["b"]
    assert first.living() == ["a", "b"]


def test_a_worker_that_ends_is_not_waited_for(client: Redis) -> None:
    first, second = Team(client, "a"), Team(client, "b")
    second.living()
    job_queue(client, "a").enqueue("data.jobs.refresh", 0, 1)
    first.leave()
    assert second.living() == ["b"]
    assert first.living() == ["b"], "its ticker may still tick once"
    assert not client.exists("rq:queue:meltwatch-a")


def test_a_worker_that_hangs_in_a_short_job_loses_them_after_a_while(client: Redis) -> None:
    first, second = Team(client, "a"), Team(client, "b")
    second.living()
    with patch.object(team_module, "BUSY_S", 0.1), first.busy(long=False):
        assert first.living() == ["a", "b"]
        time.sleep(0.15)
        assert first.living() == ["b"]


def test_without_any_free_worker_the_jobs_wait_for_whoever_is_free_first(client: Redis) -> None:
    only = Team(client, "a")
    with only.busy(long=True):
        assert [queue.name for queue in only.queues(2)] == ["meltwatch", "meltwatch"]
