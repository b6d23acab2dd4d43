"""How well malfunctions are found: the simulator's ground truth, and recorded sets.

`EVAL_SEEDS` (20) and `EVAL_DAYS` (30 plants of 8 for a day) shorten it for a try.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from tqdm import tqdm

from benchmarks import recorded_detection
from data.alarms.events import Condition, Kind
from data.ingest.simulator import Simulator
from data.ingest.simulator.faults import FAULTS, faults_for
from data.ingest.simulator.recipes import first_product
from data.malfunctions.malfunction import Malfunction
from data.monitor.findings import Terms
from data.monitor.monitor import Monitor
from data.windows import Row

SEEDS = int(os.environ.get("EVAL_SEEDS", "20"))
PLANT_DAYS = int(os.environ.get("EVAL_DAYS", "30"))
EXTRUDERS_PER_PLANT = 8
START_MS = 1_700_000_000_000
#: Healthy seconds before the fault: half an hour and up to ten minutes more, by seed.
HEALTHY_S, SPREAD_S, AFTER_S = 1800, 600, 1800
#: A malfunction still counts as the fault's this long after its repair: the line recovers.
RECOVERY_MS = 15 * 60_000
#: Faults whose onset takes longer than a few minutes: where limits come late.
SLOW = ("screen_clogging", "thermocouple_drift", "gearbox_overheating", "screw_wear")
SECOND_LIMITS = {Condition.HH, Condition.LL}


@dataclass(frozen=True)
class Case:
    """One fault on one extruder: what was found, and when the first HH or LL alarm came."""

    fault: str
    begun: int
    ended: int
    found: tuple[Malfunction, ...]
    first: tuple[str, ...]
    second_limit: int | None

    @property
    def hit(self) -> Malfunction | None:
        within = [m for m in self.found if self.begun <= m.detected <= self.ended]
        return min(within, key=lambda m: m.detected) if within else None

    @property
    def false(self) -> int:
        return sum(not self.begun <= m.detected <= self.ended + RECOVERY_MS for m in self.found)


def extruder_for(seed: int, number: int, fault: str) -> int:
    """An extruder of its own for every fault; which product it makes turns with the seed."""
    offsets = [(seed + number + turn) % 3 for turn in range(3)]
    candidates = [3 * number + 1 + offset for offset in offsets]
    return next(e for e in candidates if fault in faults_for(first_product(e)))


def watch(plant: Simulator, seconds: int, monitor: Monitor) -> Iterator[tuple[list[Row], Monitor]]:
    for rows in plant.simulate(seconds):
        monitor.take(rows)
        yield rows, monitor


def run_seed(seed: int) -> list[Case]:
    """Every fault once, each on an extruder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        plant = Simulator(3 * len(FAULTS), seed, START_MS, Path(folder), 0, None)
        faults = {f: extruder_for(seed, n, f) for n, f in enumerate(FAULTS)}
        monitor = Monitor(plant.catalogue(), Terms())
        healthy = HEALTHY_S + seed * 37 % SPREAD_S
        longest = round(max(kind.minutes for kind in FAULTS.values()) * 60)
        found: dict[str, Malfunction] = {}
        first: dict[str, str] = {}
        limits: dict[int, int] = {}
        for second, _ in enumerate(watch(plant, healthy + longest + AFTER_S, monitor), 1):
            if second == healthy:
                for fault, extruder in faults.items():
                    plant.begin_fault(extruder, fault)
            new = monitor.findings()
            for one in new.malfunctions:
                found[one.id] = one
                first.setdefault(one.id, one.cause)
            for event in new.events:
                late = event.kind is Kind.ACTIVE and event.key.condition in SECOND_LIMITS
                if late and event.ts > START_MS + healthy * 1000:
                    limits.setdefault(event.key.extruder, event.ts)
    begun = START_MS + healthy * 1000
    return [_case(f, e, begun, found, first, limits) for f, e in faults.items()]


def _case(
    fault: str,
    extruder: int,
    begun: int,
    found: dict[str, Malfunction],
    first: dict[str, str],
    limits: dict[int, int],
) -> Case:
    mine = tuple(one for one in found.values() if one.extruder == extruder)
    ended = begun + round(FAULTS[fault].minutes * 60_000) + 60_000
    limit = limits.get(extruder)
    within = limit if limit is not None and limit <= ended else None
    return Case(fault, begun, ended, mine, tuple(first[one.id] for one in mine), within)


