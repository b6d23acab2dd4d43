"""Nothing that comes from Redis is turned into code: not in our source, not when it is read.

Jobs: also test_known_jobs.py; answers about the history: routes/test_history_cache.py.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest
from redis import Redis
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.results import Result
from rq.serializers import JSONSerializer

from access.sessions import Sessions
from access.settings import AccessSettings
from data.asked import Asked
from data.asking import STREAM, Asking, answer_key
from data.command_queue import CommandQueue, job_queue
from data.errors import NoWorker
from data.failed_jobs import FailedJobs
from data.people.signing_out import SESSION
from data.window_cache import connect, connect_async
from tests.stack import ROOT, wait_until
from tests.unsafe_code import unsafe
from tests.workers import team_work

PACKAGES = ("access", "callbacks", "components", "data", "routes", "watcher")
PROGRAMS = ("app.py", "run.py", "keep_running.py", "embedded_redis.py")
FILES = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
MODULES = [*(ROOT / name for name in PROGRAMS), *FILES]

#: Fields of a job's hash, each put into a job of that id.
JOB_FIELDS = ("data", "meta", "result", "exc_info", "success_callback_name")


def test_our_own_code_turns_no_data_into_code() -> None:
    assert len(MODULES) > 100
    found = {str(path): bad for path in MODULES if (bad := unsafe(path.read_text()))}
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "import os, dill as d",
        "from marshal import loads",
        "def f():\n    import shelve",
        "from importlib import import_module\nimport_module('cPickle')",
        "__import__('pickle')",
        "yaml.load(text)",
        "eval('1')",
        "run = exec",
        "from rq.serializers import DefaultSerializer",
        "rq.serializers.PickleSerializer",
    ],
)
def test_what_is_unsafe_is_found(source: str) -> None:
    assert unsafe(source)


def test_what_is_safe_is_not() -> None:
    assert not unsafe("import json, re\nre.compile('a')\nyaml.safe_load(x)\nmodel.evaluate()")


class Trap:
    """Unpickled, it touches a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.path,))


@pytest.fixture
def client(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url, own=True) as opened:
        yield opened


@pytest.fixture
def sprung(tmp_path: Path) -> Path:
    return tmp_path / "sprung"


@pytest.fixture
def trap(sprung: Path) -> Iterator[bytes]:
    """A pickle that was never opened when the test ends."""
    yield pickle.dumps(Trap(sprung))
    assert not sprung.exists()


def test_the_trap_works(sprung: Path) -> None:
    pickle.loads(pickle.dumps(Trap(sprung)))
    assert sprung.exists()


@pytest.mark.parametrize("team", ["", "a"], ids=["everyone's queue", "a worker's own queue"])
def test_workers_and_the_system_page_open_no_job(client: Redis, trap: bytes, team: str) -> None:
    queue = job_queue(client, team)
    jobs = [queue.enqueue("data.jobs.use", job_id=field) for field in JOB_FIELDS]
    for job in jobs:
        client.hset(job.key, job.id, trap)
    team_work(client)
    assert not client.exists(queue.key), "the worker has read all"
    for job in jobs:
        client.hset(job.key, job.id, trap)
        FailedJobRegistry(queue=queue).add(job, ttl=300)
        FailedJobs(client).traceback(job.id)
    assert FailedJobs(client).page(0, 10)[0] == len(JOB_FIELDS)


@pytest.mark.parametrize("kind", [Result.Type.SUCCESSFUL, Result.Type.FAILED])
def test_readers_of_results_open_none(client: Redis, trap: bytes, kind: Result.Type) -> None:
    id_ = f"replay-{'0' * 32}"
    job = job_queue(client).enqueue("data.jobs.replay", {}, job_id=id_)
    job.set_status("finished" if kind is Result.Type.SUCCESSFUL else "failed")  # type: ignore[arg-type]
    told = b64encode(trap).decode()
    client.xadd(Result.get_key(id_), {"type": kind.value, "return_value": told, "exc_string": told})
    FailedJobRegistry(queue=job_queue(client)).add(job, ttl=300)
    assert FailedJobs(client).traceback(id_) == ""
    for read in (
        lambda: CommandQueue(client).replay_state(id_),
        lambda: Job.fetch(id_, client, JSONSerializer).latest_result(),
    ):
        with suppress(ValueError):
            read()


def test_a_worker_opens_no_request(client: Redis, trap: bytes) -> None:
    client.xadd(STREAM, {"asked": trap})
    asked = Asked(client, "test")
    wait_until(lambda: asked.take() or client.xlen(STREAM) == 0, 5, "the entry is dropped")


def test_the_web_process_opens_no_answer(redis_url: str, client: Redis, trap: bytes) -> None:
    def forge() -> None:
        wait_until(lambda: client.xlen(STREAM), 5, "something is asked")
        ((_, asked),) = client.xrange(STREAM)
        client.set(answer_key(json.loads(asked[b"asked"])["id"]), trap)

    forger = threading.Thread(target=forge)
    forger.start()
    with connect(redis_url) as web, pytest.raises(NoWorker, match="cannot be read"):
        Asking(web).ask("command", {})
    forger.join()


def test_the_web_process_opens_no_session(redis_url: str, client: Redis, trap: bytes) -> None:
    client.set(SESSION + sha256(b"cookie").hexdigest(), trap)

    async def found() -> object:
        async with connect_async(redis_url) as opened:
            return await Sessions(opened, AccessSettings.from_env({})).find("cookie", active=True)

    assert asyncio.run(found()) is None
