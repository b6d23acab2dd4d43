"""A worker does its own jobs and nothing else that somebody may have put into Redis."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis import Redis
from rq import Callback, Queue
from rq.job import Job, JobStatus
from rq.serializers import DefaultSerializer, JSONSerializer

from data.command_queue import QUEUE, job_queue
from data.failed_jobs import FailedJobs
from data.known_jobs import JOBS
from data.window_cache import connect
from tests.workers import team_work


@pytest.fixture
def client(redis_url: str) -> Redis:
    return connect(redis_url, own=True)


def failed(client: Redis, job: Job) -> str:
    assert Job.fetch(job.id, client, JSONSerializer).get_status() is JobStatus.FAILED
    return FailedJobs(client).traceback(job.id) or ""


@pytest.mark.parametrize("name", ["os.system", "subprocess.call", "pathlib.Path.touch"])
def test_a_function_that_is_no_job_is_not_called(name: str, client: Redis, tmp_path: Path) -> None:
    job = job_queue(client).enqueue(name, f"touch {tmp_path / 'done'}")
    team_work(client)
    assert f"refused: '{name}' is none of Meltwatch's jobs" in failed(client, job)
    assert not list(tmp_path.iterdir())


def test_also_one_of_our_own_modules_but_no_job(client: Redis) -> None:
    job = job_queue(client).enqueue("data.jobs.use", 1, 2, 3, 4, 5)
    team_work(client)
    assert "refused: 'data.jobs.use'" in failed(client, job)


class _Bomb:
    """Unpickled, it touches a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.path,))


def test_a_pickle_is_not_opened(client: Redis, tmp_path: Path) -> None:
    pickles = Queue(QUEUE, connection=client, serializer=DefaultSerializer)
    job = pickles.enqueue("data.jobs.refresh", _Bomb(tmp_path / "done"), 1)
    team_work(client)
    assert "refused" in failed(client, job)
    assert not list(tmp_path.iterdir())


def test_a_job_that_nobody_can_read_does_not_end_the_worker(client: Redis) -> None:
    job = job_queue(client).enqueue("data.jobs.use")
    client.hset(job.key, "data", b"\x00\xff")
    behind = job_queue(client).enqueue("os.getpid")
    team_work(client)
    assert "refused: ''" in failed(client, job)
    assert "refused: 'os.getpid'" in failed(client, behind)


#: What RQ reads of a job's hash.
FIELDS = (
    "exc_info", "created_at", "enqueued_at", "started_at", "ended_at", "last_heartbeat", "origin",
    "worker_name", "description", "group_id", "timeout", "result_ttl", "failure_ttl", "ttl",
    "status", "dependency_ids", "dependency_id", "allow_dependency_failures", "enqueue_at_front",
    "number_of_retries", "retries_left", "retry_intervals", "enqueue_at_front_on_retry",
    "repeats_left", "repeat_intervals", "rate_limit_key", "rate_limit_concurrency",
    "success_callback_name", "success_callback_timeout", "failure_callback_name",
    "failure_callback_timeout", "stopped_callback_name", "stopped_callback_timeout",
)  # fmt: skip
NO_TEXT = b"\x80\xff"


def test_a_forged_field_is_left_out_and_does_not_end_the_worker(client: Redis) -> None:
    queue = job_queue(client)
    for field in (*FIELDS, NO_TEXT):
        client.hset(queue.enqueue("os.getpid").key, field, NO_TEXT)
    behind = queue.enqueue("os.getpid")
    team_work(client)
    assert "refused: 'os.getpid'" in failed(client, behind)
    assert queue.count == 0
    assert FailedJobs(client).page(0, 100)[0] == len(FIELDS) + 2
    assert len(FailedJobs(client).discard(None)) == len(FIELDS) + 2


def test_what_a_job_wants_called_afterwards_is_not_called(client: Redis, tmp_path: Path) -> None:
    touch = Callback("tests.test_known_jobs.touch")
    job = job_queue(client).enqueue(
        "data.jobs.use", str(tmp_path / "done"), on_success=touch, on_failure=touch
    )
    team_work(client)
    failed(client, job)
    assert not list(tmp_path.iterdir())


def touch(job: Job, *_more: object) -> None:
    Path(job.args[0]).touch()


def test_the_list_names_every_job_that_is_asked_for() -> None:
    assert set(JOBS) == {
        f"data.jobs.{name}" for name in ("refresh", "rebuild", "trim", "guard", "command", "replay")
    }
