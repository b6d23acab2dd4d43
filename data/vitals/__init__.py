"""How the plant's processes do, as the web process reads it from Redis for /metrics; no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from data.cost.spent import Spent
from data.job_counts import JobTotals
from data.store_guard.kept import Checks
from data.window_cache import Status
from data.window_cache.source_state import SourceState
from data.window_cache.spool_state import SpoolState


@dataclass(frozen=True)
class Memory:
    """Memory of one Redis server, in bytes; `most` is what it may take, 0: all there is."""

    used: int
    most: int


@dataclass(frozen=True)
class WindowVitals:
    """What the Redis of the windows says.

    `statuses` by shard; `heads` are the times (ms) of each extruder's newest readings, without
    those that have no window yet; `spool` is None without an ingest, which then has no
    `sources` either; `memory` by node.
    """

    statuses: Mapping[int, Status]
    heads: Mapping[int, int]
    spent: Spent
    jobs: Mapping[str, JobTotals]
    ticks: Mapping[str, int]
    guard: Checks
    spool: SpoolState | None
    memory: Mapping[str, Memory]
    sources: Sequence[SourceState] = ()


@dataclass(frozen=True)
class QueueVitals:
    """What the Redis of the queue says.

    `waiting` jobs, ms since the oldest was asked for (0 without one), jobs in the registries of
    `failed` ones, each by queue: "shared", or "own" for those of single workers together;
    workers that were heard within the last moments (data.team.LIVES_MS) and are free for refreshes;
    `living` are their names in order.
    """

    workers: int
    waiting: Mapping[str, int]
    oldest_ms: Mapping[str, int]
    failed: Mapping[str, int]
    memory: Mapping[str, Memory] = field(default_factory=dict)
    living: Sequence[str] = ()
