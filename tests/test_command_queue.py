"""Asking a worker: durable once answered, harmless to repeat, honest when nobody answers."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from rq import get_current_job

from data import jobs
from data.command_queue import COMMAND_JOB, CommandQueue, job_queue
from data.errors import CommandError, NoWorker, StoreError, WindowsUnavailable
from data.journal import Batch, Journal, open_journal
from data.journal.recording import record_command
from data.window_cache import Keys, connect
from data.window_cache.writer import WindowWriter
from tests.stack import free_port
from tests.workers import work, working

ACK = {"id": "c1", "action": "acknowledge", "who": "Ana", "alarms": ["3|MainDrive.Load|HH"]}
REPLAY = {"extruder": 3, "signal": "Load", "product": 0, "days": 7, "limits": {"h": 90.0}}


@pytest.fixture
def windows(redis_url: str) -> WindowWriter:
    return WindowWriter(connect(redis_url), Keys())


@pytest.fixture
def journal(store_url: str) -> Iterator[Journal]:
    with closing(open_journal(store_url)) as opened:
        yield opened


@pytest.fixture
def queue(redis_url: str) -> CommandQueue:
    return CommandQueue(connect(redis_url))


@pytest.fixture(autouse=True)
def command_job(
    monkeypatch: pytest.MonkeyPatch, store_url: str, windows: WindowWriter
) -> Callable[[Any], None]:
    """The job by its real name, on this test's journal; the returned function replaces it."""

    def command(raw: dict[str, Any]) -> dict[str, Any]:
        with closing(open_journal(store_url)) as opened:
            return record_command(opened, [windows], raw)

    def replace(job: Any) -> None:
        monkeypatch.setattr(jobs, "command", job)

    replace(command)
    return replace


def test_a_command_is_durable_and_on_its_way_when_send_returns(
    redis_url: str, queue: CommandQueue, journal: Journal, windows: WindowWriter
) -> None:
    before = int(time.time() * 1000)
    with working(redis_url):
        assert queue.send(ACK) == {"recorded": True, "id": "c1"}
    (recorded,) = journal.pending_commands()
    assert (recorded.id, recorded.who, recorded.alarms) == ("c1", "Ana", tuple(ACK["alarms"]))
    assert before <= recorded.ts <= int(time.time() * 1000)
    (pushed,) = windows.pending_commands()
    assert json.loads(pushed)["ts"] == recorded.ts


def test_repeating_a_command_changes_nothing(
    redis_url: str, queue: CommandQueue, journal: Journal, windows: WindowWriter
) -> None:
    with working(redis_url):
        assert queue.send(ACK) == queue.send(ACK)
    assert len(journal.pending_commands()) == len(windows.pending_commands()) == 1


def test_a_command_asked_twice_at_once_is_recorded_once(
    redis_url: str, queue: CommandQueue, journal: Journal
) -> None:
    answers: list[dict[str, Any]] = []
    senders = [threading.Thread(target=lambda: answers.append(queue.send(ACK))) for _ in range(4)]
    for sender in senders:
        sender.start()
    with working(redis_url):
        for sender in senders:
            sender.join()
    assert answers == [{"recorded": True, "id": "c1"}] * 4
    assert len(journal.pending_commands()) == 1


def test_recording_again_pushes_only_what_no_tick_has_applied(
    journal: Journal, windows: WindowWriter
) -> None:
    record_command(journal, [windows], ACK)
    record_command(journal, [windows], ACK)
    first, again = windows.pending_commands()
    assert first == again, "the command as it was recorded first, so that applying it is repeatable"
    journal.write(Batch(1, applied_commands=["c1"]))
    record_command(journal, [windows], ACK)
    assert len(windows.pending_commands()) == 2


def test_without_a_worker_the_sender_is_told_and_nothing_happens_later(
    redis_url: str, queue: CommandQueue, journal: Journal
) -> None:
    with pytest.raises(NoWorker, match=r"no worker answered in 0\.2 s; try again"):
        queue.send(ACK, timeout_s=0.2)
    work(redis_url)
    assert journal.pending_commands() == []
    with working(redis_url):
        assert queue.send(ACK)["recorded"]


def test_a_worker_that_has_taken_the_command_gets_more_time(
    redis_url: str,
    queue: CommandQueue,
    command_job: Callable[[Any], None],
) -> None:
    taken = threading.Event()

    def slow(raw: dict[str, Any]) -> dict[str, Any]:
        taken.set()
        time.sleep(0.5)
        return {"recorded": True, "id": raw["id"]}

    command_job(slow)
    with working(redis_url):
        assert queue.send(ACK, timeout_s=0.3)["recorded"]
    assert taken.is_set()


def test_a_job_that_fails_says_why_and_may_be_asked_again(
    redis_url: str, queue: CommandQueue, command_job: Callable[[Any], None]
) -> None:
    def failing(raw: dict[str, Any]) -> dict[str, Any]:
        raise StoreError("the store failed: database is locked")

    command_job(failing)
    with working(redis_url):
        with pytest.raises(NoWorker, match="not recorded: the store failed: database is locked"):
            queue.send(ACK)
        command_job(lambda raw: {"recorded": True, "id": raw["id"]})
        assert queue.send(ACK)["recorded"]


