"""What was spent in some time: store reads by job, CPU by process, viewers who were served."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from data.meter import Tally

#: A number by name, as a Redis hash holds it: `job:refresh:rows`, `process:web:cpu_s`.
Fields = Mapping[str, float]


@dataclass(frozen=True)
class Process:
    """CPU seconds of all processes of a kind, and seconds of open push connections."""

    cpu_s: float = 0.0
    viewer_s: float = 0.0


@dataclass(frozen=True)
class Spent:
    """Tallies by job, processes by kind."""

    jobs: Mapping[str, Tally] = field(default_factory=dict)
    processes: Mapping[str, Process] = field(default_factory=dict)

    @property
    def viewer_s(self) -> float:
        """Seconds of open push connections, all processes together."""
        return sum(process.viewer_s for process in self.processes.values())


def to_fields(jobs: Mapping[str, Tally], kind: str, process: Process) -> dict[str, float]:
    """What one process of a kind spent, without what is zero."""
    fields: dict[str, float] = {
        f"job:{job}:{name}": value
        for job, tally in jobs.items()
        for name, value in tally._asdict().items()
    }
    fields |= {f"process:{kind}:{name}": value for name, value in vars(process).items()}
    return {name: value for name, value in fields.items() if value}


def from_hash(raw: Mapping[Any, Any]) -> dict[str, float]:
    """A hash as Redis gives it, in bytes."""
    return {name.decode(): float(value) for name, value in raw.items()}


def total(many: Iterable[Fields]) -> Spent:
    """All of it together; names that this version does not know are left out."""
    sums: Counter[str] = Counter()
    for one in many:
        for name, value in one.items():
            sums[name] += value  # type: ignore[assignment]
    jobs: dict[str, dict[str, int]] = {}
    processes: dict[str, dict[str, float]] = {}
    for name, value in sums.items():
        whose, owner, what = name.split(":", 2)
        if whose == "job" and what in Tally._fields:
            jobs.setdefault(owner, {})[what] = round(value)
        elif whose == "process" and what in vars(Process()):
            processes.setdefault(owner, {})[what] = value
    return Spent(
        {job: Tally(**values) for job, values in jobs.items()},
        {kind: Process(**values) for kind, values in processes.items()},
    )