def run_healthy(seed: int) -> tuple[int, int, list[str]]:
    """A day of 40 extruders without faults, changeovers included: extruders, malfunctions."""
    with tempfile.TemporaryDirectory() as folder:
        plants = 5
        plant = Simulator(plants * EXTRUDERS_PER_PLANT, seed, START_MS, Path(folder), 0, None)
        monitor = Monitor(plant.catalogue(), Terms())
        found: dict[str, str] = {}
        for _ in watch(plant, 86_400, monitor):
            found |= {one.id: one.cause for one in monitor.findings().malfunctions}
    return plants * EXTRUDERS_PER_PLANT, len(found), list(found.values())


def report(cases: list[Case]) -> None:
    print("fault                  found   delay  HH/LL alarm  ratio  onset off  top 1  top 3")
    for fault in FAULTS:
        print(_line(fault, [case for case in cases if case.fault == fault]))
    hits = [case for case in cases if case.hit]
    slow = [case for case in hits if case.fault in SLOW]
    print(
        f"all: {len(hits)}/{len(cases)} found ({100 * len(hits) / len(cases):.1f} %),"
        f" cause in top 1 {_share(hits, 1):.1f} %, in top 3 {_share(hits, 3):.1f} %,"
        f" named right at once {100 * np.mean([_first(c) == c.fault for c in hits]):.1f} %,"
        f" other malfunctions on these lines {sum(case.false for case in cases)}"
    )
    ratios = [_limit_minutes(case) / _delay(case) for case in slow]
    print(f"slow faults: median delay {np.median(ratios):.1f} × shorter than the HH/LL alarm's")


def _line(fault: str, cases: list[Case]) -> str:
    hits = [case for case in cases if case.hit]
    delays = [_delay(case) for case in hits]
    limits = [case for case in hits if case.second_limit is not None]
    never = "" if len(limits) == len(hits) else f" ({len(hits) - len(limits)} never)"
    off = [abs(case.hit.onset - case.begun) / 60_000 for case in hits if case.hit]
    late = np.median([_limit_minutes(case) for case in hits])
    return (
        f"{fault:22} {len(hits):2}/{len(cases):2} {np.median(delays):6.2f}  {late:7.1f}{never:11}"
        f" {late / np.median(delays):5.1f} {np.median(off):8.1f}  {_share(hits, 1):5.0f}"
        f"  {_share(hits, 3):5.0f}"
    )


def _delay(case: Case) -> float:
    assert case.hit is not None
    return (case.hit.detected - case.begun) / 60_000


def _limit_minutes(case: Case) -> float:
    """Minutes to the HH or LL alarm; where it never came, the length of the fault."""
    return ((case.second_limit or case.ended) - case.begun) / 60_000


def _share(hits: list[Case], top: int) -> float:
    right = [c.fault in [one.cause for one in c.hit.causes[:top]] for c in hits if c.hit]
    return 100 * float(np.mean(right))


def _first(case: Case) -> str:
    return next(f for m, f in zip(case.found, case.first, strict=True) if m is case.hit)


def run() -> None:
    """Faults, healthy days, recorded sets."""
    started = time.monotonic()
    with Pool() as pool:
        seeds = tqdm(pool.imap(run_seed, range(1, SEEDS + 1)), total=SEEDS, desc="faults")
        report([case for cases in seeds for case in cases])
        rounds = max(1, PLANT_DAYS // 5)
        days = tqdm(pool.imap(run_healthy, range(101, 101 + rounds)), total=rounds, desc="healthy")
        totals = list(days)
    extruders = sum(one[0] for one in totals)
    false = sum(one[1] for one in totals)
    print(
        f"healthy: {false} malfunctions in {extruders} extruder-days"
        f" ({extruders // EXTRUDERS_PER_PLANT} plant-days), {false / extruders:.4f} per"
        f" extruder-day {[cause for one in totals for cause in one[2]] or ''}"
    )
    recorded_detection.run()
    print(f"took {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    run()
