"""Commands and replays as RQ jobs, by name: enqueued by a worker, followed by the web process."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

from redis import Redis
from rq import Queue
from rq.exceptions import DuplicateJobError, NoSuchJobError
from rq.job import Job, JobStatus
from rq.results import Result
from rq.serializers import JSONSerializer

from data.commands import check_limits, command_from_dict
from data.errors import CommandError, NoWorker
from data.redis_errors import translated

QUEUE = "meltwatch"
#: The web process knows the jobs by name only: it must not import what reads the store.
COMMAND_JOB, REPLAY_JOB = "data.jobs.command", "data.jobs.replay"
#: So long a sender waits for a worker, which may be busy refreshing.
WAIT_S = 5.0
#: A command that no worker took in this time is dropped; its sender has been told by then.
COMMAND_TTL_S = 5
COMMAND_TIMEOUT_S = 5
#: A worker that has taken a command gets this much longer to answer.
GRACE_S = 2.0
REPLAY_TTL_S = 120
#: No replay takes longer: seven days of one extruder take about 6 s.
REPLAY_TIMEOUT_S = 300
REPLAY_KEPT_S = 600
#: Where there is one worker only, every replay that waits makes the screens stand still longer.
MAX_REPLAYS_WAITING = 3
MAX_REPLAY_DAYS = 31

_ID = re.compile(r"[A-Za-z0-9_-]{1,60}")
_STATES = {JobStatus.STARTED: "running", JobStatus.FINISHED: "done"}
_WAITING = {JobStatus.CREATED, JobStatus.QUEUED, JobStatus.DEFERRED, JobStatus.SCHEDULED}


def job_queue(connection: Redis, worker: str = "") -> Queue:
    """The queue of jobs for anyone, or of one worker's; JSON: nothing from Redis is unpickled."""
    name = f"{QUEUE}-{worker}" if worker else QUEUE
    return Queue(name, connection=connection, serializer=JSONSerializer)


def our_queue(key: bytes, prefix: str) -> str:
    """The name of one of our queues in a key of Redis that begins so, "" for another's."""
    name = key.decode().removeprefix(prefix)
    return name if name == QUEUE or name.startswith(f"{QUEUE}-") else ""


class CommandQueue:
    """The jobs of one web process. All methods raise WindowsUnavailable if Redis is away.

    They block: call them in a thread. The connection's socket timeout must be above 1 s.
    """

    def __init__(self, connection: Redis) -> None:
        self._queue = job_queue(connection)

    def send(self, raw: Mapping[str, Any], timeout_s: float = WAIT_S) -> dict[str, Any]:
        """Have a command recorded; returns what the job said once the command is durable.

        Raises CommandError for a bad field, NoWorker if nobody recorded it within `timeout_s`.
        """
        check_command(raw)
        with translated():
            job = self._enqueue(dict(raw))
            result = _wait(job, timeout_s) or self._give_up(job, timeout_s)
        return _recorded(result)

    def replay(self, raw: Mapping[str, Any]) -> str:
        """Ask for a replay of recorded days with changed limits; its id for `replay_state`.

        `raw` has extruder, signal, product, days and limits. Raises CommandError for a bad
        field, NoWorker while MAX_REPLAYS_WAITING wait (a few more if asked at the same moment).
        """
        return self.replay_as(f"replay-{uuid4().hex}", raw)

    def replay_as(self, job_id: str, raw: Mapping[str, Any]) -> str:
        """Ask for a replay of this id, once however often it is asked."""
        check_replay(raw)
        with translated():
            if self._job(job_id) is None:
                self._start(job_id, raw)
        return job_id

    def _start(self, job_id: str, raw: Mapping[str, Any]) -> None:
        waiting = sum(id_.startswith("replay-") for id_ in self._queue.job_ids)
        if waiting >= MAX_REPLAYS_WAITING:
            raise NoWorker(f"not started: {waiting} replays wait for a worker; try again")
        with suppress(DuplicateJobError):
            self._queue.enqueue(
                REPLAY_JOB,
                dict(raw),
                job_id=job_id,
                unique=True,
                ttl=REPLAY_TTL_S,
                result_ttl=REPLAY_KEPT_S,
                failure_ttl=REPLAY_KEPT_S,
                job_timeout=REPLAY_TIMEOUT_S,
            )

    def replay_state(self, id_: str) -> dict[str, Any] | None:
        """How far a replay is; None for one that is not known (any more).

        {"state": "waiting" | "running" | "done" | "failed", "progress": 0…1, "result": … or
        None, "error": ""}
        """
        with translated():
            known = id_.startswith("replay-") and _ID.fullmatch(id_)
            job = self._job(id_) if known else None
            return None if job is None else _state(job)

    def _enqueue(self, raw: dict[str, Any]) -> Job:
        job_id = f"command-{raw['id']}"
        earlier = self._job(job_id)
        if earlier is not None and _refused(earlier.latest_result()):
            earlier.delete()  # asked again: what failed or was refused is tried anew
        try:
            return self._queue.enqueue(
                COMMAND_JOB,
                raw,
                job_id=job_id,
                unique=True,
                at_front=True,  # a person waits for it
                ttl=COMMAND_TTL_S,
                result_ttl=30,
                failure_ttl=30,
                job_timeout=COMMAND_TIMEOUT_S,
            )
        except DuplicateJobError:  # asked twice at once: both wait for the one job
            return Job(job_id, connection=self._queue.connection, serializer=JSONSerializer)

    def _job(self, job_id: str) -> Job | None:
        # Not Queue.fetch_job: of a job that is not there yet it removes the id from the queue,
        # also one that another thread has put there in between.
        try:
            return Job.fetch(job_id, self._queue.connection, JSONSerializer)
        except NoSuchJobError:
            return None

    def _give_up(self, job: Job, waited_s: float) -> Result:
        """Take the command back; if a worker has just taken it, its result after all."""
        if self._queue.remove(job.id):
            job.connection.delete(job.key)
            raise NoWorker(f"not recorded: no worker answered in {waited_s:g} s; try again")
        result = _wait(job, GRACE_S)
        if result is None:
            raise NoWorker("not known to be recorded: the worker is slow; try again")
        return result


