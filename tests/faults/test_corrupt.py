"""Payloads that nobody can read, and jobs that would kill whoever did them."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from redis import Redis

from data.command_queue import QUEUE, job_queue
from data.failed_jobs import FailedJobs
from data.window_cache import Keys, connect
from tests.faults.kept_stack import KeptStack
from tests.faults.watched import watched
from tests.raw_sql import sql
from tests.stack import wait_until

PAYLOADS = 1000
HURT = 2
#: What a job may name: what is not there, is called wrongly, is deadly, or is none of ours.
POISON = ("no.such.module", "data.jobs.refresh", "os.abort", "os.getcwd")


def poison(client: Redis) -> None:
    for name in POISON:
        job_queue(client).enqueue(name, job_timeout=5, failure_ttl=60)
    client.rpush(f"rq:queue:{QUEUE}", "no-such-job", b"\xff\xfe")
    client.hset("rq:job:garbage", mapping={"data": b"\x80\x04garbage", "status": "queued"})
    client.rpush(f"rq:queue:{QUEUE}", "garbage")


def test_nothing_is_lost_when_jobs_are_poison(plant: KeptStack) -> None:
    with (
        watched(plant, "poison jobs (one of them would kill its worker)", 15) as watch,
        connect(plant.settings.queue_url) as client,
    ):
        watch.times = len(POISON) + 3
        poison(client)
        queue = f"rq:queue:{QUEUE}"
        wait_until(lambda: client.lpos(queue, "garbage") is None, 30, "they are taken")
        failed = FailedJobs(client)
        refused = set(POISON) - {"data.jobs.refresh"}  # ours, and fails by itself
        wait_until(lambda: _refused(failed) >= refused, 30, "what is no job of ours is refused")
        assert b"ended with" not in Path(plant.log.name).read_bytes(), "no worker was killed"


def _refused(failed: FailedJobs) -> set[str]:
    """Names in POISON that were refused, not done."""
    causes = [one.cause for one in failed.page(0, 20)[1] if "JobRefused" in one.cause]
    return {name for name in POISON if any(name in cause for cause in causes)}


@pytest.mark.faults
def test_nothing_is_lost_under_corrupt_posts(plant: KeptStack) -> None:
    chance = random.Random(7)
    with watched(plant, "corrupt bodies of POST /commands") as watch:
        watch.times = PAYLOADS
        with httpx.Client(base_url=plant.url, timeout=10) as client:
            statuses = {_post(client, chance) for _ in range(PAYLOADS)}
        watch.note = f"answered {sorted(statuses)}"
        assert statuses <= {400, 413, 415}, statuses


def _post(client: httpx.Client, chance: random.Random) -> int:
    body = chance.choice(
        [
            chance.randbytes(chance.randrange(200)),
            b'{"id": ' * chance.randrange(1, 2000),
            b'{"id":"x","action":"acknowledge","who":"F","alarms":[1,null,{}]}',
            b'{"id":"x","action":"annotate","who":"F","kind":"note","start":1e999}',
            b"[" * 50_000,
            b"\x00" * 70_000,
        ]
    )
    return client.post(
        "/commands", content=body, headers={"Content-Type": "application/json"}
    ).status_code


@pytest.mark.faults
def test_others_are_unaffected_by_corrupt_readings_of_one_extruder(plant: KeptStack) -> None:
    """Somebody's program writes what no reading can be into the table."""
    chance, url = random.Random(8), plant.settings.database_url
    with watched(plant, f"corrupt readings of extruder {HURT} in the store") as watch:
        watch.times = PAYLOADS
        watch.extruders = (1, 3)
        add = 'INSERT INTO readings (extruder, ts, "values", quality) VALUES '
        rows = [_corrupt(chance, number) for number in range(PAYLOADS)]
        sql(url, add + ",".join(rows))


def _corrupt(chance: random.Random, number: int) -> str:
    values, quality = chance.randbytes(chance.randrange(1, 300)), chance.randbytes(5)
    ts = f"unixepoch() * 1000 - 900000 + {number * 900 + 1}"  # in the window, no second of it
    return f"({HURT}, {ts}, X'{values.hex()}', X'{quality.hex()}')"


@pytest.mark.faults
def test_nothing_is_lost_when_keys_in_redis_are_garbage(plant: KeptStack) -> None:
    """Half of them are no ring, no state, no card; a worker must not stumble over them for ever."""
    chance = random.Random(9)
    with (
        watched(plant, "garbage in the keys of Redis") as watch,
        closing(connect(plant.settings.redis_url)) as client,
    ):
        keys = Keys()
        client.rpush(keys.commands, *[chance.randbytes(50) for _ in range(PAYLOADS)])
        client.set(keys.ring(HURT), chance.randbytes(500))
        client.set(keys.monitor, chance.randbytes(500))
        client.set(keys.rollups, chance.randbytes(500))
        watch.times = PAYLOADS + 3
