"""Two signals of an extruder that carry exactly the same changing values."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from data.ingest.checks.seen import Mask, Seen

#: The same after so many changes is no chance.
_CHANGES = 60
#: Rows between two looks for new pairs.
_EVERY = 16


class Mirrored:
    """Pairs of slots that have been the same since they were first seen to change together."""

    name = "mirrored"

    def __init__(self) -> None:
        self._rows = 0
        #: By pair: its changes, and when it was first seen (ms).
        self._pairs: dict[tuple[int, int], list[int]] = {}

    def look(self, seen: Seen) -> Mask | None:
        """The signals that mirror another, (S,); None if none does."""
        self._rows += 1
        if self._pairs:
            self._follow(seen)
        if self._rows % _EVERY == 0:
            self._search(seen)
        slots = [s for pair, (count, _) in self._pairs.items() if count >= _CHANGES for s in pair]
        if not slots:
            return None
        mask = np.zeros(len(seen.usable), bool)
        mask[slots] = True
        return mask

    def found(self, seen: Seen) -> Iterable[tuple[int, int, str]]:
        """Slot, since when (ms) and why of each finding."""
        for pair, (count, since) in tuple(self._pairs.items()):
            for slot, other in (pair, pair[::-1]):
                if count >= _CHANGES:
                    why = f"the same as {seen.signals[other].label}, change by change"
                    yield slot, since, why

    def _follow(self, seen: Seen) -> None:
        for pair in tuple(self._pairs):
            one, other = pair
            if not (seen.usable[one] and seen.usable[other]):
                continue
            if seen.values[one] != seen.values[other]:
                del self._pairs[pair]
            elif seen.changed[one] and seen.changed[other]:
                self._pairs[pair][0] += 1

    def _search(self, seen: Seen) -> None:
        slots = np.flatnonzero(seen.changed & seen.measured & (seen.values != 0))
        if len(slots) < 2:
            return
        values = seen.values[slots]
        order = np.argsort(values, kind="stable")
        same = np.flatnonzero(np.diff(values[order]) == 0)
        for n in same:
            one, other = sorted((int(slots[order[n]]), int(slots[order[n + 1]])))
            self._pairs.setdefault((one, other), [1, seen.ts])
