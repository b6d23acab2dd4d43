"""All configured sources of this process: each with its spool, fed in threads of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

from msgspec.structs import replace

from data.errors import MeltwatchError, SettingError, StoreError
from data.ingest.backlog import Backlog
from data.ingest.checks import Checks
from data.ingest.clock import now_ms
from data.ingest.feed import feed
from data.ingest.sources.config import Configured
from data.ingest.sources.live import Live
from data.ingest.sources.places import Places
from data.ingest.spool import Spool
from data.masking import masked
from data.telemetry import TelemetryStore
from data.window_cache.source_state import Condition, MappedTo, SourceState
from data.window_cache.spool_state import SpoolState

log = logging.getLogger(__name__)

#: A source whose extruders the store refuses is tried again after so long, s.
AGAIN_S = 30.0
#: So much of its spool may be full before its senders are asked to wait.
_CROWDED = 0.9


class Running:
    """One configured source, its backlog and its state. `close` it after its thread has ended.

    `newest` says of extruders the time of their newest reading in the store. Raises SettingError
    if another process uses its folder, MappingError if it is damaged.
    """

    def __init__(
        self,
        configured: Configured,
        var_dir: Path,
        max_bytes: int,
        newest: Callable[[Sequence[int]], Mapping[int, int]],
    ) -> None:
        self.configured, self._stop = configured, Event()
        places = Places(
            var_dir / "sources" / configured.name / "known.json", configured.first_extruder
        )
        places.declare(configured.mapped)
        self._spool = Spool(var_dir / "spool" / configured.name, max_bytes)
        self.backlog = Backlog(self._spool)
        self.live = Live(
            configured.name,
            configured.source,
            places,
            Checks(places.catalogue, configured.checks),
            configured.align_ms,
            dict.fromkeys(places.ids, self._spool.newest_ts) | dict(newest(places.ids)),
            self._is_crowded,
        )

    def feed(self, connect: Callable[[], TelemetryStore], over: Event) -> None:
        """Feed the store until `over` is set. A thread's edge: it tries again whatever happens."""
        while not over.is_set():
            self._stop = Event()
            try:
                feed(self.live, connect, self._stop, self.backlog, at_once=True)
            except MeltwatchError as error:
                self._failed(masked(str(error)))
            except Exception as error:
                log.exception("%s", self.live.name)
                self._failed(f"{type(error).__name__}: {error}")
            else:
                return
            over.wait(AGAIN_S)

    def stop(self) -> None:
        """End the feeding that goes on now."""
        self._stop.set()

    def close(self) -> None:
        """Let another process have the spool."""
        self._spool.close()

    def state(self, now: int) -> SourceState:
        """For screens and metrics."""
        state = self.live.tally.state(
            self.live.name, self.configured.kind, now, self.backlog.state()
        )
        condition, since = self._condition(now)
        # What was on its way when it was mapped has been counted as unmapped since.
        unmapped = [one for one in state.unmapped if self.live.places.get(one.address) is None]
        return replace(
            state,
            condition=condition,
            since_ms=since,
            address=masked(self.live.kind.address),
            extruders=self.live.places.ids,
            unmapped=tuple(unmapped),
            findings=self.live.checks.findings(),
            mapped=self._mapped(),
        )

    def _condition(self, now: int) -> tuple[Condition, int]:
        """RECEIVING becomes SILENT by the clock."""
        tally = self.live.tally
        heard = max(tally.since, tally.heard_ms)
        silent = heard + int(self.configured.silent_after_s * 1000)
        if tally.condition == Condition.RECEIVING and now > silent:
            return Condition.SILENT, heard
        return tally.condition, tally.since

    def _mapped(self) -> tuple[MappedTo, ...]:
        catalogue = self.live.catalogue()
        names = {one.id: one.signals for one in catalogue.extruders}
        places = {address: self.live.places.get(address) for address in self.live.addresses()}
        return tuple(
            MappedTo(
                address,
                place.extruder,
                names[place.extruder][place.slot].name,
                self.live.places.is_by_hand(address),
            )
            for address, place in places.items()
            if place and place.extruder in names
        )

    def _is_crowded(self) -> bool:
        state = self.backlog.state()
        return bool(state.limit_bytes) and state.bytes > _CROWDED * state.limit_bytes

    def _failed(self, why: str) -> None:
        log.error("%s: %s; trying again in %d s", self.live.name, why, AGAIN_S)
        self.live.tally.becomes(Condition.FAILED, why, now_ms())


def refuse_shared_extruders(running: Iterable[Running]) -> None:
    """Raises SettingError if two sources have an extruder of the same number."""
    owners: dict[int, str] = {}
    for one in running:
        for number in one.live.places.ids:
            other = owners.setdefault(number, one.live.name)
            if other != one.live.name:
                told = f"extruder numbers that {other} does not have: set first_extruder"
                raise SettingError("SOURCES", f"{one.live.name}: {number}", told)


def run_all(running: Sequence[Running], connect: Callable[[], TelemetryStore], over: Event) -> None:
    """Feed the store from all sources until `over` is set, or all have ended."""
    threads = [
        Thread(target=one.feed, args=(connect, over), name=f"feed {one.live.name}")
        for one in running
    ]
    for thread in threads:
        thread.start()
    while alive := [thread for thread in threads if thread.is_alive()]:
        if over.is_set():
            for one in running:
                one.stop()
        alive[0].join(0.2)


def newest_stored(connect: Callable[[], TelemetryStore], numbers: Iterable[int]) -> dict[int, int]:
    """By extruder, the time of its newest reading in the store; nothing while that is away."""
    try:
        with closing(connect()) as store:
            return {number: store.last_ts(number) or 0 for number in numbers}
    except StoreError as error:
        log.warning("%s; what sources missed is asked for from the spool's newest reading", error)
        return {}


def together(states: Iterable[SpoolState]) -> SpoolState:
    """All spools as one, for those who watch them together."""
    some = list(states)
    oldest = [one.oldest_ms for one in some if one.oldest_ms is not None]
    return SpoolState(
        rows=sum(one.rows for one in some),
        bytes=sum(one.bytes for one in some),
        oldest_ms=min(oldest, default=None),
        dropped_rows=sum(one.dropped_rows for one in some),
        limit_bytes=sum(one.limit_bytes for one in some),
        memory_rows=sum(one.memory_rows for one in some),
        refused=next((one.refused for one in some if one.refused), ""),
    )
