"""What is told of a source: its condition, rate and lag, what it rejected and what is unmapped."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from threading import Lock

import numpy as np

from data.ingest.sources import Reading
from data.window_cache.source_state import Condition, Rejected, SourceState, Unmapped
from data.window_cache.spool_state import SpoolState

#: Rate and lag are of so many seconds.
RATE_S = 10
#: So many different reasons and addresses are told; of more, the number only.
MOST_REASONS, MOST_UNMAPPED = 20, 500
_SAMPLE = 200


class Tally:
    """Counts of one source. `now` is ms since the epoch. Any thread may call any method."""

    def __init__(self, now: int) -> None:
        self._lock = Lock()
        self.condition, self.since, self.detail = Condition.STARTING, now, ""
        self.readings, self.heard_ms = 0, 0
        self.last_ms: int | None = None
        self._seconds: deque[tuple[int, int, list[float]]] = deque(maxlen=RATE_S + 1)
        self._rejects: dict[str, Rejected] = {}
        self._unmapped: dict[str, Unmapped] = {}
        self._described: dict[str, tuple[str, str]] = {}

    def becomes(self, condition: Condition, detail: str, now: int) -> None:
        """`since` is when it became so, not when it was told again."""
        with self._lock:
            if condition != self.condition:
                self.condition, self.since = condition, now
            self.detail = detail

    def took(self, count: int, newest: int, now: int) -> None:
        """So many readings came, the newest of time `newest` (ms)."""
        if not count:
            return
        with self._lock:
            self.readings, self.heard_ms = self.readings + count, now
            self.last_ms = max(self.last_ms or newest, newest)
            if not self._seconds or self._seconds[-1][0] != now // 1000:
                self._seconds.append((now // 1000, 0, []))
            second, before, lags = self._seconds.pop()
            lags.append(float(now - newest))
            self._seconds.append((second, before + count, lags))

    def reject(self, reason: str, sample: str, now: int, count: int = 1) -> None:
        """Something was not taken."""
        with self._lock:
            if reason not in self._rejects and len(self._rejects) >= MOST_REASONS:
                reason = "other reasons"
            before = self._rejects.get(reason)
            total = count + (before.count if before else 0)
            self._rejects[reason] = Rejected(reason, total, now, sample[:_SAMPLE])

    def describe(self, address: str, label: str, unit: str) -> None:
        """See Desk.describe."""
        with self._lock:
            self._described[address] = (label, unit)

    def unmapped(self, readings: Sequence[Reading]) -> None:
        """Readings at addresses that are not mapped."""
        with self._lock:
            for one in readings:
                before = self._unmapped.get(one.address)
                if before is None and len(self._unmapped) >= MOST_UNMAPPED:
                    continue
                label, unit = self._described.get(one.address, ("", ""))
                value = one.value if math.isfinite(one.value) else None
                count = 1 + (before.count if before else 0)
                told = Unmapped(one.address, label, unit, value, one.ts, count)
                self._unmapped[one.address] = told

    def is_mapped(self, address: str) -> None:
        """No longer unmapped."""
        with self._lock:
            self._unmapped.pop(address, None)

    def rate(self, now: int) -> float:
        """Readings per second of the last whole RATE_S."""
        until = now // 1000
        with self._lock:
            counts = [n for second, n, _ in self._seconds if until - RATE_S <= second < until]
        return sum(counts) / RATE_S

    def lag(self) -> tuple[float, float] | None:
        """Median and 95th percentile of the lag in ms; None before the first reading."""
        with self._lock:
            lags = [lag for *_, some in self._seconds for lag in some]
        return (float(np.median(lags)), float(np.percentile(lags, 95))) if lags else None

    def state(self, name: str, kind: str, now: int, waiting: SpoolState) -> SourceState:
        """What is told of the source, without what only its mapping knows."""
        rejects, unmapped = self.lists()
        lag = self.lag() or (None, None)
        return SourceState(
            name=name,
            kind=kind,
            condition=self.condition,
            since_ms=self.since,
            detail=self.detail,
            rate=self.rate(now),
            readings=self.readings,
            last_ms=self.last_ms,
            lag_ms=lag[0],
            lag_p95_ms=lag[1],
            rejects=rejects,
            unmapped=unmapped,
            waiting_rows=waiting.rows + waiting.memory_rows,
            waiting_since_ms=waiting.oldest_ms,
            lost_rows=waiting.dropped_rows,
            store=waiting.refused,
            told_ms=now,
        )

    def lists(self) -> tuple[tuple[Rejected, ...], tuple[Unmapped, ...]]:
        """What was rejected, most often first, and what is unmapped, by address."""
        with self._lock:
            rejects = sorted(self._rejects.values(), key=lambda one: -one.count)
            unmapped = sorted(self._unmapped.values(), key=lambda one: one.address)
        return tuple(rejects), tuple(unmapped)
