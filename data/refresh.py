"""One refresh: rows since the watermark, read once, laid into the windows in Redis."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from uuid import uuid4

from data.extruders import Catalogue
from data.rings import AHEAD_MS, Rings, missing
from data.roll_up import RollUp
from data.settings import Settings
from data.telemetry import TelemetryStore
from data.watch import Watch
from data.window_cache.writer import Commit, WindowWriter
from data.windows import Row

#: Rows of one commit. A plant of 1,000 extruders makes 1,000 a second.
BATCH_ROWS = 20_000
#: After so long a refresh leaves what is left to the next one; a job may take 10 s.
BATCHES_S = 2.0
#: Extruders rebuilt per commit, so that the lease is renewed often.
REBUILD_CHUNK = 25
#: A refresh builds so many missing rings by itself; more would take longer than a job may.
MOST_BUILT = 25

_NOTHING = Catalogue(0, ())


@dataclass(frozen=True)
class Marks:
    """Watermarks before and after a batch of rows, and the store's last seq."""

    before: int
    after: int
    last: int

    @staticmethod
    def of(rows: Sequence[Row], before: int, last: int) -> Marks:
        """Without a full batch there is nothing more up to `last`, for other shards at most."""
        newest = rows[-1].seq if rows else before
        return Marks(before, newest if len(rows) == BATCH_ROWS else max(newest, last), last)


@dataclass(frozen=True)
class Outcome:
    """What a refresh did: "done", "busy" (another holds the lease), "fenced" or "rebuild"
    (many windows are missing: the caller must rebuild), and the rows it took in."""

    result: str
    rows: int = 0


