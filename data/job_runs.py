"""Runs of jobs, one by one: when, how long, what came of it. Pure; kept by data.job_counts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

#: Newest runs of a job that are kept.
KEPT = 100
_LONGEST_TEXT = 200


@dataclass(frozen=True)
class Run:
    """One run: when it began (ms since the epoch), how long it took (ms), its result or error in
    words, the name of its worker."""

    began: int
    took_ms: float
    text: str
    worker: str
    failed: bool

    def dumped(self) -> str:
        """As JSON, for `run_of`."""
        fields = (self.began, round(self.took_ms, 1), self.text, self.worker, int(self.failed))
        return json.dumps(fields)


def run_of(text: bytes | str) -> Run:
    """The run that `dumped` gave."""
    began, took_ms, words, worker, failed = json.loads(text)
    return Run(began, took_ms, words, worker, bool(failed))


def in_words(result: Any) -> str:
    """A job's return value as one short line; of a value with many fields only its error."""
    if isinstance(result, dict):
        result = result.get("error", "recorded" if result.get("recorded") else "done")
    return _line(str(result))


def error_in_words(error: BaseException) -> str:
    """What an error says, or its class if it says nothing."""
    return _line(str(error) or type(error).__name__)


def summary(runs: Sequence[Run]) -> dict[str, float]:
    """Durations in ms (`p50`, `p95`, `max`; 0 without runs), number of `runs` and of those that
    `failed`. Percentiles are those of the nearest rank: one of the runs took as long.
    """
    took = sorted(run.took_ms for run in runs)
    return {
        "runs": len(runs),
        "failed": sum(run.failed for run in runs),
        "p50": _rank(took, 0.5),
        "p95": _rank(took, 0.95),
        "max": _rank(took, 1.0),
    }


def _rank(ordered: Sequence[float], share: float) -> float:
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else 0.0


def _line(text: str) -> str:
    lines: Iterable[str] = text.strip().splitlines()
    return next(iter(lines), "")[:_LONGEST_TEXT]
