"""The RQ jobs: plain ids in, repeatable effect; found by name, allowed by name."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from datetime import UTC, datetime
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

from redis.exceptions import LockError
from rq import Queue, get_current_job
from rq.exceptions import DuplicateJobError

from data.command_queue import REPLAY_TIMEOUT_S
from data.errors import CommandError, MeltwatchError
from data.job_counts import JobCounts
from data.journal import Journal
from data.journal.recording import record_command
from data.limit_replay import replay_limits
from data.meter import metered
from data.refresh import Outcome, Refresher
from data.retention import Retention
from data.store_guard.guard import Guard
from data.telemetry import TelemetryStore
from data.window_cache.writer import WindowWriter

_P = ParamSpec("_P")
_R = TypeVar("_R")

#: A tick that waited longer than this is pointless: the next one does its work.
TICK_TTL_S = 2
RESULT_TTL_S, FAILURE_TTL_S = 5, 300
#: As long as a statement may take: stopped earlier, the first on a slow machine never ends.
REFRESH_TIMEOUT_S = 10
#: 1,000 extruders take about 5 s; the lease is renewed after every chunk.
REBUILD_TIMEOUT_S = 120
#: Deleting may wait behind a rebuild; a result is kept for as long as another may ask for it.
TRIM_TTL_S, TRIM_TIMEOUT_S = 120, 10
#: The check of a day takes a second or two; its statements have limits of their own.
GUARD_TTL_S, GUARD_TIMEOUT_S = 120, 30
MINUTE_S = 60


class Times(NamedTuple):
    """Seconds that a job may wait, that its result is kept, and that it may work."""

    wait_s: int
    kept_s: int
    work_s: int


class _Parts:
    """What jobs work with; set once by the worker process before it takes jobs."""

    refreshers: Sequence[Refresher]
    windows: Sequence[WindowWriter]
    queue: Queue
    open_journal: Callable[[], Journal]
    open_store: Callable[[], TelemetryStore]
    retention: Retention | None
    guard: Guard | None
    counts: JobCounts | None = None


def use(
    refreshers: Sequence[Refresher],
    windows: Sequence[WindowWriter],
    to: Queue,
    open_journal: Callable[[], Journal],
    open_store: Callable[[], TelemetryStore],
    retention: Retention | None = None,
    guard: Guard | None = None,
) -> None:
    """Give the jobs of this process their parts: refreshers and windows of all shards.

    `to` is this worker's own queue. Without a retention nothing is deleted, without a guard the
    store is not checked.
    """
    _Parts.retention, _Parts.guard = retention, guard
    _Parts.refreshers, _Parts.windows, _Parts.queue = refreshers, windows, to
    # In a class a function would become a method.
    _Parts.open_journal, _Parts.open_store = staticmethod(open_journal), staticmethod(open_store)


def count_in(counts: JobCounts | None) -> None:
    """Count from now on what becomes of this process's jobs."""
    _Parts.counts = counts


