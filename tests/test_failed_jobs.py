"""Failed jobs run again: harmless however often, and never what is none of our jobs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from data import jobs
from data.command_queue import QUEUE, job_queue
from data.errors import WindowsUnavailable
from data.failed_jobs import KINDS, MOST_AT_ONCE, FailedJobs
from data.job_runs import run_of
from data.window_cache import JOBS, connect, job_runs
from tests.failing import ARGUMENTS, FailingPlant

assert set(ARGUMENTS) == set(KINDS)


@pytest.fixture
def plant(tmp_path: Path, redis_url: str) -> Iterator[FailingPlant]:
    made = FailingPlant(tmp_path, redis_url)
    made.enqueue("refresh", "the-first")
    made.work()  # builds the windows
    yield made
    jobs.count_in(None)
    made.client.close()


@pytest.fixture
def failed(plant: FailingPlant) -> FailedJobs:
    return FailedJobs(plant.client)


def status(plant: FailingPlant, id_: str) -> str:
    return Job.fetch(id_, plant.client, JSONSerializer).get_status().value


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_that_failed_does_its_work_when_run_again_and_once_however_often(
    plant: FailingPlant, failed: FailedJobs, kind: str
) -> None:
    before = plant.effects()
    plant.fail(kind, "one")
    assert plant.effects() == before, "what fails leaves nothing behind"
    total, (told,) = failed.page(0, 10)
    assert (total, told.id, told.kind) == (1, "one", kind)
    plant.client.hset(JOBS, "tick:0", 99)
    assert failed.run_again(["one"]) == ["one"]
    plant.work()
    assert status(plant, "one") == "finished"
    assert failed.page(0, 10) == (0, [])
    done = plant.effects()
    assert done["ticks"] == b"99", "an old tick is no tick of now"
    if kind in {"trim", "command"}:
        assert {**done, "ticks": before["ticks"]} != before
    for id_ in ("two", "three"):
        plant.enqueue(kind, id_)
    plant.work()
    assert {**plant.effects(), "ticks": 0} == {**done, "ticks": 0}


def test_why_it_failed_is_told_by_its_last_line_and_its_whole_traceback(
    plant: FailingPlant, failed: FailedJobs
) -> None:
    plant.fail("refresh", "one")
    _total, (told,) = failed.page(0, 10)
    assert told.cause.startswith("data.errors.StoreError: ")
    assert told.arguments == (0, 7)
    assert told.ended
    traceback = failed.traceback("one")
    assert traceback
    assert traceback.startswith("Traceback (most recent call last)")
    assert traceback.strip().endswith(told.cause)
    plant.counts.tell()
    newest = run_of(plant.client.lrange(job_runs("refresh"), 0, 0)[0])
    assert newest.failed
    assert newest.text in told.cause


def test_of_a_job_that_did_not_fail_no_traceback_is_given(
    plant: FailingPlant, failed: FailedJobs
) -> None:
    plant.enqueue("refresh", "waits")
    assert failed.traceback("waits") is None
    assert failed.run_again(["waits"]) == failed.discard(["waits"]) == []
    assert job_queue(plant.client).job_ids == ["waits"]


def test_run_again_twice_at_once_puts_it_into_the_queue_once(
    plant: FailingPlant, failed: FailedJobs
) -> None:
    plant.fail("refresh", "one")
    assert failed.run_again(["one"]) == ["one"]
    assert failed.run_again(["one"]) == []
    assert job_queue(plant.client).job_ids == ["one"]


def test_a_job_that_nobody_takes_waits_a_minute_and_is_not_kept_for_ever(
    plant: FailingPlant, failed: FailedJobs
) -> None:
    plant.fail("refresh", "one")
    failed.run_again(["one"])
    assert 50 < plant.client.ttl(Job.key_for("one")) <= 60


def test_a_job_of_a_dead_workers_queue_is_found_and_goes_to_whoever_is_free(
    plant: FailingPlant, failed: FailedJobs
) -> None:
    own = job_queue(plant.client, "dead")
    job = own.enqueue("data.jobs.refresh", 0, 7, job_id="one", failure_ttl=300)
    own.remove("one")
    FailedJobRegistry(queue=own).add(job, ttl=300)
    own.delete()  # as its team does
    assert failed.run_again(None) == ["one"]
    assert job_queue(plant.client).job_ids == ["one"]
    plant.work()
    assert status(plant, "one") == "finished"


@pytest.mark.parametrize("name", ["os.system", "data.jobs.use", "data.jobs.refresh.x"])
def test_what_is_none_of_our_jobs_is_never_run_and_can_be_discarded(
    plant: FailingPlant, failed: FailedJobs, name: str
) -> None:
    queue = job_queue(plant.client)
    job = queue.enqueue(name, "true", job_id="poison")
    queue.remove("poison")
    FailedJobRegistry(queue=queue).add(job, ttl=300)
    _total, (told,) = failed.page(0, 10)
    assert (told.kind, told.arguments) == ("", ())
    assert failed.run_again(["poison"]) == failed.run_again(None) == []
    assert failed.discard(None) == ["poison"]
    assert not plant.client.exists(Job.key_for("poison"))


def test_a_job_that_cannot_be_read_is_told_and_can_be_discarded(
    plant: FailingPlant, failed: FailedJobs
) -> None:
    plant.fail("refresh", "one")
    plant.client.hset(Job.key_for("one"), "data", b"\x80 garbage")
    _total, (told,) = failed.page(0, 10)
    assert told.kind == ""
    assert failed.run_again(None) == []
    assert failed.discard(["one"]) == ["one"]
    assert failed.page(0, 10) == (0, [])


def test_many_are_told_by_the_page_and_done_some_at_a_time(
    plant: FailingPlant, failed: FailedJobs
) -> None:
    registry = FailedJobRegistry(queue=job_queue(plant.client))
    for number in range(MOST_AT_ONCE + 5):
        job = Job.create(
            "data.jobs.refresh",
            (0, number),
            connection=plant.client,
            serializer=JSONSerializer,
            id=f"r{number}",
            origin=QUEUE,
        )
        registry.add(job, ttl=300 + number)
    total, page = failed.page(20, 20)
    assert total == MOST_AT_ONCE + 5
    assert [one.id for one in page] == [f"r{n}" for n in range(total - 21, total - 41, -1)]
    assert len(failed.discard(None)) == MOST_AT_ONCE
    assert failed.page(0, 20)[0] == 5


def test_what_is_too_old_is_forgotten_also_of_a_dead_workers_queue(
    plant: FailingPlant, failed: FailedJobs
) -> None:
    key = f"rq:failed:{QUEUE}-dead"
    plant.client.zadd(key, {"old": 1, "new": 4e9})
    assert failed.page(0, 10)[0] == 1
    failed.forget_old()
    assert plant.client.zrange(key, 0, -1) == [b"new"]


def test_queues_of_others_are_left_alone(plant: FailingPlant, failed: FailedJobs) -> None:
    from rq import Queue

    other = Queue("meltwatchers", connection=plant.client, serializer=JSONSerializer)
    job = other.enqueue("data.jobs.refresh", 0, 7, job_id="theirs")
    FailedJobRegistry(queue=other).add(job, ttl=300)
    assert failed.page(0, 10) == (0, [])
    assert failed.discard(None) == failed.discard(["theirs"]) == []


def test_without_redis_it_says_so(tmp_path: Path) -> None:
    away = FailedJobs(connect(f"unix://{tmp_path / 'nobody.sock'}"))
    with pytest.raises(WindowsUnavailable):
        away.page(0, 10)
    with pytest.raises(WindowsUnavailable):
        away.run_again(None)
