"""What people ask goes by a stream: answered once, whatever is in it, whichever worker dies."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
from redis import Redis
from rq.job import Job
from rq.registry import FailedJobRegistry

from data import jobs
from data.asked import GROUP, Asked
from data.asking import STREAM, AskedCommands, AskedFailedJobs, Asking, answer_key
from data.command_queue import QUEUE, job_queue
from data.errors import CommandError, NoWorker, WindowsUnavailable
from data.window_cache import connect
from tests.stack import free_port, wait_until
from tests.workers import taking, working

ACK = {"id": "c1", "action": "acknowledge", "who": "Ana", "alarms": ["3|MainDrive.Load|HH"]}
REPLAY = {"extruder": 3, "signal": "Load", "product": 0, "days": 7, "limits": {"h": 90.0}}
ID = "0" * 32


@pytest.fixture
def client(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url) as opened:
        yield opened


@pytest.fixture(autouse=True)
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the commands that the job was given."""
    given: list[str] = []

    def command(raw: dict[str, str]) -> dict[str, object]:
        given.append(raw["id"])
        return {"recorded": True, "id": raw["id"]}

    monkeypatch.setattr(jobs, "command", command)
    return given


def put(client: Redis, **asked: object) -> None:
    client.xadd(STREAM, {"asked": json.dumps({"id": ID, "wait_s": 3, **asked})})


def answer(client: Redis) -> dict[str, str]:
    wait_until(lambda: client.get(answer_key(ID)), 5, "an answer")
    told: dict[str, str] = json.loads(client.get(answer_key(ID)) or "")
    return told


def test_a_command_is_done_once_and_leaves_no_entry(
    redis_url: str, client: Redis, done: list[str]
) -> None:
    commands = AskedCommands(client)
    with working(redis_url):
        assert commands.send(ACK) == commands.send(ACK) == {"recorded": True, "id": "c1"}
        wait_until(lambda: client.xlen(STREAM) == 0, 5, "the entries are gone")
    assert done == ["c1"]


def test_what_no_worker_took_is_not_done_later(
    redis_url: str, client: Redis, done: list[str]
) -> None:
    with pytest.raises(NoWorker, match=r"no worker answered in 0\.2 s; try again"):
        AskedCommands(client).send(ACK, timeout_s=0.2)
    assert client.xlen(STREAM) == 1
    with working(redis_url):
        wait_until(lambda: client.xlen(STREAM) == 0, 5, "the entry is dropped")
    assert done == []


def test_an_entry_older_than_its_sender_waits_is_answered_so(
    redis_url: str, client: Redis, done: list[str]
) -> None:
    asked = json.dumps({"id": ID, "kind": "command", "body": ACK, "wait_s": 1e9})
    client.xadd(STREAM, {"asked": asked}, id="1-1")
    with working(redis_url):
        assert "too old" in answer(client)["failed"]
    assert done == []


def test_what_a_dead_worker_took_another_does(
    redis_url: str, client: Redis, done: list[str]
) -> None:
    client.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
    put(client, kind="command", body=ACK)
    client.xreadgroup(GROUP, "dead", {STREAM: ">"})
    with working(redis_url):
        assert answer(client) == {"done": {"recorded": True, "id": "c1"}}
    assert done == ["c1"]


def test_a_redis_that_was_emptied_gets_its_group_again(redis_url: str, client: Redis) -> None:
    commands = AskedCommands(client)
    with working(redis_url):
        assert commands.send(ACK)["recorded"]
        client.flushall()
        assert commands.send({**ACK, "id": "c2"})["recorded"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"kind": "os.system", "body": {}}, "kind='os.system'"),
        ({"kind": "command", "body": ["true"]}, "body="),
        ({"kind": "command", "body": {**ACK, "who": ""}}, "who=''"),
        ({"kind": "replay", "body": {**REPLAY, "days": 99}}, "days=99"),
        ({"kind": "run_again", "body": {"ids": [1]}}, "ids="),
        ({"kind": "discard", "body": {"ids": "one"}}, "ids="),
    ],
)
def test_nonsense_is_answered_and_enqueues_nothing(
    redis_url: str, client: Redis, asked: dict[str, object], told: str
) -> None:
    put(client, **asked)
    with taking(redis_url):
        assert told in answer(client)["refused"]
    assert job_queue(client).job_ids == []


@pytest.mark.parametrize(
    "entry",
    [
        {"other": "x"},
        {"asked": "{"},
        {"asked": b"\x80\x04cos\nsystem\n."},
        {"asked": "[1]"},
        {"asked": '{"id": "../rq"}'},
        {"asked": '{"id": 1}'},
    ],
)
def test_what_cannot_be_read_is_dropped_and_the_next_is_done(
    redis_url: str, client: Redis, entry: dict[str, str]
) -> None:
    client.xadd(STREAM, entry)  # type: ignore[arg-type]
    with working(redis_url):
        assert AskedCommands(client).send(ACK)["recorded"]
        wait_until(lambda: client.xlen(STREAM) == 0, 5, "both entries are gone")


def test_a_replay_that_is_asked_again_by_its_id_waits_once(redis_url: str, client: Redis) -> None:
    id_ = AskedAndTaken(redis_url, client).replay()
    put(client, kind="replay", body=REPLAY)
    put(client, kind="replay", body=REPLAY)
    with taking(redis_url):
        wait_until(lambda: client.xlen(STREAM) == 0, 5, "both are taken")
    assert sorted(job_queue(client).job_ids) == sorted([id_, f"replay-{ID}"])


def test_failed_jobs_are_run_again_and_discarded(redis_url: str, client: Redis) -> None:
    for id_ in ("one", "two"):
        job = job_queue(client).enqueue("data.jobs.refresh", 0, 7, job_id=id_)
        job_queue(client).remove(id_)
        FailedJobRegistry(queue=job_queue(client)).add(job, ttl=300)
    failed = AskedFailedJobs(client)
    with taking(redis_url):
        assert failed.run_again(["one", "gone"]) == ["one"]
        assert failed.discard(None) == ["two"]
    assert job_queue(client).job_ids == ["one"]
    assert not client.exists(Job.key_for("two"))


def test_a_worker_keeps_what_it_is_at(redis_url: str, client: Redis) -> None:
    sender = threading.Thread(target=lambda: give_up(client))
    with taking(redis_url):
        sender.start()
        wait_until(lambda: client.exists(f"rq:queue:{QUEUE}"), 5, "the job waits")
        thief = Asked(client, "thief")
        for _ in range(6):
            thief.take()
        (pending,) = client.xpending_range(STREAM, GROUP, "-", "+", 10)
        assert pending["consumer"] == b"test"
        sender.join()


def test_a_refusal_is_a_command_error_and_an_absent_redis_says_so(
    redis_url: str, client: Redis
) -> None:
    with taking(redis_url), pytest.raises(CommandError, match="kind='x'"):
        Asking(client).ask("x", {})
    with pytest.raises(WindowsUnavailable, match="Redis"):
        AskedCommands(connect(f"redis://127.0.0.1:{free_port()}/0")).send(ACK)


def give_up(client: Redis) -> None:
    with pytest.raises(NoWorker):
        AskedCommands(client).send(ACK, timeout_s=2.5)


class AskedAndTaken:
    """A web process and a worker that is busy."""

    def __init__(self, redis_url: str, client: Redis) -> None:
        self._url, self._commands = redis_url, AskedCommands(client)

    def replay(self) -> str:
        with taking(self._url):
            return self._commands.replay(REPLAY)
