"""Redis is emptied, restarted, its disk is full."""

from __future__ import annotations

import signal
import time
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis

from tests.faults.full_disk import filled, small_disk
from tests.faults.kept_stack import KeptStack, kept_plant
from tests.faults.watched import watched
from tests.stack import wait_until


def test_nothing_is_lost_when_redis_is_emptied(plant: KeptStack) -> None:
    with (
        watched(plant, "Redis emptied (FLUSHALL)"),
        closing(Redis.from_url(plant.settings.redis_url)) as client,
    ):
        client.flushall()


@pytest.mark.faults
def test_nothing_is_lost_when_redis_is_emptied_again_and_again(plant: KeptStack) -> None:
    with (
        watched(plant, "Redis emptied (FLUSHALL), at any moment") as watch,
        closing(Redis.from_url(plant.settings.redis_url)) as client,
    ):
        watch.times = 20
        for turn in range(watch.times):
            client.flushall()
            time.sleep(0.3 + 0.11 * turn)


@pytest.mark.faults
def test_nothing_is_lost_when_redis_is_restarted(plant: KeptStack) -> None:
    with watched(plant, "Redis restarted (SIGTERM)") as watch:
        watch.times = 5
        for _ in range(watch.times):
            plant.hit("redis", signal.SIGTERM)
            time.sleep(1)
            wait_until(watch.observer.is_fresh, 60, "fresh again")


@pytest.mark.faults
def test_nothing_is_lost_when_redis_hangs(plant: KeptStack) -> None:
    with watched(plant, "Redis hangs for 20 s (SIGSTOP)", 35):
        plant.hit("redis", signal.SIGSTOP)
        time.sleep(20)
        plant.hit("redis", signal.SIGCONT)


@pytest.mark.faults
@pytest.mark.parametrize("saves", [False, True], ids=["as shipped", "saving"])
def test_nothing_is_lost_when_the_disk_of_redis_is_full(tmp_path: Path, saves: bool) -> None:
    """A Redis that saves refuses to be written to when it cannot save."""
    with small_disk(tmp_path / "disk", 16) as disk:
        url = f"unix://{disk}/v.sock"
        more = ["--dir", str(disk), *(["--save", "1 1"] if saves else [])]
        with kept_plant(tmp_path, more, REDIS_URL=url) as plant:
            name = f"Redis disk full for 20 s ({'saving, ' if saves else ''}tmpfs)"
            with watched(plant, name, 35), filled(disk):
                time.sleep(20)
