"""A simulation of up to 250,000 viewers: requests and ages as nginx's rules make them.

    python -m benchmarks.simulate_viewers

Every request of every viewer is played against the micro-cache of deploy/nginx at some edges (a
cache of its own each): an answer lasts until the edge's second ends; the first request after that
gets the old one and makes the edge ask. What a request costs is measured elsewhere (bench_viewers,
docs/scaling.md) and given here; what follows from it (load, queues, ages, bytes) is computed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

SECONDS = 20
#: The part that is counted: the beginning has cold caches.
FROM_S, WATCHED_S = 3, 15
#: What `BENCH=viewers` measured, in seconds of CPU and bytes with headers. See docs/scaling.md.
ANSWER_S = 22e-6
ORIGIN_S = 1.2e-3
DELTA_BYTES = 1_720
SNAPSHOT_BYTES = 105_600
#: From asking the web process to having its answer.
ROUND_TRIP_S = 0.02
JITTER = 0.05
#: No core is planned fuller than this.
FILL = 0.5
ZIPF = 1.0


@dataclass(frozen=True)
class Plan:
    """Who watches what, through how many caches."""

    viewers: int
    extruders: int
    edges: int
    #: Wrong clocks of the edges, in seconds: nothing may depend on them.
    skew_s: float = 0.0
    #: The edges ask one nginx, which asks the web process.
    shielded: bool = False

    @property
    def cores(self) -> int:
        """Cores of one edge."""
        return max(1, math.ceil(self.viewers / self.edges * ANSWER_S / FILL))


@dataclass(frozen=True)
class Requests:
    """All requests, in order of time."""

    at: np.ndarray
    edge: np.ndarray
    key: np.ndarray

    @staticmethod
    def of(plan: Plan, rng: np.random.Generator) -> Requests:
        """Each viewer asks once a second ± jitter; some extruders are far more popular."""
        gaps = 1 + JITTER * (2 * rng.random((plan.viewers, SECONDS), np.float32) - 1)
        at = rng.random((plan.viewers, 1)) + np.cumsum(gaps, axis=1, dtype=np.float64)
        weights = 1 / np.arange(1, plan.extruders + 1) ** ZIPF
        key = rng.choice(plan.extruders, plan.viewers, p=weights / weights.sum())
        edge = rng.integers(plan.edges, size=plan.viewers)
        order = np.argsort(at, axis=None, kind="stable")
        return Requests(
            at.ravel()[order],
            np.repeat(edge, SECONDS)[order],
            np.repeat(key, SECONDS)[order],
        )


@dataclass(frozen=True)
class Answers:
    """For each request whether it makes the cache ask, and when its answer was made (or NaN)."""

    asks: np.ndarray
    made: np.ndarray


def answers(requests: Requests, skew: np.ndarray, extruders: int, shielded: bool) -> Answers:
    """What caches with these clocks (`skew`, one per edge) answer.

    Entries are (second of the edge's clock, edge, key): the first request of each asks. Until its
    answer is there all get the answer of the second before; if there is none, they are left out.
    """
    second = np.floor(requests.at + skew[requests.edge]).astype(np.int64)
    step = len(skew) * extruders
    entry = second * step + requests.edge * extruders + requests.key
    found, first, index = np.unique(entry, return_index=True, return_inverse=True)
    asked = np.sort(first)
    made = np.empty(len(entry))
    made[asked] = _made(requests, asked, extruders, shielded)
    made = made[first]
    earlier = np.searchsorted(found, found - step).clip(max=len(found) - 1)
    before = np.where(found[earlier] == found - step, made[earlier], np.nan)
    there = requests.at >= (requests.at[first] + ROUND_TRIP_S)[index]
    asks = np.zeros(len(entry), bool)
    asks[asked] = True
    return Answers(asks, np.where(there, made[index], before[index]))


def _made(requests: Requests, asked: np.ndarray, extruders: int, shielded: bool) -> np.ndarray:
    """When the web process made what the edges were given; a shield is one more cache between.

    That is when it was asked at the earliest, so ages are too high by the way there.
    """
    at = requests.at[asked]
    if not shielded:
        return at
    to_shield = Requests(at, np.zeros(len(at), np.int64), requests.key[asked])
    made = answers(to_shield, np.zeros(1), extruders, shielded=False).made
    return np.where(np.isnan(made), at, made)


def waits(requests: Requests, plan: Plan) -> np.ndarray:
    """Seconds in the queue and in work at the fullest edge, request by request (first come)."""
    busiest = np.bincount(requests.edge, minlength=plan.edges).argmax()
    at = requests.at[requests.edge == busiest]
    # A connection belongs to one nginx worker: so many queues, each on a core of its own.
    taken = []
    for core in range(plan.cores):
        own = at[core :: plan.cores]
        number = np.arange(len(own))
        # Lindley's recursion, unrolled: done(i) = max(at(i), done(i - 1)) + work.
        done = np.maximum.accumulate(own - number * ANSWER_S) + (number + 1) * ANSWER_S
        taken.append(done - own)
    return np.concatenate(taken)


def joining_bytes(viewers: int, within_s: float) -> float:
    """Bytes per second while all viewers read a first snapshot."""
    return viewers * SNAPSHOT_BYTES / within_s


def line(plan: Plan, rng: np.random.Generator) -> str:
    """One row of the table in docs/scaling.md."""
    requests = Requests.of(plan, rng)
    skew = np.linspace(0, plan.skew_s, plan.edges)
    got = answers(requests, skew, plan.extruders, plan.shielded)
    middle = (requests.at >= FROM_S) & (requests.at < FROM_S + WATCHED_S)
    asks = got.asks & middle
    edge_keys = requests.edge[asks] * plan.extruders + requests.key[asks]
    age = (requests.at - got.made)[middle]
    origin = _at_origin(requests, asks, plan)
    sent = middle.sum() / WATCHED_S
    cells = (
        f"{plan.viewers:,}",
        f"{plan.extruders:,}",
        f"{plan.edges} × {plan.cores}{' + shield' if plan.shielded else ''}"
        f"{', wrong clocks' if plan.skew_s else ''}",
        f"{sent:,.0f}",
        f"{np.bincount(edge_keys).max() / WATCHED_S:.2f}",
        f"{origin:,.0f}",
        f"{origin * ORIGIN_S:.2f}",
        f"{np.nanpercentile(age, 95):.2f} s",
        f"{1000 * np.percentile(waits(requests, plan), 99):.1f} ms",
        f"{8 * DELTA_BYTES * sent / 1e9:.2f} Gbit/s",
    )
    return f"| {' | '.join(cells)} |"


def _at_origin(requests: Requests, asks: np.ndarray, plan: Plan) -> float:
    """Requests per second at the web process."""
    at, key = requests.at[asks], requests.key[asks]
    if plan.shielded:
        to_shield = Requests(at, np.zeros(len(at), np.int64), key)
        return answers(to_shield, np.zeros(1), plan.extruders, False).asks.sum() / WATCHED_S
    return len(at) / WATCHED_S


PLANS = (
    Plan(100, 50, 1),
    Plan(10_000, 50, 1),
    Plan(100_000, 50, 4),
    Plan(250_000, 50, 8),
    Plan(250_000, 50, 8, skew_s=30.4),
    Plan(250_000, 1_000, 8),
    Plan(250_000, 1_000, 8, shielded=True),
)


def run() -> None:
    """The table."""
    rng = np.random.default_rng(1)
    print(
        "| viewers | extruders | edges × cores | requests/s | busiest key per edge/s"
        " | at the web process/s | its cores | age added, p95 | in nginx, p99 | out |"
    )
    print("|" + "---|" * 10)
    for plan in PLANS:
        print(line(plan, rng), flush=True)
    print(f"all of 250,000 join within 60 s: {8 * joining_bytes(250_000, 60) / 1e9:.2f} Gbit/s")


if __name__ == "__main__":
    run()
