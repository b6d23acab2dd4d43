"""Readings laid into the rings in Redis; rings that are missing are built from the store."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from data.extruders import Catalogue
from data.plant_view import PlantView, part_of
from data.settings import Settings
from data.telemetry import TelemetryStore
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

#: A reading stamped later than this after the worker's clock is left out of the windows: one
#: wild stamp would otherwise push everything real out. The store keeps it.
AHEAD_MS = 60_000

#: Headers of an extruder's rings by kind; None when they must be built.
Headers = Mapping[int, dict[str, Header] | None]


class Rings:
    """The rings and cards of one shard; `extras` tells what the monitor adds to cards."""

    def __init__(
        self,
        windows: WindowWriter,
        settings: Settings,
        extras: Callable[[], Mapping[int, Mapping[str, Any]]],
    ) -> None:
        self._windows, self._settings, self._extras = windows, settings, extras
        self.follow(Catalogue(0, ()))

    def follow(self, catalogue: Catalogue) -> None:
        """Go on with another catalogue of the plant."""
        self.whole = catalogue
        self.plant = PlantView(part_of(catalogue, self._windows.keys.shard), self._settings)

    def headers(self, extruders: Iterable[int]) -> Headers:
        """Headers of the rings that have the shape which the catalogue asks for."""
        found = self._windows.headers(extruders)
        return {e: h if h and self.plant.fits(e, h) else None for e, h in found.items()}

    def lay_in(
        self,
        store: TelemetryStore,
        commit: Commit,
        rows: Mapping[int, Sequence[Row]],
        headers: Headers,
    ) -> None:
        """Add rows, by extruder, to the commit; build what `headers` has as missing."""
        usable = {e: h for e, h in headers.items() if h}
        records = self._windows.records({e: usable[e][LIVE] for e in rows if e in usable})
        for extruder, found in headers.items():
            if not found:
                self.build(store, commit, extruder)
            elif extruder in rows:
                now = record_row(found[LIVE], records[extruder])
                self._advance(store, commit, rows[extruder], found, now)

    def build(self, store: TelemetryStore, commit: Commit, extruder: int) -> None:
        """Rings from the store alone, when Redis has none that fit the catalogue."""
        newest = store.last_ts(extruder)
        end = min(newest or 0, int(time.time() * 1000) + AHEAD_MS) + 1
        rows = store.rows_between(extruder, end - self._settings.window_s * 1000, end)
        spec, revision = self.plant.live(extruder), int(time.time())  # greater than any seen
        commit.whole(extruder, LIVE, build(rows, spec, revision))
        for ring in self.plant.coarse(extruder):
            start = end - ring.spec.slots * ring.spec.step_ms
            thinned = store.rows_thinned(extruder, start, end, ring.spec.step_ms, spec.step_ms)
            commit.whole(extruder, ring.kind, build(ring.rows(spec, thinned), ring.spec, revision))
        if rows:
            steps = fold(rows, spec)
            self._summarise(commit, steps[max(steps)], extruder)

    def _advance(
        self,
        store: TelemetryStore,
        commit: Commit,
        rows: Sequence[Row],
        headers: Mapping[str, Header],
        now: Row | None,
    ) -> None:
        extruder, header = rows[0].extruder, headers[LIVE]
        fresh, late = split_late(header, rows)
        again = _steps_again(store, extruder, late, header.spec)
        commit.ring(extruder, LIVE, _writes(header, fresh, again, now))
        for ring in self.plant.coarse(extruder):
            kept, kept_again = ring.rows(header.spec, fresh), ring.steps(again)
            if kept or kept_again:
                writes = _writes(headers[ring.kind], kept, kept_again, None)
                commit.ring(extruder, ring.kind, writes)
        latest = _latest(header, fresh, again, now)
        if latest is not None:
            self._summarise(commit, latest, extruder)

    def _summarise(self, commit: Commit, latest: Row, extruder: int) -> None:
        told = self._extras().get(extruder, {})
        commit.summary(extruder, {**self.plant.cards[extruder].card(latest), **told})


def missing(headers: Headers) -> list[int]:
    """Extruders whose rings must be built."""
    return [extruder for extruder, found in headers.items() if not found]


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
    header: Header, fresh: Sequence[Row], again: Mapping[int, Row], now: Row | None
) -> list[Write]:
    header, writes = advance(header, fresh, now)
    if again:
        header, corrections = correct(header, dict(again))
        writes += corrections
    return writes


def _latest(
    header: Header, fresh: Sequence[Row], again: Mapping[int, Row], now: Row | None
) -> Row | None:
    """The head step's readings after the writes."""
    if fresh:
        steps = fold(([now] if now else []) + list(fresh), header.spec)
        return steps[max(steps)]
    return again.get(header.spec.step_of(header.head_ts))
