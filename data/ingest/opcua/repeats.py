"""Values that have not changed, as readings again: servers that report changes are silent then."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from data.quality import Quality


class _Last(NamedTuple):
    ms: int
    value: float
    quality: Quality
    heard_ms: int


class Repeats:
    """`every_ms` after its last reading a value is due again; never, where that is 0.

    Repeated readings are `behind_ms` late, so that none is newer than a change still on its way.
    `now` is any clock in ms that does not go back.
    """

    def __init__(self, every_ms: int, behind_ms: int) -> None:
        self._every, self._behind = every_ms, behind_ms
        self._last: dict[int, _Last] = {}
        self._next = 0

    def heard(self, handle: int, ms: int, value: float, quality: Quality, now: int) -> None:
        """A reading of an item came; `ms` is the source's time."""
        self._last[handle] = _Last(ms, value, quality, now)

    def forget(self, handles: Iterable[int]) -> None:
        """Items that are watched no longer."""
        for handle in handles:
            self._last.pop(handle, None)

    def due(self, now: int) -> list[tuple[int, tuple[int, float, Quality]]]:
        """Handle and (ms, value, quality) of what is due, when the server has just been heard: what
        it did not tell has not changed.
        """
        if not self._every or now < self._next:
            return []
        self._next = now + self._every // 2
        found = []
        oldest = now - self._every - self._behind
        for handle, last in self._last.items():
            if last.heard_ms <= oldest:
                at = now - self._behind
                again = (last.ms + at - last.heard_ms, last.value, last.quality)
                found.append((handle, again))
                self._last[handle] = _Last(*again, at)
        return found
