"""From a source into the store: what the source delivered is kept until the store took it.

**What is promised.** A row that a live source delivered is in the store, or on disk, 2 s later at
most (SPILL_AFTER_S, CHECK_S and one fsync), whatever the store does, and from then on it reaches
the store in the order of delivery, whoever is killed. It is lost only

- within these 2 s, if the process is killed (the simulator then makes the seconds up again);
- when SPOOL_MB are full: the oldest go; or when the disk is full too, and memory: counted, told.

A source that can wait (a recording) is held back instead, and nothing of it is on disk twice.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from threading import Event

from data.errors import StoreError
from data.extruders import Catalogue, catalogue_to_dict
from data.ingest import Delivery, Source
from data.ingest.backlog import Backlog
from data.telemetry import TelemetryStore
from data.windows import Row

log = logging.getLogger(__name__)

#: Waits between tries while the store refuses: doubled from the first to the last, s.
FIRST_WAIT_S, LAST_WAIT_S = 0.25, 5.0
#: How often it is looked at what has waited for too long, s.
CHECK_S = 0.5


def feed(
    source: Source,
    connect: Callable[[], TelemetryStore],
    stop: Event,
    backlog: Backlog,
    at_once: bool = False,
) -> None:
    """Store what the source delivers until it ends or `stop` is set; `stop` is set at the end.

    The store is used in the caller's thread, the source in another. While the store is away, the
    source is read only if the store has accepted the same catalogue before, or `at_once`: it keeps
    the slots of its signals by itself. Raises StoreError if it refuses the catalogue for good, and
    whatever the source raises, once all before is stored.
    """
    target = _Target(source, connect, backlog)
    try:
        if at_once or target.is_known or retry(target.store, stop, backlog):
            _run(source, target, stop, backlog)
    finally:
        target.close()


def retry(action: Callable[[], object], stop: Event, backlog: Backlog) -> bool:
    """Repeat `action` while the store refuses; False if stopped before it succeeded.

    An outage is logged once. Raises the StoreError that repeating cannot help.
    """
    wait, failures = FIRST_WAIT_S, 0
    while True:
        try:
            action()
        except StoreError as error:
            if not error.retryable:
                raise
            failures, backlog.refused = failures + 1, str(error)
            if failures == 1:
                log.warning("%s; trying again until it works", error)
        else:
            backlog.refused = ""
            if failures:
                log.info("the store works again after %d failed tries", failures)
            return True
        if stop.wait(wait):
            return False
        wait = min(2 * wait, LAST_WAIT_S)


class _Target:
    """The store, once it is there and has the source's catalogue."""

    def __init__(
        self, source: Source, connect: Callable[[], TelemetryStore], backlog: Backlog
    ) -> None:
        self._source, self._connect, self._spool = source, connect, backlog.spool
        self._store: TelemetryStore | None = None
        self._put: Catalogue | None = None
        self.began = 0.0

    @property
    def is_known(self) -> bool:
        """Whether the spool's rows are of this catalogue; else their slots could mean others."""
        return self._spool is not None and self._spool.accepted() == _digest(
            self._source.catalogue()
        )

    def store(self) -> TelemetryStore:
        """Open the store and put the catalogue whenever it has changed. Raises StoreError."""
        if self._store is None:
            self._store = self._connect()
        catalogue = self._source.catalogue()
        if catalogue is not self._put and catalogue.extruders:
            self._store.put_catalogue(catalogue, self._source.name, "as delivered", complete=True)
            self._put = catalogue
            if self._spool:
                self._spool.accept(_digest(catalogue))
        return self._store

    def append(self, rows: Sequence[Row]) -> None:
        """See TelemetryStore.append; `began` is when it was tried last."""
        self.began = time.monotonic()
        self.store().append(rows)

    def close(self) -> None:
        """Release the store."""
        if self._store is not None:
            self._store.close()


def _digest(catalogue: Catalogue) -> str:
    told = json.dumps(catalogue_to_dict(catalogue), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _run(source: Source, target: _Target, stop: Event, backlog: Backlog) -> None:
    over = Event()
    with ThreadPoolExecutor(2, "ingest") as pool:
        reading = pool.submit(_read, source, stop, backlog)
        keeping = pool.submit(_keep, backlog, over)
        keeping.add_done_callback(lambda _: stop.set())  # nothing is safe without it: start anew
        try:
            _write(target, stop, backlog)
        finally:
            stop.set()
            backlog.end()
            wait([reading])
            over.set()
            wait([keeping])
            backlog.close()
    for part in (keeping, reading):
        part.result()


def _read(source: Source, stop: Event, backlog: Backlog) -> None:
    try:
        for batch in source.stream(stop):
            if batch or isinstance(batch, Delivery):
                backlog.put(batch)
    finally:
        backlog.end()


def _keep(backlog: Backlog, over: Event) -> None:
    while not over.wait(CHECK_S):
        backlog.spill()


def _write(target: _Target, stop: Event, backlog: Backlog) -> None:
    """Store until the source has ended; what is on disk when `stop` is set stays there."""
    drained, began = 0, 0.0
    while not (stop.is_set() and backlog.on_disk):
        spooled = backlog.on_disk
        piece = backlog.take()
        if piece is None or not retry(partial(target.append, piece.rows), stop, backlog):
            return
        backlog.done(piece.number)
        if spooled:
            drained, began = drained + len(piece.rows), began or target.began
        if drained and not backlog.on_disk:
            took = time.monotonic() - began
            rate = drained / max(took, 0.001)
            log.info("stored %d rows from disk in %.1f s (%.0f/s)", drained, took, rate)
            drained, began = 0, 0.0
