"""The spool: what it costs while the store works, and how fast ten minutes without it are made up.

50 extruders × 34 signals at 1 Hz, SQLite; each against plain appends of the same run.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event

from data.extruders import Catalogue
from data.ingest.backlog import BULK_ROWS, Backlog
from data.ingest.feed import feed
from data.ingest.simulator import Simulator
from data.ingest.spool import Spool
from data.telemetry import TelemetryStore, batches, open_store
from data.windows import Row

EXTRUDERS, SECONDS = 50, 600
#: So fast do seconds pass for a healthy store: slow enough that none waits for the one before.
PACE_S = 0.005
START_MS = 1_700_000_000_000

Batches = list[list[Row]]


class Delivering:
    """A source of given batches, one every PACE_S."""

    name = "bench"

    def __init__(self, catalogue: Catalogue, given: Sequence[Sequence[Row]]) -> None:
        self._catalogue, self._given = catalogue, given

    def catalogue(self) -> Catalogue:
        return self._catalogue

    def stream(self, stop: Event) -> Iterator[Sequence[Row]]:
        for batch in self._given:
            yield batch
            stop.wait(PACE_S)


def run() -> None:
    """Cost while the store works; size on disk and time to make up ten minutes without it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plant = Simulator(EXTRUDERS, 1, START_MS, folder, backfill_s=0)
        seconds = list(plant.simulate(SECONDS))
        _healthy(folder, plant.catalogue(), seconds)
        _outage(folder, plant.catalogue(), seconds)


def _healthy(folder: Path, catalogue: Catalogue, seconds: Batches) -> None:
    """CPU, since both spend most of their time waiting for the next second."""
    connect = partial(open_store, f"sqlite:///{folder / 'plain.sqlite'}")
    plain = _cpu(partial(_plain, connect, catalogue, seconds))
    connect = partial(open_store, f"sqlite:///{folder / 'fed.sqlite'}")
    with closing(Spool(folder / "idle", 512 << 20)) as spool:
        source = Delivering(catalogue, seconds)
        fed = _cpu(partial(feed, source, connect, Event(), Backlog(spool)))
        written = len(list((folder / "idle").glob("*.spool")))
    print(
        f"the store works: {1e3 * fed / SECONDS:.2f} ms CPU per second of the plant, without spool"
        f" and threads {1e3 * plain / SECONDS:.2f}: {fed / plain:.2f} ×; {written} files written"
    )


def _plain(connect: Callable[[], TelemetryStore], catalogue: Catalogue, seconds: Batches) -> None:
    with closing(connect()) as store:
        store.put_catalogue(catalogue, "bench", "as delivered", complete=True)
        for batch in Delivering(catalogue, seconds).stream(Event()):
            store.append(batch)


def _outage(folder: Path, catalogue: Catalogue, seconds: Batches) -> None:
    rows = SECONDS * EXTRUDERS
    with closing(Spool(folder / "spool", 512 << 20)) as spool:
        writing = _timed(partial(_spool, spool, seconds))
        size = spool.bytes
        connect = partial(open_store, f"sqlite:///{folder / 'drained.sqlite'}")
        connect().close()
        silent = Delivering(catalogue, [])
        draining = _timed(partial(feed, silent, connect, Event(), Backlog(spool)))
    bulk = list(batches([row for batch in seconds for row in batch], BULK_ROWS))
    plain = _appended(folder / "bulk.sqlite", bulk)
    print(
        f"{SECONDS // 60} min without the store: {size / 1e6:.1f} MB on disk, written in"
        f" {1e3 * writing / SECONDS:.2f} ms per second of the plant;\nmade up in {draining:.2f} s,"
        f" {rows / draining:,.0f} rows/s, {SECONDS / draining:.0f} × as fast as they came,"
        f" {draining / plain:.2f} × the time of plain appends"
    )


def _appended(path: Path, given: Batches) -> float:
    with closing(open_store(f"sqlite:///{path}")) as store:
        return _timed(lambda: [store.append(batch) for batch in given])


def _spool(spool: Spool, seconds: Batches) -> None:
    for number, batch in enumerate(seconds, 1):
        spool.append(number, 0, batch)


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    run()
