"""One refresh: rows since the watermark, read once, laid into the windows in Redis."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from uuid import uuid4

from data.extruders import Catalogue
from data.plant_view import PlantView
from data.roll_up import RollUp
from data.settings import Settings
from data.telemetry import TelemetryStore
from data.watch import Watch
from data.window_cache import LIVE
from data.window_cache.writer import Commit, WindowWriter
from data.windows import (
    Header,
    RingSpec,
    Row,
    Write,
    advance,
    build,
    correct,
    fold,
    record_row,
    split_late,
)

#: Rows of one commit. A plant of 1,000 extruders makes 1,000 a second.
BATCH_ROWS = 20_000
#: Extruders rebuilt per commit, so that the lease is renewed often.
REBUILD_CHUNK = 25
#: A reading stamped later than this after the worker's clock is left out of the windows: one
#: wild stamp would otherwise push everything real out. The store keeps it.
AHEAD_MS = 60_000


@dataclass(frozen=True)
class Outcome:
    """What a refresh did: "done", "busy" (another holds the lease), "fenced" or "rebuild"
    (the windows are gone: the caller must rebuild), and the rows it took in."""

    result: str
    rows: int = 0


class Refresher:
    """Takes readings from the store to the windows. The store is opened inside each call."""

    def __init__(
        self,
        open_store: Callable[[], TelemetryStore],
        windows: WindowWriter,
        settings: Settings,
        watch: Watch,
        roll_up: RollUp,
    ) -> None:
        self._open_store, self._windows = open_store, windows
        self._settings, self._watch, self._roll_up = settings, watch, roll_up
        self._plant = PlantView(Catalogue(0, ()), settings)

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
        """Build every window from the store, in chunks; then the watermark makes them valid."""
        token = uuid4().hex
        if not self._windows.take_lease(token):
            return Outcome("busy")
        try:
            with closing(self._open_store()) as store:
                return self._rebuild(store, token, progress)
        finally:
            self._windows.release(token)

    def _batches(self, store: TelemetryStore, token: str) -> Outcome:
        total = 0
        while True:
            watermark = self._windows.watermark()
            if watermark is None:
                return Outcome("rebuild")
            rows = store.rows_since(watermark, BATCH_ROWS)
            if not self._take_in(store, rows, watermark, token):
                return Outcome("fenced", total)
            total += len(rows)
            if len(rows) < BATCH_ROWS:
                return Outcome("done", total)

    def _take_in(
        self, store: TelemetryStore, rows: Sequence[Row], watermark: int, token: str
    ) -> bool:
        started = time.monotonic()
        commit = self._windows.begin()
        changed = self._load_plant(store)
        if changed:
            self._publish_plant(commit)
        usable = self._usable(rows)
        by_extruder = _by_extruder(usable)
        self._watch.take(store, self._plant.catalogue, usable, watermark)
        self._lay_in(store, commit, by_extruder, self._plant.extruders if changed else by_extruder)
        mark = rows[-1].seq if rows else watermark
        self._watch.publish(store, commit, mark)
        self._roll_up.take(rows, watermark)
        self._roll_up.publish(commit)
        self._report(commit, store, mark, rows, len(rows) - len(usable), started)
        done = self._windows.commit(commit, token, watermark, mark)
        self._watch.committed(done)
        return done

    def _load_plant(self, store: TelemetryStore) -> bool:
        """Read the catalogue again if its version changed; True if it did."""
        if store.catalogue_version() == self._plant.catalogue.version:
            return False
        self._plant = PlantView(store.catalogue(), self._settings)
        return True

    def _publish_plant(self, commit: Commit) -> None:
        commit.catalogue(self._plant.catalogue)
        for retired in self._windows.shown() - set(self._plant.extruders):
            commit.forget(retired)

    def _usable(self, rows: Sequence[Row]) -> list[Row]:
        latest = time.time() * 1000 + AHEAD_MS
        return [r for r in rows if r.ts <= latest and r.extruder in self._plant.extruders]

    def _lay_in(
        self,
        store: TelemetryStore,
        commit: Commit,
        rows: dict[int, list[Row]],
        wanted: Iterable[int],
    ) -> None:
        headers = self._windows.headers(wanted)
        usable = {e: h for e, h in headers.items() if h and self._plant.fits(e, h)}
        records = self._windows.records({e: usable[e][LIVE] for e in rows if e in usable})
        for extruder in headers:
            if extruder not in usable:
                self._build(store, commit, extruder)
            elif extruder in rows:
                now = record_row(usable[extruder][LIVE], records[extruder])
                self._advance(store, commit, rows[extruder], usable[extruder], now)

    def _advance(
        self,
        store: TelemetryStore,
        commit: Commit,
        rows: Sequence[Row],
        headers: dict[str, Header],
        now: Row | None,
    ) -> None:
        extruder, header = rows[0].extruder, headers[LIVE]
        fresh, late = split_late(header, rows)
        again = _steps_again(store, extruder, late, header.spec)
        commit.ring(extruder, LIVE, _writes(header, fresh, again, now))
        for ring in self._plant.coarse(extruder):
            kept, kept_again = ring.rows(header.spec, fresh), ring.steps(again)
            if kept or kept_again:
                writes = _writes(headers[ring.kind], kept, kept_again, None)
                commit.ring(extruder, ring.kind, writes)
        latest = _latest(header, fresh, again, now)
        if latest is not None:
            self._summarise(commit, latest, extruder)

    def _summarise(self, commit: Commit, latest: Row, extruder: int) -> None:
        told = self._watch.extras().get(extruder, {})
        commit.summary(extruder, {**self._plant.cards[extruder].card(latest), **told})

    def _build(self, store: TelemetryStore, commit: Commit, extruder: int) -> None:
        """Rings from the store alone, when Redis has none that fit the catalogue."""
        newest = store.last_ts(extruder)
        end = min(newest or 0, int(time.time() * 1000) + AHEAD_MS) + 1
        rows = store.rows_between(extruder, end - self._settings.window_s * 1000, end)
        spec, revision = self._plant.live(extruder), int(time.time())  # greater than any seen
        commit.whole(extruder, LIVE, build(rows, spec, revision))
        for ring in self._plant.coarse(extruder):
            start = end - ring.spec.slots * ring.spec.step_ms
            thinned = store.rows_thinned(extruder, start, end, ring.spec.step_ms, spec.step_ms)
            commit.whole(extruder, ring.kind, build(ring.rows(spec, thinned), ring.spec, revision))
        if rows:
            steps = fold(rows, spec)
            self._summarise(commit, steps[max(steps)], extruder)

    def _rebuild(
        self, store: TelemetryStore, token: str, progress: Callable[[int, int], None]
    ) -> Outcome:
        if self._windows.watermark() is not None:
            return Outcome("done")
        started, mark = time.monotonic(), store.last_seq()
        self._plant = PlantView(store.catalogue(), self._settings)
        wanted = list(self._plant.extruders)
        for first in range(0, len(wanted), REBUILD_CHUNK):
            commit = self._windows.begin()
            commit.catalogue(self._plant.catalogue)
            for extruder in wanted[first : first + REBUILD_CHUNK]:
                self._build(store, commit, extruder)
            commit.status(rebuilding=f"{first}/{len(wanted)}")
            if not self._windows.commit(commit, token, None, None):
                return Outcome("fenced")
            progress(min(first + REBUILD_CHUNK, len(wanted)), len(wanted))
        commit = self._windows.begin()
        self._report(commit, store, mark, [], 0, started)
        done = self._windows.commit(commit, token, None, mark)
        return Outcome("done" if done else "fenced")

    def _report(
        self,
        commit: Commit,
        store: TelemetryStore,
        mark: int,
        rows: Sequence[Row],
        ahead: int,
        started: float,
    ) -> None:
        before = self._windows.status()
        commit.status(
            watermark=mark,
            last_success=int(time.time() * 1000),
            duration_ms=round((time.monotonic() - started) * 1000, 1),
            rows=len(rows),
            rows_total=before.rows_total + len(rows),
            rows_ahead=before.rows_ahead + ahead,
            backlog=max(0, store.last_seq() - mark),
            statements_total=before.statements_total + store.statements,
            refreshes_total=before.refreshes_total + 1,
            rebuilding="",
            catalogue=self._plant.catalogue.version,
        )


def _by_extruder(rows: Iterable[Row]) -> dict[int, list[Row]]:
    grouped: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.extruder].append(row)
    return grouped


def _steps_again(
    store: TelemetryStore, extruder: int, late: set[int], spec: RingSpec
) -> dict[int, Row]:
    """The late steps as the store holds them now: one range read, however many they are."""
    if not late:
        return {}
    start, end = min(late) * spec.step_ms, (max(late) + 1) * spec.step_ms
    steps = fold(store.rows_between(extruder, start, end), spec)
    return {step: steps[step] for step in late if step in steps}


def _writes(
    header: Header, fresh: Sequence[Row], again: dict[int, Row], now: Row | None
) -> list[Write]:
    header, writes = advance(header, fresh, now)
    if again:
        header, corrections = correct(header, again)
        writes += corrections
    return writes


def _latest(
    header: Header, fresh: Sequence[Row], again: dict[int, Row], now: Row | None
) -> Row | None:
    """The head step's readings after the writes."""
    if fresh:
        steps = fold(([now] if now else []) + list(fresh), header.spec)
        return steps[max(steps)]
    return again.get(header.spec.step_of(header.head_ts))
