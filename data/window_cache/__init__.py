"""Windows in Redis: keys, the worker's fenced commit, and what the web process reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from data.shards import Shard
from data.window_cache.clients import connect as connect
from data.window_cache.clients import connect_async as connect_async

#: Kinds of rings: every signal of the live window; gauge signals, coarser and longer.
LIVE, SPARK, DAY = "ring", "spark", "day"
KINDS = (LIVE, SPARK, DAY)

#: Hash of what all processes have spent since Redis was last empty (data.cost.spent.Fields).
COST_TOTAL = "mw:cost:total"
#: Hash of what the store guard found, by the kind of check (data.store_guard.kept).
GUARD = "mw:guard"
#: Hash of heartbeats to the outside: `sent`, `failed`, `last_error` (empty after a success).
HEARTBEATS = "mw:heartbeats"
#: Hash of what became of jobs since Redis was last empty (data.job_counts).
JOBS = "mw:jobs"


def cost_minute(minute: int) -> str:
    """Hash of what was spent in a minute since the epoch."""
    return f"mw:cost:{minute}"


def job_runs(job: str) -> str:
    """List of a job's newest runs, the newest first (data.job_runs.Run as JSON)."""
    return f"mw:runs:{job}"


#: Of all shards: how many they are, see `layout`.
SHARDS_KEY = "mw:shards"


#: Pattern of the keys of all shards, however many there are or were.
ALL_SHARDS = "mw:{*"


@dataclass(frozen=True)
class Keys:
    """Every Redis key of one shard. The braces keep a shard's keys in one slot of a cluster."""

    shard: Shard = Shard()  # noqa: RUF009  it is frozen

    @property
    def prefix(self) -> str:
        """What all keys of the shard begin with, and none of another number of shards."""
        return f"mw:{{{self.shard.number}/{self.shard.of}}}:"

    def _key(self, name: str) -> str:
        return f"{self.prefix}{name}"

    @property
    def watermark(self) -> str:
        """The `seq` up to which the rings hold the store's rows."""
        return self._key("watermark")

    @property
    def lease(self) -> str:
        """Token of the job that may read the store now."""
        return self._key("lease")

    @property
    def commits(self) -> str:
        """Channel on which every commit is told, with its watermark."""
        return self._key("commits")

    @property
    def catalogue(self) -> str:
        """The catalogue as JSON."""
        return self._key("catalogue")

    @property
    def summaries(self) -> str:
        """Hash of the cards of the Plant page, by extruder number."""
        return self._key("summaries")

    @property
    def status(self) -> str:
        """Hash of what the refresh did last: see `Status`."""
        return self._key("status")

    @property
    def alarms(self) -> str:
        """Alarms that are not at rest, and recent malfunctions, as JSON."""
        return self._key("alarms")

    @property
    def history(self) -> str:
        """The newest events of the alarm journal, as JSON."""
        return self._key("history")

    @property
    def health(self) -> str:
        """How healthy the alarm system is (ISA-18.2 figures), as JSON."""
        return self._key("health")

    @property
    def deliveries(self) -> str:
        """The newest notifications and what became of them, as JSON."""
        return self._key("deliveries")

    @property
    def commands(self) -> str:
        """List of recorded commands (JSON) that wait for the next tick, oldest first."""
        return self._key("commands")

    @property
    def monitor(self) -> str:
        """What the monitor must remember between ticks, packed."""
        return self._key("monitor")

    @property
    def monitor_slow(self) -> str:
        """The part of it that changes once in ten seconds only."""
        return self._key("monitor_slow")

    @property
    def rollups(self) -> str:
        """Rollups of the readings that the store's rollups do not hold yet, packed."""
        return self._key("rollups")

    def ring(self, extruder: int, kind: str = LIVE) -> str:
        """A ring (data.windows) of an extruder: the live window or a coarse one."""
        return self._key(f"{kind}:{extruder}")


@dataclass(frozen=True)
class Status:
    """State of the refresh for all to see. Times in ms since the epoch; -1 is never."""

    watermark: int = -1
    last_success: int = -1
    duration_ms: float = -1.0
    rows: int = 0
    rows_total: int = 0
    rows_ahead: int = 0
    backlog: int = 0
    statements_total: int = 0
    refreshes_total: int = 0
    last_error: str = ""
    last_error_at: int = -1
    rebuilding: str = ""
    catalogue: int = 0
    monitor: str = ""
    readings_late: int = 0
    rollups_behind: int = 0

    @staticmethod
    def from_hash(raw: Mapping[Any, Any]) -> Status:
        """Read the hash as Redis gives it, in bytes; absent fields keep their defaults."""
        texts = {key.decode(): value.decode() for key, value in raw.items()}
        kinds = {name: type(value) for name, value in vars(Status()).items()}
        return Status(**{name: kinds[name](texts[name]) for name in kinds if name in texts})
