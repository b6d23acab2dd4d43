"""What becomes of jobs, in one hash of Redis for all workers: runs, failures by cause, durations,
and ticks that came late or never; and the newest runs of each job, one by one.

Counted by the process that does the job, told at most once a second; what Redis does not take is
told with the next, so that an outage is counted too. What a worker did in the second before it is
killed is lost.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from redis import Redis

from data.errors import WindowsUnavailable
from data.job_runs import KEPT, Run, error_in_words, in_words
from data.redis_errors import translated
from data.window_cache import JOBS, job_runs

#: A refresh that starts so long after its ticker asked for it is late: readings may be 2 s old.
LATE_S = 0.5
#: A tick number that is further from the last one is of another STEP_MS, or the plant was stopped.
MOST_MISSED = 3600
TELL_S = 1.0
#: Upper bounds of the durations that are told apart, in s; a refresh has a second.
BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0)
_MORE = "more"


class JobCounts:
    """The counts of one worker process, `worker` by name."""

    def __init__(self, client: Redis, worker: str = "") -> None:
        self._redis, self._worker = client, worker
        self._lock = threading.Lock()
        self._added: Counter[str] = Counter()
        self._last: dict[str, int] = {}
        self._runs = _no_runs()
        self._told = 0.0

    @contextmanager
    def counting(self, job: str) -> Iterator[list[Any]]:
        """Around a job: it ran so long, and succeeded or failed by an error of some class.

        What the block adds to the list is the job's result.
        """
        started, results = time.monotonic(), list[Any]()
        try:
            yield results
        except BaseException as error:
            self._ran(job, started, error_in_words(error), cause=type(error).__name__)
            raise
        self._ran(job, started, in_words(results[-1]) if results else "done")

    def tick(self, shard: int, tick: int, waited_s: float) -> None:
        """A refresh starts, `waited_s` after it was asked for; ticks since the last one never came.

        Raises WindowsUnavailable.
        """
        with translated(), self._redis.pipeline(transaction=False) as pipe:
            pipe.hget(JOBS, f"tick:{shard}")
            pipe.hset(JOBS, f"tick:{shard}", str(tick))
            before, _ = pipe.execute()
        missed = tick - int(before or tick) - 1
        self._add(
            {
                "ticks:late": float(waited_s > LATE_S),
                "ticks:missed": missed if 0 < missed <= MOST_MISSED else 0,
            }
        )

    def tell(self) -> None:
        """Add what is not told yet to Redis, or keep it while Redis is away."""
        with self._lock:
            added, self._added = self._added, Counter()
            runs, self._runs = self._runs, _no_runs()
            last, self._told = dict(self._last), time.monotonic()
        try:
            with translated(), self._redis.pipeline(transaction=False) as pipe:
                for name, value in added.items():
                    pipe.hincrbyfloat(JOBS, name, round(value, 6))
                if last:
                    pipe.hset(JOBS, mapping={name: str(at) for name, at in last.items()})
                for job, kept in runs.items():
                    pipe.lpush(job_runs(job), *(run.dumped() for run in kept))
                    pipe.ltrim(job_runs(job), 0, KEPT - 1)
                pipe.execute()
        except WindowsUnavailable:
            self._add(added)
            self._keep(runs)

    def _ran(self, job: str, started: float, text: str, cause: str = "") -> None:
        seconds = time.monotonic() - started
        began = int((time.time() - seconds) * 1000)
        at = bisect_left(BOUNDS, seconds)
        bound = f"{BOUNDS[at]:g}" if at < len(BOUNDS) else _MORE
        self._add({f"took:{job}:{bound}": 1, f"seconds:{job}": seconds})
        if cause:
            self._add({f"failed:{job}:{cause}": 1})
        else:
            with self._lock:
                self._last[f"success:{job}"] = int(time.time() * 1000)
        with self._lock:
            self._runs[job].append(Run(began, seconds * 1000, text, self._worker, bool(cause)))
        if time.monotonic() - self._told >= TELL_S:
            self.tell()

    def _keep(self, runs: Mapping[str, Iterable[Run]]) -> None:
        with self._lock:
            for job, older in runs.items():
                self._runs[job] = deque([*older, *self._runs[job]], maxlen=KEPT)

    def _add(self, values: Mapping[str, float]) -> None:
        with self._lock:
            for name, value in values.items():
                if value:
                    self._added[name] += value  # type: ignore[assignment]


def _no_runs() -> defaultdict[str, deque[Run]]:
    """Runs by job that are not told yet, oldest first; bounded: Redis may be away for long."""
    return defaultdict(lambda: deque(maxlen=KEPT))


@dataclass(frozen=True)
class JobTotals:
    """What was told of one job: how many took at most each of BOUNDS (and how many longer),
    seconds altogether, failures by the class of the error, ms of the last success."""

    took: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0
    failed: dict[str, int] = field(default_factory=dict)
    success: int = -1


def from_hash(raw: Mapping[bytes, bytes]) -> tuple[dict[str, JobTotals], dict[str, int]]:
    """Totals by job, and ticks ("late", "missed"), from the hash as Redis gives it."""
    values: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    failed: defaultdict[str, dict[str, int]] = defaultdict(dict)
    took: defaultdict[str, list[int]] = defaultdict(lambda: JobTotals().took)
    ticks = {"late": 0, "missed": 0}
    for name, value in raw.items():
        kind, what, *more = name.decode().split(":")
        if kind == "took":
            with suppress(ValueError):  # a bound of another version
                took[what][_place(more[0])] += round(float(value))
        elif kind == "failed":
            failed[what][more[0]] = round(float(value))
        elif kind == "ticks":
            ticks[what] = round(float(value))
        elif kind in {"seconds", "success"}:
            values[what][kind] = float(value)
    jobs = {*took, *values}
    return {one: JobTotals(took[one], failed=failed[one], **values[one]) for one in jobs}, ticks


def _place(bound: str) -> int:
    return len(BOUNDS) if bound == _MORE else BOUNDS.index(float(bound))
