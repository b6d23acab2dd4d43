"""What Redis says as Prometheus metrics: names, words and labels. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.utils import floatToGoString

from data.alarms.events import Priority
from data.cost.spent import Spent
from data.job_counts import BOUNDS, JobTotals
from data.store_guard.kept import Checks
from data.store_guard.wording import all_findings
from data.vitals import Memory, QueueVitals, WindowVitals
from data.window_cache import Status
from data.window_cache.spool_state import SpoolState
from routes.source_families import of_sources

#: As Prometheus writes them; the last bucket of a histogram is "+Inf".
_BOUNDS = tuple(map(floatToGoString, (*BOUNDS, float("inf"))))
#: The label is not called "job": that is Prometheus' own name for what it scrapes.
_TASK = "task"


def of_windows(found: WindowVitals, now: float) -> Iterator[Metric]:
    """What the Redis of the windows says at `now` (ms)."""
    yield _labelled(
        "window_age_seconds",
        "Age of the newest readings in an extruder's window.",
        "extruder",
        {str(extruder): (now - head) / 1000 for extruder, head in found.heads.items()},
    )
    yield from _refreshes({str(shard): one for shard, one in found.statuses.items()})
    yield from _jobs(found.jobs)
    yield _counter("ticks_late", "Refreshes that began late.", found.ticks["late"])
    yield _counter("ticks_missed", "Refreshes that were due and never came.", found.ticks["missed"])
    yield from _spent(found.spent)
    yield from _guard(found.guard)
    yield from _spool([found.spool] if found.spool else [])
    yield from of_sources(found.sources)
    yield from _memory("redis", found.memory)


def of_queue(found: QueueVitals) -> Iterator[Metric]:
    """What the Redis of the queue says."""
    yield gauge("workers_live", "Workers that say they live and are free.", found.workers)
    yield _labelled("queue_jobs", "Jobs that wait.", "queue", found.waiting)
    yield _labelled(
        "queue_oldest_job_seconds",
        "Time since the oldest waiting job was asked for, 0 if none waits.",
        "queue",
        {kind: ms / 1000 for kind, ms in found.oldest_ms.items()},
    )
    yield _labelled(
        "queue_failed_jobs", "Failed jobs whose traceback is kept.", "queue", found.failed
    )
    yield from _memory("queue_redis", found.memory)


def gauge(name: str, words: str, value: float) -> Metric:
    """A metric of one value."""
    return GaugeMetricFamily(f"meltwatch_{name}", words, value)


def _counter(name: str, words: str, value: float) -> Metric:
    return CounterMetricFamily(f"meltwatch_{name}", words, value)


def _labelled(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"meltwatch_{name}", words, labels=[label])
    for one, value in values.items():
        family.add_metric([one], value)
    return family


def _counters(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(f"meltwatch_{name}", words, labels=[label])
    for one, value in values.items():
        family.add_metric([one], value)
    return family


def _refreshes(shards: Mapping[str, Status]) -> Iterator[Metric]:
    # Before the first success there is no time of it: no number is better than a wrong one.
    done = {shard: one for shard, one in shards.items() if one.last_success >= 0}
    yield _labelled(
        "refresh_last_success_timestamp_seconds",
        "When the last refresh succeeded, Unix time.",
        "shard",
        {shard: one.last_success / 1000 for shard, one in done.items()},
    )
    yield _labelled(
        "refresh_duration_seconds",
        "How long the last refresh took.",
        "shard",
        {shard: one.duration_ms / 1000 for shard, one in done.items()},
    )
    yield _labelled(
        "refresh_backlog_rows",
        "Rows not yet in the windows.",
        "shard",
        {shard: one.backlog for shard, one in shards.items()},
    )
    for name, words, field in (
        ("refreshes", "Refreshes.", "refreshes_total"),
        ("refresh_rows", "Readings taken in.", "rows_total"),
        ("refresh_rows_ahead", "Readings left out, stamped ahead of the clock.", "rows_ahead"),
        ("refresh_readings_late", "Readings after their second was judged.", "readings_late"),
    ):
        yield _counters(
            name, words, "shard", {shard: getattr(one, field) for shard, one in shards.items()}
        )


def _jobs(jobs: Mapping[str, JobTotals]) -> Iterator[Metric]:
    durations = HistogramMetricFamily(
        "meltwatch_job_duration_seconds", "How long jobs took.", labels=[_TASK]
    )
    failures = CounterMetricFamily(
        "meltwatch_job_failures",
        "Jobs that failed, by class of the error.",
        labels=[_TASK, "cause"],
    )
    for job, totals in jobs.items():
        buckets = [*zip(_BOUNDS, map(float, accumulate(totals.took)), strict=True)]
        durations.add_metric([job], buckets, totals.seconds)
        for cause, count in totals.failed.items():
            failures.add_metric([job, cause], count)
    yield durations
    yield failures
    yield _labelled(
        "job_last_success_timestamp_seconds",
        "When a job last succeeded, Unix time.",
        _TASK,
        {job: one.success / 1000 for job, one in jobs.items() if one.success >= 0},
    )


def _spent(spent: Spent) -> Iterator[Metric]:
    for name, words in {
        "statements": "Statements sent to the store, by task.",
        "reads": "Those of them that read, by task.",
        "rows": "Rows read from the store, by task.",
        "bytes": "Bytes of values read from the store, by task.",
    }.items():
        tallies = {job: getattr(tally, name) for job, tally in spent.jobs.items()}
        yield _counters(f"store_{name}", words, _TASK, tallies)
    cpu = {kind: process.cpu_s for kind, process in spent.processes.items()}
    yield _counters("cpu_seconds", "CPU time, by process.", "process", cpu)


def _guard(checks: Checks) -> Iterator[Metric]:
    minute, day = checks
    counts = Counter(one.priority.name.lower() for one in all_findings(minute, day))
    yield _labelled(
        "store_guard_findings",
        "What is wrong with the store, by priority.",
        "priority",
        {one.name.lower(): counts[one.name.lower()] for one in Priority} if minute or day else {},
    )
    checked = {"minute": minute, "day": day}
    yield _labelled(
        "store_guard_checked_timestamp_seconds",
        "When the store was checked last, Unix time.",
        "check",
        {name: one.checked / 1000 for name, one in checked.items() if one is not None},
    )


def _spool(told: Sequence[SpoolState]) -> Iterator[Metric]:
    """One or none: without an ingest that has a spool nothing is told of it."""
    for name, words, values in (
        ("rows", "Readings on ingest's disk that wait for the store.", [s.rows for s in told]),
        ("bytes", "Bytes of them.", [s.bytes for s in told]),
        ("limit_bytes", "Bytes that they may take.", [s.limit_bytes for s in told]),
        ("memory_rows", "Readings that wait in ingest's memory.", [s.memory_rows for s in told]),
        ("refused", "Whether the store takes nothing.", [bool(s.refused) for s in told]),
        (
            "oldest_timestamp_seconds",
            "When the oldest reading on disk was delivered, Unix time.",
            [s.oldest_ms / 1000 for s in told if s.oldest_ms is not None],
        ),
    ):
        family = GaugeMetricFamily(f"meltwatch_spool_{name}", words)
        for value in values:
            family.add_metric([], value)
        yield family
    dropped = CounterMetricFamily("meltwatch_spool_dropped_rows", "Readings that are lost.")
    for state in told:
        dropped.add_metric([], state.dropped_rows)
    yield dropped


def _memory(whose: str, nodes: Mapping[str, Memory]) -> Iterable[Metric]:
    yield _labelled(
        f"{whose}_memory_bytes",
        "Memory that Redis uses, by node.",
        "node",
        {node: one.used for node, one in nodes.items()},
    )
    yield _labelled(
        f"{whose}_memory_max_bytes",
        "Memory that Redis may use, by node; absent without a limit.",
        "node",
        {node: one.most for node, one in nodes.items() if one.most},
    )
