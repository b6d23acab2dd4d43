"""Checks of what sources deliver: what looks wrong is marked as uncertain, and said why.

Pure: a row in, the row as it is to be stored out; what was seen of an extruder is kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

import numpy as np

from data.extruders import Catalogue, Extruder
from data.ingest.checks.clock import Clock, Told, uncertain
from data.ingest.checks.frozen import Frozen
from data.ingest.checks.mirrored import Mirrored
from data.ingest.checks.seen import Mask, Seen
from data.ingest.checks.unit_jump import UnitJump
from data.window_cache.source_state import Finding
from data.windows import Row

#: By name, as `checks` of sources.toml has them.
NAMES = (Frozen.name, Mirrored.name, UnitJump.name, Clock.name)
_BY_SIGNAL = (Frozen, Mirrored, UnitJump)


class Checks:
    """The checks of one source that are `named`. One thread calls `row`; any may call `findings`.

    `catalogue` tells what the source's extruders are; it may change.
    """

    def __init__(self, catalogue: Callable[[], Catalogue], named: Collection[str] = NAMES) -> None:
        self._catalogue, self._named = catalogue, frozenset(named)
        self._known: Catalogue | None = None
        self._extruders: dict[int, _Extruder] = {}

    def row(self, row: Row, arrived_ms: int) -> Row:
        """The row as it is to be stored; it arrived at `arrived_ms` (since the epoch)."""
        catalogue = self._catalogue()
        if catalogue is not self._known:
            self._learn(catalogue)
        one = self._extruders.get(row.extruder)
        if one is None or len(row.values) != one.signals:
            return row
        return one.row(row, arrived_ms)

    def findings(self) -> tuple[Finding, ...]:
        """What is wrong now."""
        return tuple(found for one in tuple(self._extruders.values()) for found in one.findings())

    def _learn(self, catalogue: Catalogue) -> None:
        self._known = catalogue
        for extruder in catalogue.extruders:
            one = self._extruders.get(extruder.id)
            if one is None:
                self._extruders[extruder.id] = _Extruder(extruder, self._named)
            else:
                one.know(extruder)


class _Extruder:
    def __init__(self, extruder: Extruder, named: Collection[str]) -> None:
        self.id, self.signals = extruder.id, len(extruder.signals)
        self._seen = Seen(extruder.signals)
        self._clock = Clock() if Clock.name in named else None
        self._checks = tuple(check() for check in _BY_SIGNAL if check.name in named)

    def know(self, extruder: Extruder) -> None:
        self.signals = len(extruder.signals)
        self._seen.know(extruder.signals)

    def row(self, row: Row, arrived_ms: int) -> Row:
        if self._clock:
            row = self._clock.row(row, arrived_ms)
        with np.errstate(over="ignore", invalid="ignore"):  # readings may be anything
            if not self._seen.take(row):
                return row
            marks: list[Mask] = [m for c in self._checks if (m := c.look(self._seen)) is not None]
        for mark in marks:
            row = replace(row, quality=uncertain(row.quality, mark))
        return row

    def findings(self) -> Iterator[Finding]:
        if self._clock and self._clock.told is not Told.NOTHING:
            yield Finding(self.id, "", Clock.name, self._clock.why(), self._clock.since)
        for check in self._checks:
            for slot, since, why in check.found(self._seen):
                yield Finding(self.id, self._seen.signals[slot].name, check.name, why, since)