def _job(name: str) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """What is asked of the store is this job's; what becomes of the job is counted and kept."""

    def around(work: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(work)
        def job(*given: _P.args, **named: _P.kwargs) -> _R:
            with metered(name), _counting(name) as results:
                result = work(*given, **named)
                results.append(result)
                return result

        return job

    return around


def _counting(name: str) -> AbstractContextManager[list[Any]]:
    return nullcontext([]) if _Parts.counts is None else _Parts.counts.counting(name)


def enqueue_refresh(to: Queue, shard: int, tick: int) -> None:
    """Ask for one refresh of a shard per tick, however many tickers ask."""
    _enqueue(to, refresh, shard, tick, timeout_s=REFRESH_TIMEOUT_S)


@_job("refresh")
def refresh(shard: int, tick: int) -> str:
    """Take in what the store has since the watermark; an empty Redis asks for a rebuild."""
    if _Parts.counts is not None and not _is_again():
        _Parts.counts.tick(shard, tick, _waited_s())
    outcome = _recorded(shard, _Parts.refreshers[shard].refresh)
    if outcome.result == "rebuild":
        _enqueue(_Parts.queue, rebuild, shard, tick, timeout_s=REBUILD_TIMEOUT_S)
    return f"{outcome.result}, {outcome.rows} rows"


@_job("rebuild")
def rebuild(shard: int, tick: int) -> str:
    """Build the windows that are missing from the store."""
    return f"{_recorded(shard, _Parts.refreshers[shard].rebuild).result} at {tick}"


def enqueue_trim(to: Queue, minute: int, part: int = 0) -> None:
    """Ask once a minute, however many tickers ask, that what is too old be deleted."""
    kept_s = TRIM_TTL_S if part == 0 else RESULT_TTL_S
    times = Times(TRIM_TTL_S, kept_s, TRIM_TIMEOUT_S)
    _once(to, f"trim-{minute}-{part}", times, trim, minute, part)


@_job("trim")
def trim(minute: int, part: int) -> str:
    """Delete some of what is too old; if there is more, again behind the refreshes that wait.

    When the minute is over that of the next one goes on.
    """
    if _Parts.retention is None or not _Parts.retention.trim(int(time.time() * 1000)):
        return "done"
    if int(time.time() / MINUTE_S) == minute:
        enqueue_trim(_Parts.queue, minute, part + 1)
    return "more is due"


def enqueue_guard(to: Queue, minute: int, whole: bool) -> None:
    """Ask once a minute, however many tickers ask, that the store be checked."""
    times = Times(GUARD_TTL_S, GUARD_TTL_S, GUARD_TIMEOUT_S)
    _once(to, f"guard-{minute}", times, guard, minute, whole)


@_job("guard")
def guard(minute: int, whole: bool) -> str:
    """Look for what is wrong with the store, `whole` or what is due."""
    if _Parts.guard is None:
        return "no guard"
    return f"{_Parts.guard.check(int(time.time() * 1000), whole)} findings at {minute}"


@_job("command")
def command(raw: dict[str, Any]) -> dict[str, Any]:
    """Make a person's command durable; the next tick obeys it. Found by name by the web process."""
    with closing(_Parts.open_journal()) as journal:
        return record_command(journal, _Parts.windows, raw)


@_job("replay")
def replay(raw: dict[str, Any]) -> dict[str, Any]:
    """What changed limits of one signal would have alarmed. Found by name by the web process."""
    job = get_current_job()

    def progress(share: float) -> None:
        if job is not None:
            job.meta["progress"] = round(share, 2)
            job.save_meta()  # type: ignore[no-untyped-call]

    only = _Parts.queue.connection.lock(
        "meltwatch:replay", timeout=REPLAY_TIMEOUT_S, blocking=False
    )
    if not only.acquire():  # the other worker must stay free for refreshes
        return {"error": "another replay is running: try again in a minute"}
    try:
        with closing(_Parts.open_store()) as store:
            return replay_limits(store, raw, int(time.time() * 1000), progress)
    except CommandError as error:
        return {"error": str(error)}
    finally:
        with suppress(LockError):
            only.release()


def _enqueue(
    to: Queue, job: Callable[[int, int], str], shard: int, tick: int, timeout_s: int
) -> None:
    times = Times(TICK_TTL_S, RESULT_TTL_S, timeout_s)
    _once(to, f"{job.__name__}-{shard}-{tick}", times, job, shard, tick)


def _once(to: Queue, id_: str, times: Times, job: Callable[..., str], *arguments: int) -> None:
    """Ask for a job unless one of this id was asked for already."""
    with suppress(DuplicateJobError):
        to.enqueue(
            job,
            *arguments,
            job_id=id_,
            unique=True,
            ttl=times.wait_s,
            result_ttl=times.kept_s,
            failure_ttl=FAILURE_TTL_S,
            job_timeout=times.work_s,
        )


def _waited_s() -> float:
    """Seconds since the job that runs now was asked for; 0 outside a job."""
    job = get_current_job()
    if job is None or job.enqueued_at is None:
        return 0.0
    return (datetime.now(UTC) - job.enqueued_at).total_seconds()


def _is_again() -> bool:
    """Whether a person runs the job again (data.failed_jobs): its tick was counted long ago."""
    job = get_current_job()
    return job is not None and "again" in job.meta


def _recorded(shard: int, work: Callable[[], Outcome]) -> Outcome:
    try:
        return work()
    except Exception as error:  # of a mistake of ours people must see the reason, too
        _record(shard, error)
        raise


def _record(shard: int, error: Exception) -> None:
    """Say why for all to see, unless Redis itself is what failed."""
    with suppress(MeltwatchError):
        _Parts.windows[shard].record_error(str(error), int(time.time() * 1000))
