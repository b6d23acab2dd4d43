"""Failed jobs of all workers: what failed and why, run again, discarded. Knows jobs by name only.

RQ keeps a failed job for minutes (`failure_ttl` of data.jobs), with its traceback.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from redis import Redis
from rq.exceptions import DeserializationError, InvalidJobOperation, NoSuchJobError
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.results import Result
from rq.serializers import JSONSerializer

from data.command_queue import QUEUE, job_queue, our_queue
from data.masking import masked
from data.read_job import ReadJob
from data.redis_errors import translated

#: Jobs that may be run again: doing them twice does no harm.
KINDS = ("refresh", "rebuild", "trim", "guard", "command", "replay")
_MODULE = "data.jobs."
#: So long a job that is run again waits for a worker.
AGAIN_TTL_S = 60
#: Jobs that are run again or discarded by one request.
MOST_AT_ONCE = 100
_SCANNED = 1000


@dataclass(frozen=True)
class FailedJob:
    """A job that failed: `kind` is empty if it is none of ours or cannot be read, `arguments` are
    its own, `ended` is in ms since the epoch, `cause` the last line of its traceback."""

    id: str
    kind: str
    arguments: tuple[Any, ...]
    ended: int | None
    cause: str


class FailedJobs:
    """Failed jobs as one web process sees them. All methods raise WindowsUnavailable if Redis is
    away, and block: call them in a thread."""

    def __init__(self, connection: Redis) -> None:
        self._redis = connection

    def page(self, first: int, most: int) -> tuple[int, list[FailedJob]]:
        """How many there are, and `most` of them from the `first` on, the newest of a kind first.

        What is kept shorter comes behind: commands, whose sender was told.
        """
        with translated():
            found = self._found()
            wanted = [id_ for id_, _queue in found[first : first + most]]
            jobs = ReadJob.fetch_many(wanted, self._redis, JSONSerializer)
            return len(found), [_told(job) for job in jobs if job is not None]

    def traceback(self, id_: str) -> str | None:
        """A failed job's whole traceback; None if it is not (any more) among the failed."""
        with translated():
            if id_ not in dict(self._found()):
                return None
            try:
                return _traceback(ReadJob.fetch(id_, self._redis, JSONSerializer))
            except NoSuchJobError:
                return None

    def run_again(self, ids: Iterable[str] | None) -> list[str]:
        """Put these failed jobs (None: all, the newest first) into the queue for anyone.

        Returns the ids that are in it now, at most MOST_AT_ONCE. Others have gone meanwhile, or
        are none of our jobs.
        """
        with translated():
            return [id_ for id_, queue in self._chosen(ids) if self._again(id_, queue)]

    def discard(self, ids: Iterable[str] | None) -> list[str]:
        """Forget these failed jobs (None: all), also what is none of our jobs; the ids that are
        gone now, at most MOST_AT_ONCE."""
        with translated():
            return [id_ for id_, queue in self._chosen(ids) if self._forget(id_, queue)]

    def forget_old(self) -> None:
        """Delete what is too old, for workers: RQ does not for the queue of a dead worker."""
        with translated():
            for name in self._queues():
                self._redis.zremrangebyscore(_key(name), 0, time.time())

    def _chosen(self, ids: Iterable[str] | None) -> list[tuple[str, str]]:
        wanted = None if ids is None else set(ids)
        found = [(id_, queue) for id_, queue in self._found() if wanted is None or id_ in wanted]
        return found[:MOST_AT_ONCE]

    def _found(self) -> list[tuple[str, str]]:
        """(id, queue) of every failed job; first who is kept longest."""
        names = self._queues()
        with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                # What is too old a worker deletes; the web process may read only.
                pipe.zrangebyscore(_key(name), time.time(), "+inf", withscores=True)
            answers = pipe.execute()
        found = [
            (score, id_.decode(), name)
            for name, listed in zip(names, answers, strict=True)
            for id_, score in listed
        ]
        return [(id_, name) for _score, id_, name in sorted(found, reverse=True)]

    def _queues(self) -> list[str]:
        """Names of queues that have failed jobs; RQ itself forgets the queue of a dead worker."""
        keys = self._redis.scan_iter(f"{_key(QUEUE)}*", count=_SCANNED)
        return sorted(filter(None, (our_queue(key, _key("")) for key in keys)))

    def _again(self, id_: str, queue: str) -> bool:
        registry = self._registry(queue)
        try:
            job = ReadJob.fetch(id_, self._redis, JSONSerializer)
            if not _kind(job):
                return False
            job.origin, job.ttl = QUEUE, AGAIN_TTL_S  # its own worker may be dead
            job.meta["again"] = True
            registry.requeue(job)
        except (NoSuchJobError, InvalidJobOperation):  # somebody was faster
            return False
        return True

    def _forget(self, id_: str, queue: str) -> bool:
        gone = bool(self._registry(queue).remove(id_))
        if gone:
            results: str = Result.get_key(id_)  # type: ignore[no-untyped-call]
            self._redis.delete(Job.key_for(id_), results)
        return gone

    def _registry(self, queue: str) -> FailedJobRegistry:
        name = queue.removeprefix(QUEUE).removeprefix("-")
        return FailedJobRegistry(queue=job_queue(self._redis, name))


def _key(queue: str) -> str:
    return FailedJobRegistry.key_template.format(queue)


def _told(job: Job) -> FailedJob:
    lines = _traceback(job).strip().splitlines()
    ended = round(job.ended_at.timestamp() * 1000) if job.ended_at else None
    kind = _kind(job)
    cause = lines[-1] if lines else "no reason is known"
    return FailedJob(job.id, kind, tuple(job.args or ()) if kind else (), ended, cause)


def _kind(job: Job) -> str:
    """Which of our jobs it is, "" for none: also for one whose text cannot be read."""
    try:
        name = job.func_name or ""
    except DeserializationError:
        return ""
    kind = name.removeprefix(_MODULE)
    return kind if name.startswith(_MODULE) and kind in KINDS else ""


def _traceback(job: Job) -> str:
    result = job.latest_result()
    # Workers mask them, too; a job of another kind may have been put there by anyone.
    return masked((result.exc_string if result else None) or "")
