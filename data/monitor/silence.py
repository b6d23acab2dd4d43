"""Extruders of which nothing new comes: judged by the worker's clock, not by stamps of readings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from data.stateful import Flags, Stateful

#: An extruder without new readings for so long is an alarm of its own (D).
SILENT_AFTER_MS = 60_000


class Silence(Stateful):
    """When anything new came of each extruder (ms, 0 never), and who is silent, (E,)."""

    ARRAYS = ("news", "silent")

    def __init__(self, extruders: int) -> None:
        self.news: npt.NDArray[np.int64] = np.zeros(extruders, np.int64)
        self.silent: Flags = np.zeros(extruders, bool)
        self._arrived: Flags = np.zeros(extruders, bool)

    def hear(self, present: Flags) -> None:
        """Readings of these extruders (E,) have come since the last look."""
        self._arrived |= present

    def look(self, now: int) -> list[tuple[int, bool]]:
        """Rows that fell silent or are heard again at `now` (ms)."""
        self.news[self._arrived] = now
        self._arrived[:] = False
        silent = (self.news > 0) & (now - self.news > SILENT_AFTER_MS)
        turned = np.flatnonzero(silent != self.silent).tolist()
        self.silent = silent
        return [(row, bool(silent[row])) for row in turned]
