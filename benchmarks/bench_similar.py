"""Whether similar events are the same fault: frames of simulated faults, each searched in the rest.

Each fault strikes once per seed, on any extruder, for 0.6 to 1.6 times its usual length. An event
looks for the others twice: as a whole, and two minutes after it was detected, when people ask.
`EVAL_SEEDS` (16: 192 events) shortens it for a try.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from tqdm import tqdm

from benchmarks.bench_detection import AFTER_S, HEALTHY_S, SPREAD_S, START_MS, watch
from data import fingerprint
from data.frames import AROUND_MS
from data.history.similar import MOST_SEARCHED, SIMILAR
from data.ingest.simulator import Simulator
from data.ingest.simulator.faults import FAULTS, faults_for
from data.ingest.simulator.recipes import first_product
from data.malfunctions.malfunction import Malfunction
from data.monitor.findings import Terms
from data.monitor.monitor import Monitor
from data.windows import Row

SEEDS = int(os.environ.get("EVAL_SEEDS", "16"))
#: Not the seeds that the fingerprint was tuned on (0 to 15).
FIRST_SEED = 100
EXTRUDERS = 36
#: When people look at a new malfunction: so long after it was detected.
LOOK_MS = 120_000
#: Repairs come sooner or later than the simulator's usual, by these factors.
LENGTHS = (0.6, 1.6)


@dataclass(frozen=True)
class Event:
    """A fault that was found, by its name: its fingerprint whole, and when people first look."""

    fault: str
    whole: bytes
    first: bytes


@dataclass(frozen=True)
class Fault:
    """A fault to be had by an extruder, and how long until its repair."""

    name: str
    minutes: float


def faults_of(seed: int) -> dict[int, Fault]:
    """Every fault once, by extruder. Neither the extruder nor the length tells which it is."""
    rng = np.random.default_rng(seed)
    free = [int(e) + 1 for e in rng.permutation(EXTRUDERS)]
    given: dict[int, Fault] = {}
    for name, kind in FAULTS.items():
        extruder = next(e for e in free if name in faults_for(first_product(e)))
        free.remove(extruder)
        given[extruder] = Fault(name, kind.minutes * float(rng.uniform(*LENGTHS)))
    return given


def events_of(seed: int) -> list[Event]:
    """What was found of `faults_of`; faults that were not found are left out."""
    with tempfile.TemporaryDirectory() as folder:
        plant = Simulator(EXTRUDERS, seed, START_MS, Path(folder), 0, None)
        faults = faults_of(seed)
        monitor = Monitor(plant.catalogue(), Terms())
        names = tuple(s.name for s in plant.catalogue().extruders[0].signals)
        healthy = HEALTHY_S + seed * 37 % SPREAD_S
        longest = round(max(fault.minutes for fault in faults.values()) * 60)
        kept: dict[int, list[Row]] = {e: [] for e in faults}
        found: dict[str, Malfunction] = {}
        for second, (rows, _) in enumerate(watch(plant, healthy + longest + AFTER_S, monitor), 1):
            for extruder, of_it in kept.items():
                of_it.append(rows[extruder - 1])
            if second == healthy:
                for extruder, fault in faults.items():
                    plant.begin_fault(extruder, fault.name, fault.minutes)
            found |= {one.id: one for one in monitor.findings().malfunctions}
    begun = START_MS + healthy * 1000
    return [
        _event(fault.name, one, kept[extruder], names)
        for extruder, fault in faults.items()
        if (one := _first_of(found, extruder, begun, fault)) is not None
    ]


def _first_of(
    found: dict[str, Malfunction], extruder: int, begun: int, fault: Fault
) -> Malfunction | None:
    ended = begun + round(fault.minutes * 60_000) + 60_000
    mine = [m for m in found.values() if m.extruder == extruder and begun <= m.detected <= ended]
    return min(mine, key=lambda m: m.detected, default=None)


def _event(fault: str, one: Malfunction, rows: list[Row], names: tuple[str, ...]) -> Event:
    """What data.journal.prints makes of its frame, and of the readings so far."""
    ended = one.ended or rows[-1].ts
    framed = [r for r in rows if one.onset - AROUND_MS <= r.ts < ended + AROUND_MS]
    prints = []
    for until in (ended, min(ended, one.detected + LOOK_MS)):
        made = fingerprint.of_rows(names, [r for r in framed if r.ts < until], one.onset, until)
        prints.append(fingerprint.pack(made) if made else b"")
    return Event(fault, *prints)


def distances(events: list[Event], queries: list[bytes]) -> np.ndarray:
    """Distance of each query's nearest fingerprints: (query, event), 9 where there is none."""
    others = [event.whole for event in events]
    found = np.full((len(queries), len(events)), 9.0)
    for row, query in enumerate(queries):
        mine = fingerprint.unpack(query)
        if mine is not None and fingerprint.shows(mine):
            found[row] = np.nan_to_num(fingerprint.distances(mine, others), nan=9.0)
    np.fill_diagonal(found, 9.0)
    return found


def report(name: str, faults: np.ndarray, apart: np.ndarray) -> None:
    same = faults[:, None] == faults[None]
    nearest = np.argsort(apart, axis=1)[:, :3]
    hits = np.take_along_axis(same, nearest, axis=1)
    chance = float((same.sum(axis=1) - 1).mean() / (len(faults) - 1))
    similar = apart.min(axis=1) <= SIMILAR
    alone = np.where(same, 9.0, apart).min(axis=1) <= SIMILAR
    print(
        f"{name}: same fault in top 1 {100 * hits[:, 0].mean():.1f} %, of the top 3"
        f" {100 * hits.mean():.1f} % (chance {100 * chance:.1f} %:"
        f" {hits[:, 0].mean() / chance:.0f} × and {hits.mean() / chance:.0f} ×)"
    )
    print(
        f"  called similar (≤ {SIMILAR}): {100 * similar.mean():.0f} % of events, of these right"
        f" {100 * hits[similar, 0].mean():.1f} %; wrongly where the fault never was before"
        f" {100 * alone.mean():.1f} %"
    )
    worst = {f: hits[faults == f, 0].mean() for f in dict.fromkeys(faults)}
    print("  top 1 by fault:", ", ".join(f"{f} {100 * p:.0f}" for f, p in worst.items()))


def search_ms(events: list[Event]) -> float:
    """Milliseconds to search as many as a question does, the best of five."""
    many = (MOST_SEARCHED // len(events) + 1) * [event.whole for event in events]
    mine = fingerprint.unpack(events[0].whole)
    assert mine is not None
    took = []
    for _ in range(5):
        began = time.perf_counter()
        fingerprint.distances(mine, many[:MOST_SEARCHED])
        took.append(time.perf_counter() - began)
    return 1000 * min(took)


def run() -> None:
    """Frames of faults, searched."""
    began = time.monotonic()
    seeds = range(FIRST_SEED, FIRST_SEED + SEEDS)
    with Pool(2) as pool:
        found = [e for es in tqdm(pool.imap(events_of, seeds), total=SEEDS) for e in es]
    faults = np.array([event.fault for event in found])
    print(f"{len(found)} of {SEEDS * len(FAULTS)} faults found, {len(found[0].whole)} B each")
    report("whole event", faults, distances(found, [event.whole for event in found]))
    report("just detected", faults, distances(found, [event.first for event in found]))
    print(f"search of {MOST_SEARCHED} fingerprints: {search_ms(found):.0f} ms")
    print(f"took {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    run()