class Refresher:
    """Takes one shard's readings from the store to the windows; opens the store in each call."""

    def __init__(
        self,
        open_store: Callable[[], TelemetryStore],
        windows: WindowWriter,
        settings: Settings,
        watch: Watch,
        roll_up: RollUp,
    ) -> None:
        self._open_store, self._windows = open_store, windows
        self._watch, self._roll_up = watch, roll_up
        self._rings = Rings(windows, settings, watch.extras)

    def refresh(self) -> Outcome:
        """Take in all rows since the watermark. Raises StoreError, WindowsUnavailable."""
        token = uuid4().hex
        if not self._windows.take_lease(token):
            return Outcome("busy")
        try:
            with closing(self._open_store()) as store:
                return self._batches(store, token)
        finally:
            self._windows.release(token)

    def rebuild(self, progress: Callable[[int, int], None] = lambda _done, _all: None) -> Outcome:
        """Build the windows that are missing from the store, in chunks.

        Without a watermark these are all; it is set at the end and makes them valid.
        """
        token = uuid4().hex
        if not self._windows.take_lease(token):
            return Outcome("busy")
        try:
            with closing(self._open_store()) as store:
                return self._rebuild(store, token, progress)
        finally:
            self._windows.release(token)

    def _batches(self, store: TelemetryStore, token: str) -> Outcome:
        total, until = 0, time.monotonic() + BATCHES_S
        while True:
            watermark = self._windows.watermark()
            if watermark is None:
                return Outcome("rebuild")
            last = store.last_seq()  # before the rows: those up to it are all there
            if last < watermark:
                return self._start_over(watermark, token)
            rows = store.rows_since(watermark, BATCH_ROWS, self._windows.keys.shard.buckets)
            result = self._take_in(store, rows, Marks.of(rows, watermark, last), token)
            if result != "done":
                return Outcome(result, total)
            total += len(rows)
            if len(rows) < BATCH_ROWS or time.monotonic() > until:
                return Outcome("done", total)

    def _start_over(self, watermark: int, token: str) -> Outcome:
        """The store is an older one: it was restored. Its next readings would seem to be known."""
        commit = self._windows.begin()
        commit.forget_watermark()
        self._windows.commit(commit, token, watermark, None)
        return Outcome("rebuild")

    def _take_in(self, store: TelemetryStore, rows: Sequence[Row], marks: Marks, token: str) -> str:
        started = time.monotonic()
        commit = self._windows.begin()
        changed = self._follow(store)
        usable = self._usable(rows)
        by_extruder = _by_extruder(usable)
        headers = self._rings.headers(self._rings.plant.extruders if changed else by_extruder)
        if len(missing(headers)) > MOST_BUILT:
            self._rings.follow(_NOTHING)  # what has changed is still to be published
            return "rebuild"
        if changed:
            self._publish_plant(commit)
        self._watch.take(store, self._rings.whole, usable, marks.before)
        self._windows.renew(token)  # a slow machine's first refresh takes longer than a lease
        self._rings.lay_in(store, commit, by_extruder, headers)
        self._windows.renew(token)
        self._watch.publish(store, commit, marks.after)
        self._roll_up.take(rows, marks.before, marks.after)
        self._roll_up.publish(commit)
        self._report(commit, store, marks, rows, len(rows) - len(usable), started)
        done = self._windows.commit(commit, token, marks.before, marks.after)
        self._watch.committed(done)
        return "done" if done else "fenced"

    def _follow(self, store: TelemetryStore) -> bool:
        """Read the catalogue again if its version changed; True if it did."""
        if store.catalogue_version() == self._rings.plant.catalogue.version:
            return False
        self._rings.follow(store.catalogue())
        return True

    def _publish_plant(self, commit: Commit) -> None:
        commit.catalogue(self._rings.plant.catalogue)
        for retired in self._windows.shown() - set(self._rings.plant.extruders):
            commit.forget(retired)

    def _usable(self, rows: Sequence[Row]) -> list[Row]:
        latest = time.time() * 1000 + AHEAD_MS
        known = self._rings.plant.extruders
        return [r for r in rows if r.ts <= latest and r.extruder in known]

    def _rebuild(
        self, store: TelemetryStore, token: str, progress: Callable[[int, int], None]
    ) -> Outcome:
        started, watermark = time.monotonic(), self._windows.watermark()
        mark = store.last_seq() if watermark is None else watermark
        self._rings.follow(store.catalogue())
        self._windows.renew(token)  # a large catalogue takes a while
        wanted = list(self._rings.plant.extruders)
        if watermark is not None:
            wanted = missing(self._rings.headers(wanted))
        first = self._windows.begin()
        self._publish_plant(first)
        for commit in chain([first], self._built(store, wanted, progress)):
            if not self._windows.commit(commit, token, watermark, None):
                return Outcome("fenced")
        commit = self._windows.begin()
        self._report(commit, store, Marks(mark, mark, mark), [], 0, started)
        done = self._windows.commit(commit, token, watermark, mark)
        return Outcome("done" if done else "fenced")

    def _built(
        self, store: TelemetryStore, wanted: Sequence[int], progress: Callable[[int, int], None]
    ) -> Iterator[Commit]:
        """Commits of the rings of some extruders each, built one after the other."""
        for first in range(0, len(wanted), REBUILD_CHUNK):
            commit = self._windows.begin()
            commit.status(rebuilding=f"{first}/{len(wanted)}")
            for extruder in wanted[first : first + REBUILD_CHUNK]:
                self._rings.build(store, commit, extruder)
            yield commit
            progress(min(first + REBUILD_CHUNK, len(wanted)), len(wanted))

    def _report(
        self,
        commit: Commit,
        store: TelemetryStore,
        marks: Marks,
        rows: Sequence[Row],
        ahead: int,
        started: float,
    ) -> None:
        before = self._windows.status()
        commit.status(
            watermark=marks.after,
            last_success=int(time.time() * 1000),
            duration_ms=round((time.monotonic() - started) * 1000, 1),
            rows=len(rows),
            rows_total=before.rows_total + len(rows),
            rows_ahead=before.rows_ahead + ahead,
            backlog=max(0, marks.last - marks.after),
            statements_total=before.statements_total + store.statements,
            refreshes_total=before.refreshes_total + 1,
            rebuilding="",
            catalogue=self._rings.plant.catalogue.version,
        )


def _by_extruder(rows: Iterable[Row]) -> dict[int, list[Row]]:
    grouped: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.extruder].append(row)
    return grouped
