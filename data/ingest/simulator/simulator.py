"""The simulated plant as a source of readings: a full recent past, then one row per second."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import numpy as np

from data.extruders import Catalogue
from data.ingest.simulator import plant
from data.ingest.simulator.commands import (
    Command,
    announce,
    check_possible,
    take_commands,
)
from data.ingest.simulator.effects import effects_of
from data.ingest.simulator.faults import FAULTS, FaultBoard, faults_for, pick_zone
from data.ingest.simulator.ground_truth import END, ONSET, GroundTruth
from data.ingest.simulator.physics import Plant
from data.ingest.simulator.recipes import first_product
from data.ingest.simulator.schedule import ChangeoverSchedule, FaultSchedule
from data.windows import Row

log = logging.getLogger(__name__)

SECOND_MS = 1000
BATCH_ROWS = 5000
#: Mean hours between scheduled faults of one extruder, unless others are asked for.
FAULT_EVERY_H = 3.0


class Simulator:
    """A plant of n extruders; the same seed and start give the same bytes.

    `start_ts_ms` (ms since the epoch) is the end of the backfill: the simulation begins
    `backfill_s` seconds before it. `fault_every_h` is the mean time between scheduled faults on
    one extruder, None for none; faults on request work either way.
    """

    name = "simulator"

    def __init__(
        self,
        extruders: int,
        seed: int,
        start_ts_ms: int,
        var_dir: Path,
        backfill_s: int = 900,
        fault_every_h: float | None = FAULT_EVERY_H,
    ) -> None:
        self._catalogue = plant.catalogue(extruders)
        self._var_dir, self._backfill_s = var_dir, backfill_s
        self._start_s = start_ts_ms // SECOND_MS - backfill_s
        self._now_s = 0
        self._plant = Plant(extruders, np.random.default_rng([seed, 0]))
        self._zone_rng = np.random.default_rng([seed, 3])
        self._faults = FaultBoard(extruders)
        self._schedule = FaultSchedule(extruders, seed, fault_every_h)
        self._changeovers = ChangeoverSchedule(extruders, seed)
        self._truth = GroundTruth(var_dir)
        self._origins: dict[tuple[int, str], str] = {}
        self._possible = {
            number: faults_for(first_product(number)) for number in range(1, extruders + 1)
        }

    def catalogue(self) -> Catalogue:
        """The simulated extruders."""
        return self._catalogue

    def stream(self, stop: Event) -> Iterator[Sequence[Row]]:
        """The backfill in batches of at most 5,000 rows, then a batch per second of the clock."""
        announce(self._var_dir, self._possible)
        yield from self._backfill(stop)
        while not self._wait_for_next(stop):
            yield self._live_second()

    def simulate(self, seconds: int) -> Iterator[list[Row]]:
        """The next seconds without waiting for the clock: one row per extruder in each."""
        for _ in range(seconds):
            yield self._live_second()

    def begin_fault(self, extruder: int, fault: str, minutes: float | None = None) -> None:
        """Let a fault begin in the next second, as a command does; same errors."""
        command = Command(extruder, fault, minutes)
        check_possible(command, self._possible)
        self._obey(command)

    def _backfill(self, stop: Event) -> Iterator[list[Row]]:
        # Requests are for now, so the past does not look for them.
        batch: list[Row] = []
        for _ in range(self._backfill_s):
            if stop.is_set():
                return
            rows = self._second()
            if len(batch) + len(rows) > BATCH_ROWS and batch:
                yield batch
                batch = []
            batch.extend(rows)
        if batch:
            yield batch

    def _wait_for_next(self, stop: Event) -> bool:
        """Wait until the next second has come; whether to stop. Never waits when late."""
        until = self._start_s + self._now_s + 1 - time.time()
        return stop.wait(max(0.0, until))

    def _live_second(self) -> list[Row]:
        for command in take_commands(self._var_dir, self._possible):
            self._obey(command)
        return self._second()

    def _second(self) -> list[Row]:
        """Let a second pass and read all extruders at its end."""
        self._follow_schedules()
        self._plant.step(effects_of(self._faults, self._now_s))
        self._now_s += 1
        for row, fault in self._faults.repaired(self._now_s):
            self._note(END, row + 1, fault)
        values, quality = self._plant.values, self._plant.quality
        ts = self._ts()
        return [Row(ts, row + 1, values[row], quality[row]) for row in range(len(values))]

    def _follow_schedules(self) -> None:
        calm = self._plant.jobs.in_production & ~self._faults.active(self._now_s).any(axis=1)
        for row in self._changeovers.due(self._now_s, calm):
            self._plant.jobs.change_product(row)
        # A line that has just begun a changeover is in production no more.
        for planned in self._schedule.due(self._now_s, calm & self._plant.jobs.in_production):
            self._begin(planned.row, planned.fault, planned.minutes, planned.zone, "schedule")

    def _obey(self, command: Command) -> None:
        row, minutes = command.extruder - 1, command.minutes or FAULTS[command.fault].minutes
        zone = pick_zone(command.fault, self._zone_rng)
        self._begin(row, command.fault, minutes, zone, "command")

    def _begin(self, row: int, fault: str, minutes: float, zone: int, origin: str) -> None:
        if (row + 1, fault) in self._origins:
            log.warning("extruder %d has %s already", row + 1, fault)
            return
        self._faults.begin(row, fault, self._now_s, minutes, zone)
        self._origins[row + 1, fault] = origin
        self._note(ONSET, row + 1, fault)

    def _note(self, event: str, extruder: int, fault: str) -> None:
        origin = self._origins[extruder, fault]
        if event == END:
            del self._origins[extruder, fault]
        self._truth.note(self._ts(), event, extruder, fault, origin)

    def _ts(self) -> int:
        """Time of the newest readings in ms."""
        return (self._start_s + self._now_s) * SECOND_MS
