"""Clients by URL: what a bad one should have been, and a master that is lost behind sentinels."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from data.errors import SettingError
from data.redis_urls import behind_sentinels, is_cluster, is_sentinel, plain, what_is_wrong
from data.settings import Settings
from data.window_cache import connect
from tests.redis_sentinel import Sentinels
from tests.stack import wait_until


@pytest.mark.parametrize(
    "url",
    [
        "redis://h:1/0",
        "rediss://h",
        "unix:///run/valkey.sock",
        "redis+cluster://h:7000",
        "redis+sentinel://a:1,b:2/plant",
    ],
)
def test_a_usable_url_has_nothing_wrong(url: str) -> None:
    assert what_is_wrong(url) == ""


@pytest.mark.parametrize(
    "url", ["http://h", "h:6379", "redis+sentinel://a", "redis+sentinel://a:x/p"]
)
def test_another_url_is_refused_by_name(url: str) -> None:
    with pytest.raises(SettingError, match="REDIS_URL"):
        Settings.from_env({"REDIS_URL": url})


def test_the_queue_cannot_be_in_a_cluster() -> None:
    with pytest.raises(SettingError, match="QUEUE_URL"):
        Settings.from_env({"REDIS_URL": "redis+cluster://h:7000"})


def test_the_parts_of_a_sentinels_url() -> None:
    assert behind_sentinels("redis+sentinel://:p%40ss@a,b:2/plant/3") == (
        [("a", 26379), ("b", 2)],
        "plant",
        {"db": 3, "password": "p@ss"},
    )
    assert behind_sentinels("redis+sentinel://a/plant")[2] == {}


def test_kinds_of_urls_are_told_apart() -> None:
    assert is_cluster("redis+cluster://h:1")
    assert plain("rediss+cluster://h:1") == "rediss://h:1"
    assert not is_cluster("redis+sentinel://h/p")
    assert is_sentinel("redis+sentinel://h/p")


@pytest.fixture
def sentinels(tmp_path: Path) -> Iterator[Sentinels]:
    running = Sentinels(tmp_path)
    yield running
    running.stop()


def test_all_clients_of_a_process_find_the_new_master(sentinels: Sentinels) -> None:
    clients = [connect(sentinels.url), connect(sentinels.url), connect(sentinels.url, own=True)]
    clients[0].set("kept", 1)
    assert clients[0].wait(1, 2000) == 1, "the replica has it"
    lost = sentinels.master
    sentinels.send(lost, signal.SIGKILL)
    wait_until(lambda: all(map(writes, clients)), 15, "all write again")
    assert sentinels.master != lost
    assert clients[1].get("kept") == b"1"


def writes(client: Redis) -> bool:
    try:
        return bool(client.set("written", time.time()))
    except RedisError:
        return False
