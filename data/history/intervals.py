"""Arithmetic of spans of time on arrays: joined, and measured by a clock that stands now and then.

Pure. Times are int64 ms.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]


def joined(starts: Times, ends: Times) -> tuple[Times, Times]:
    """Spans in order of `starts` with those that touch or overlap made one."""
    if not len(starts):
        return starts, ends
    reached = np.maximum.accumulate(ends)
    first = np.concatenate(([True], starts[1:] > reached[:-1]))
    last = np.concatenate((first[1:], [True]))
    return starts[first], reached[last]


class Clock:
    """Counts ms in `windows` (apart from each other, oldest first) and stands between them."""

    def __init__(self, windows: Sequence[tuple[int, int]]) -> None:
        edges = np.array(windows, np.float64).reshape(-1, 2)
        lengths = edges[:, 1] - edges[:, 0]
        self._edges = edges.reshape(-1)
        counted = np.cumsum(lengths)
        self._counted = np.column_stack((counted - lengths, counted)).reshape(-1)

    def between(self, starts: Times, ends: Times) -> Times:
        """What the clock counts from each start to its end."""
        return self._at(ends) - self._at(starts)

    def _at(self, times: Times) -> Times:
        if not len(self._edges):
            return np.zeros(len(times), np.int64)
        return np.rint(np.interp(times, self._edges, self._counted)).astype(np.int64)
