"""What was published, as readings on the desk; set values and tolerances as limits."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterable
from typing import NamedTuple

from asyncua import ua

from data.extruders import JOB_STATUS
from data.ingest.clock import now_ms
from data.ingest.opcua.extruders import Extruders, Told
from data.ingest.opcua.job_codes import job_code
from data.ingest.opcua.repeats import Repeats
from data.ingest.opcua.status import is_bad, is_gone, is_overflow, quality_of
from data.ingest.opcua.wire import Sample
from data.ingest.sources import Desk, Reading
from data.quality import Quality

#: Limits that change are told after so long without a further change, but at least so often, s.
SETTLED_S, AT_LEAST_S = 2.0, 20.0


class Watched(NamedTuple):
    """What a monitored item is for: readings of an address, or a part of a signal's limits."""

    address: str
    node: ua.NodeId
    is_job: bool = False
    limits: Told | None = None
    part: str = ""


def watched_for_limits(extruders: Extruders) -> list[Watched]:
    """The set values and tolerances of all signals."""
    return [
        Watched(one.address, one.measured.about[part], limits=one, part=part)
        for one in extruders.signals()
        for part in one.parts
    ]


class DeskFeed:
    """Hands samples to a desk. `watched` is by handle; `gone` are handles to be watched anew."""

    def __init__(self, desk: Desk, extruders: Extruders, repeats: Repeats) -> None:
        self._desk, self._extruders, self._repeats = desk, extruders, repeats
        self.watched: dict[int, Watched] = {}
        self.gone: set[int] = set()
        self._changed_first = self._changed_last = 0.0

    def jobs(self) -> set[str]:
        """Addresses that were found to be job states."""
        return {one.address for one in self._extruders.signals() if one.signal.name == JOB_STATUS}

    async def take(self, samples: list[Sample]) -> None:
        """Hand in what was just published, and what has not changed."""
        readings = self.readings(samples, time.monotonic_ns() // 1_000_000)
        await self._hand_in(readings + self._unchanged())

    async def take_past(self, samples: list[Sample]) -> None:
        """Hand in what the server remembers."""
        await self._hand_in(self.readings(samples, None))

    def forget(self, handles: Iterable[int]) -> None:
        """These items are dead."""
        for handle in handles:
            self.watched.pop(handle, None)
        self._repeats.forget(handles)

    async def _hand_in(self, readings: list[Reading]) -> None:
        """Waits in a thread of its own while too much is under way."""
        if not readings:
            return
        if self._desk.is_full:
            await asyncio.get_running_loop().run_in_executor(None, self._desk.take, readings)
        else:
            self._desk.take(readings)

    def readings(self, samples: Iterable[Sample], heard: int | None) -> list[Reading]:
        """The readings among them; the rest is taken as limits, or rejected. `heard` is when, by a
        clock in ms, or None for what is past.
        """
        readings: list[Reading] = []
        now = now_ms()
        watched = self.watched
        for handle, ms, value, status, odd in samples:
            one = watched.get(handle)
            if one is None:
                continue
            reading: Reading | None
            if status or odd or one.limits or one.is_job:
                reading = self._special(one, Sample(handle, ms or now, value, status, odd))
                if reading is None:
                    continue
            else:
                reading = Reading(one.address, ms or now, value, Quality.GOOD)
            readings.append(reading)
            if heard is not None:
                self._repeats.heard(handle, reading.ts, reading.value, reading.quality, heard)
        return readings

    def _unchanged(self) -> list[Reading]:
        due = self._repeats.due(time.monotonic_ns() // 1_000_000)
        return [Reading(self.watched[handle].address, *rest) for handle, rest in due]

    def offer_changed(self) -> None:
        """Tell limits that have changed and settled since."""
        now = time.monotonic()
        first, last = self._changed_first, self._changed_last
        if first and (now - last > SETTLED_S or now - first > AT_LEAST_S):
            self._changed_first = 0.0
            self._desk.offer(self._extruders.found())

    def _special(self, one: Watched, sample: Sample) -> Reading | None:
        status = sample.status
        if is_overflow(status):
            told = "the server's queue ran over: readings are lost there (queue_size)"
            self._desk.reject(told, one.address)
        if is_gone(status):
            self.gone.add(sample.handle)
        if one.limits:
            self._part(one.limits, one.part, sample)
            return None
        if sample.odd and not is_bad(status):
            self._desk.reject(f"no number but {sample.odd}", one.address)
            return None
        value = math.nan if is_bad(status) else sample.value
        value = job_code(value) if one.is_job else value
        return Reading(one.address, sample.ms, value, quality_of(status))

    def _part(self, told: Told, part: str, sample: Sample) -> None:
        value = sample.value
        if is_bad(sample.status) or not math.isfinite(value) or told.parts.get(part) == value:
            return
        told.parts[part] = float(value)
        self._changed_last = time.monotonic()
        self._changed_first = self._changed_first or self._changed_last
