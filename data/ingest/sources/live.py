"""A configured source as rows for the store: it is kept running, its readings become rows."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Condition as Changed
from threading import Event, Thread

from data.errors import MeltwatchError
from data.extruders import Catalogue
from data.ingest import Delivery
from data.ingest.checks import Checks
from data.ingest.clock import now_ms
from data.ingest.sources import Found, FoundSignal, Kind, Reading, SourceLost
from data.ingest.sources.assembler import Assembler
from data.ingest.sources.places import Places
from data.ingest.sources.tally import Tally
from data.masking import masked
from data.window_cache.source_state import Condition
from data.windows import Row

log = logging.getLogger(__name__)

#: So many readings may be under way between a source and the store.
MOST_UNDER_WAY = 200_000
#: A row waits for its other readings, s.
LINGER_S = 0.05
#: Between tries to reach a source: doubled from the first to the last, s.
FIRST_WAIT_S, LAST_WAIT_S = 0.5, 15.0

#: Readings or rows, and whom to tell when they are safe.
_Taken = tuple[Sequence[Reading], Sequence[Row], Callable[[], None] | None]


class Live:
    """A Source around a Kind, and the Desk that the Kind hands its readings to.

    `newest` is by extruder the time (ms) of the newest reading that is stored or on disk;
    `crowded` says whether too much waits for the store.
    """

    def __init__(
        self,
        name: str,
        kind: Kind,
        places: Places,
        checks: Checks,
        align_ms: int,
        newest: Mapping[int, int],
        crowded: Callable[[], bool],
    ) -> None:
        self.name, self.kind, self.places = name, kind, places
        self.tally = Tally(now_ms())
        self.checks = checks
        self._align_ms, self._newest, self._crowded = align_ms, dict(newest), crowded
        self._queue: Queue[_Taken] = Queue()
        self._under_way, self._room = 0, Changed()
        self._stop = Event()

    def catalogue(self) -> Catalogue:
        """See Source.catalogue."""
        return self.places.catalogue()

    def stream(self, stop: Event) -> Iterator[Sequence[Row]]:
        """See Source.stream."""
        self._stop = stop
        assembler = Assembler(self._align_ms, LINGER_S)
        with self._receiving(stop) as over:
            waiting: list[tuple[float, Callable[[], None]]] = []
            while not (over.is_set() and self._queue.empty()):
                rows = self._collect(assembler, waiting)
                now = time.monotonic()
                yield from self._batch(rows + assembler.due(now), waiting, now - LINGER_S)
            yield from self._batch(assembler.due(0, everything=True), waiting, math.inf)

    # The Desk.

    def connected(self, detail: str = "") -> None:
        """See Desk."""
        self.tally.becomes(Condition.RECEIVING, detail, now_ms())

    def take(self, readings: Sequence[Reading], kept: Callable[[], None] | None = None) -> None:
        """See Desk."""
        self._put((readings, (), kept))

    def take_rows(self, rows: Sequence[Row], kept: Callable[[], None] | None = None) -> None:
        """See Desk."""
        self._put(((), rows, kept))

    def offer(self, found: Iterable[Found]) -> None:
        """See Desk."""
        if self.places.offer(found):
            self._now_mapped()

    def describe(self, address: str, label: str, unit: str) -> None:
        """See Desk."""
        self.tally.describe(address, label, unit)

    def reject(self, reason: str, sample: str) -> None:
        """See Desk."""
        self.tally.reject(reason, sample, now_ms())

    def addresses(self) -> Sequence[str]:
        """See Desk."""
        return self.places.addresses

    def since(self, address: str) -> int:
        """See Desk."""
        place = self.places.get(address)
        return self._newest.get(place.extruder, 0) if place else 0

    @property
    def is_full(self) -> bool:
        """See Desk."""
        return self._under_way >= MOST_UNDER_WAY // 2 or self._crowded()

    def map(
        self, found: FoundSignal, extruder: int | None, name: str, taken: Collection[int]
    ) -> int:
        """See Places.map."""
        number = self.places.map(found, extruder, name, taken)
        self._now_mapped()
        return number

    def _now_mapped(self) -> None:
        for address in self.places.addresses:
            self.tally.is_mapped(address)

    def _put(self, taken: _Taken) -> None:
        with self._room:
            self._room.wait_for(lambda: self._under_way < MOST_UNDER_WAY or self._stop.is_set(), 60)
            self._under_way += _size(taken)
        self._queue.put(taken)

    @contextmanager
    def _receiving(self, stop: Event) -> Iterator[Event]:
        """The kind in a thread of its own; the event is set when it will hand in no more."""
        over = Event()
        thread = Thread(target=self._receive, args=(stop, over), name=self.name, daemon=True)
        thread.start()
        try:
            yield over
        finally:
            stop.set()
            thread.join(10)

    def _receive(self, stop: Event, over: Event) -> None:
        wait = FIRST_WAIT_S
        try:
            while not stop.is_set():
                began = time.monotonic()
                if self._received(stop):
                    return
                wait = FIRST_WAIT_S if time.monotonic() - began > LAST_WAIT_S else wait
                stop.wait(wait)
                wait = min(2 * wait, LAST_WAIT_S)
        finally:
            over.set()

    def _received(self, stop: Event) -> bool:
        """Whether it is over. A thread's edge: whatever a kind raises, it is tried again."""
        try:
            self.kind.receive(self, stop)
        except SourceLost as error:
            self._lost(Condition.LOST, str(error))
        except MeltwatchError as error:
            self._lost(Condition.FAILED, str(error))
        except Exception as error:
            log.exception("%s", self.name)
            self._lost(Condition.FAILED, f"{type(error).__name__}: {error}")
        else:
            self.tally.becomes(Condition.ENDED, "", now_ms())
            return True
        return False

    def _lost(self, condition: Condition, why: str) -> None:
        why = masked(why)
        if (self.tally.condition, self.tally.detail) != (condition, why):
            log.warning("%s: %s; trying again until it works", self.name, why)
        self.tally.becomes(condition, why, now_ms())

    def _collect(
        self, assembler: Assembler, waiting: list[tuple[float, Callable[[], None]]]
    ) -> list[Row]:
        """Take what has come, for at most LINGER_S; the whole rows among it."""
        rows: list[Row] = []
        until = time.monotonic() + LINGER_S
        with_time = LINGER_S
        while with_time > 0:
            try:
                taken = self._queue.get(timeout=with_time)
            except Empty:
                break
            self._arrived(taken, assembler)
            rows.extend(taken[1])
            if taken[2] is not None:
                waiting.append((time.monotonic(), taken[2]))
            with_time = until - time.monotonic()
        return rows

    def _arrived(self, taken: _Taken, assembler: Assembler) -> None:
        readings, rows, _ = taken
        with self._room:
            self._under_way -= _size(taken)
            self._room.notify_all()
        place_of, shapes, now = self.places.get, self.places.shapes, time.monotonic()
        lost = []
        for one in readings:
            place = place_of(one.address)
            if place is None:
                lost.append(one)
            else:
                assembler.add(one, place, shapes, now)
        self.tally.unmapped(lost)
        newest = max((*(r.ts for r in readings), *(r.ts for r in rows)), default=0)
        self.tally.took(_size(taken) - len(lost), newest, now_ms())

    def _batch(
        self,
        rows: list[Row],
        waiting: list[tuple[float, Callable[[], None]]],
        until: float,
    ) -> Iterator[Sequence[Row]]:
        """Rows, and whom to tell: of what came until then nothing is left in the assembler."""
        kept = [tell for since, tell in waiting if since <= until]
        del waiting[: len(kept)]
        arrived = now_ms()
        rows = [self.checks.row(row, arrived) for row in rows]
        for row in rows:
            self._newest[row.extruder] = max(row.ts, self._newest.get(row.extruder, 0))
        if kept:
            yield Delivery(rows, kept)
        elif rows:
            yield rows


def _size(taken: _Taken) -> int:
    readings, rows, _ = taken
    return len(readings) + sum(len(row.values) for row in rows)