def _wait(job: Job, seconds: float) -> Result | None:
    """The job's result, or None if there is none in time."""
    until = time.monotonic() + seconds
    while True:
        # Blocking reads of Redis take whole seconds; the rest is polled.
        left = int(until - time.monotonic())
        result = job.latest_result(timeout=min(left, 1) if left > 0 else 0)
        if result is not None or time.monotonic() >= until:
            return result
        if left <= 0:
            time.sleep(0.02)


def _refused(result: Result | None) -> bool:
    if result is None:
        return False
    return result.type != Result.Type.SUCCESSFUL or "error" in _value(result)


def _recorded(result: Result) -> dict[str, Any]:
    if result.type != Result.Type.SUCCESSFUL:
        raise NoWorker(f"not recorded: {_last_line(result)}; try again")
    answer = _value(result)
    if "error" in answer:
        raise CommandError.told(answer["error"])
    return answer


def _value(result: Result) -> dict[str, Any]:
    return result.return_value or {}


def _last_line(result: Result | None) -> str:
    """What a failed job's exception said."""
    lines = ((result.exc_string if result else None) or "").strip().splitlines()
    return lines[-1].partition(": ")[2] if lines else "no reason is known"


def _state(job: Job) -> dict[str, Any]:
    status = job.get_status(refresh=False)
    state = "waiting" if status in _WAITING else _STATES.get(status, "failed")
    result = job.latest_result() if state in {"done", "failed"} else None
    value = _value(result) if result else None
    error = _last_line(result) if state == "failed" else (value or {}).get("error", "")
    if error:
        state, value = "failed", None
    progress = 1.0 if state == "done" else float(job.meta.get("progress", 0.0))
    return {"state": state, "progress": progress, "result": value, "error": error}


def check_command(raw: Mapping[str, Any]) -> None:
    """Raise CommandError for a bad field of a command."""
    command_from_dict(raw, ts=0)
    if not _ID.fullmatch(raw["id"]):
        raise CommandError("id", raw["id"], "letters, digits, - and _")


def check_replay(raw: Mapping[str, Any]) -> None:
    """Raise CommandError for a bad field of a replay."""
    for name, low in (("extruder", 1), ("product", 0)):
        value = raw.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < low:
            raise CommandError(name, value, f"a whole number from {low}")
    days = raw.get("days")
    if not isinstance(days, int | float) or not 0 < days <= MAX_REPLAY_DAYS:
        raise CommandError("days", days, f"more than 0, at most {MAX_REPLAY_DAYS}")
    if not isinstance(raw.get("signal"), str) or not raw["signal"]:
        raise CommandError("signal", raw.get("signal"), "the name of a signal")
    check_limits(raw.get("limits"))