def test_what_only_the_worker_can_refuse_is_a_command_error(
    redis_url: str, queue: CommandQueue, command_job: Callable[[Any], None]
) -> None:
    command_job(lambda raw: {"error": "extruder=99: expected a known extruder"})
    with working(redis_url), pytest.raises(CommandError, match=r"^extruder=99: expected a known"):
        queue.send(ACK)


@pytest.mark.parametrize(
    ("change", "named"), [({"who": ""}, "who=''"), ({"id": "a b"}, "id='a b'")]
)
def test_a_bad_field_is_refused_without_a_worker(
    queue: CommandQueue, change: dict[str, Any], named: str
) -> None:
    with pytest.raises(CommandError, match=named):
        queue.send({**ACK, **change})


def test_the_job_refuses_a_bad_field_by_an_answer(journal: Journal, windows: WindowWriter) -> None:
    answer = record_command(journal, [windows], {**ACK, "who": ""})
    assert answer == {"error": "who='': expected 1 to 60 letters"}
    assert journal.pending_commands() == []


def test_commands_go_before_everything_that_waits(queue: CommandQueue, redis_url: str) -> None:
    waiting = job_queue(connect(redis_url))
    jobs.enqueue_refresh(waiting, 0, 1)
    sender = threading.Thread(target=lambda: give_up(queue))
    sender.start()
    while len(waiting.job_ids) < 2:
        time.sleep(0.01)
    assert waiting.jobs[0].func_name == COMMAND_JOB
    sender.join()


def test_without_redis_the_error_says_so() -> None:
    queue = CommandQueue(connect(f"redis://127.0.0.1:{free_port()}/0"))
    with pytest.raises(WindowsUnavailable, match="Redis"):
        queue.send(ACK)
    with pytest.raises(WindowsUnavailable, match="Redis"):
        queue.replay(REPLAY)


def test_a_replay_is_followed_from_waiting_to_its_result(
    monkeypatch: pytest.MonkeyPatch, redis_url: str, queue: CommandQueue
) -> None:
    half, go_on = threading.Event(), threading.Event()

    def replay(raw: dict[str, Any]) -> dict[str, Any]:
        job = get_current_job()
        assert job
        job.meta["progress"] = 0.5
        job.save_meta()
        half.set()
        go_on.wait(10)
        return {"readings": raw["days"]}

    monkeypatch.setattr(jobs, "replay", replay)
    id_ = queue.replay(REPLAY)
    assert queue.replay_state(id_) == state("waiting", 0.0)
    with working(redis_url):
        assert half.wait(10)
        assert queue.replay_state(id_) == state("running", 0.5)
        go_on.set()
    assert queue.replay_state(id_) == state("done", 1.0, {"readings": 7})


@pytest.mark.parametrize("told", ["answer", "exception"])
def test_a_replay_that_fails_says_why(
    monkeypatch: pytest.MonkeyPatch, redis_url: str, queue: CommandQueue, told: str
) -> None:
    def replay(raw: dict[str, Any]) -> dict[str, Any]:
        if told == "answer":
            return {"error": "no readings"}
        raise StoreError("no readings")

    monkeypatch.setattr(jobs, "replay", replay)
    id_ = queue.replay(REPLAY)
    work(redis_url)
    assert queue.replay_state(id_) == state("failed", 0.0, None, "no readings")


def test_replays_do_not_pile_up(
    monkeypatch: pytest.MonkeyPatch, redis_url: str, queue: CommandQueue
) -> None:
    monkeypatch.setattr(jobs, "replay", lambda raw: {"readings": 1})
    jobs.enqueue_refresh(job_queue(connect(redis_url)), 0, 1)
    waiting = [queue.replay(REPLAY) for _ in range(3)]
    with pytest.raises(NoWorker, match="not started: 3 replays wait for a worker; try again"):
        queue.replay(REPLAY)
    assert [queue.replay_state(id_) for id_ in waiting] == [state("waiting", 0.0)] * 3
    work(redis_url)
    assert queue.replay_state(queue.replay(REPLAY)) == state("waiting", 0.0)


def test_only_replays_can_be_asked_for(redis_url: str, queue: CommandQueue) -> None:
    jobs.enqueue_refresh(job_queue(connect(redis_url)), 0, 1)
    for id_ in ("refresh-1", "replay-unknown", "replay-\n", ""):
        assert queue.replay_state(id_) is None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"extruder": "3"}, "extruder='3'"),
        ({"extruder": True}, "extruder=True"),
        ({"product": -1}, "product=-1"),
        ({"signal": ""}, "signal=''"),
        ({"days": 0}, "days=0"),
        ({"days": 32}, "at most 31"),
        ({"limits": {"colour": 1}}, "colour"),
        ({"limits": {"h": "high"}}, "h='high'"),
        ({"limits": None}, "limits=None"),
    ],
)
def test_a_replay_of_nonsense_is_refused(
    queue: CommandQueue, change: dict[str, Any], named: str
) -> None:
    with pytest.raises(CommandError, match=named):
        queue.replay({**REPLAY, **change})


def give_up(queue: CommandQueue) -> None:
    with pytest.raises(NoWorker):
        queue.send(ACK, timeout_s=0.5)


def state(name: str, progress: float, result: object = None, error: str = "") -> dict[str, Any]:
    return {"state": name, "progress": progress, "result": result, "error": error}
