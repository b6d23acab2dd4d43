"""A signal that used to change and does not any more, while others of its extruder do.

Healthy signals may be constant for an hour: each is measured by its own past.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from data.ingest.checks.seen import Mask, Seen, grown

#: Readings of so long count most, ms.
_PAST_MS = 1_800_000
#: A signal that changes in so many of its readings is lively.
_LIVELY = 0.5
#: Constant for so long at least, in so many readings, and so many times its longest run before.
_LEAST_MS, _LEAST_READINGS, _TIMES = 600_000, 60, 5
#: An extruder stands if more than this share of its lively signals has been constant for so long.
_STANDS, _STILL_MS = 0.5, 60_000
_EVERY_MS = 5_000
_DRIVE = "MainDrive.Speed"
#: What a controller gives out is held by people, and while its sensor has failed.
_HELD = "ControllerOutput"


Whole = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Frozen:
    """State by slot, (S,): when a signal changed last, how often it does, its longest run (ms)."""

    name = "frozen"

    def __init__(self) -> None:
        self._ts = self._looked = 0
        self._began: Whole = np.zeros(0, np.int64)
        self._since: Whole = np.zeros(0, np.int64)
        self._longest: Whole = np.zeros(0, np.int64)
        self._same: Whole = np.zeros(0, np.int64)
        self._count: Floats = np.zeros(0, np.float64)
        self._changes: Floats = np.zeros(0, np.float64)
        self._lively: Mask = np.zeros(0, bool)
        self._judged: Mask = np.zeros(0, bool)
        self.frozen: Mask = np.zeros(0, bool)

    def look(self, seen: Seen) -> Mask | None:
        """The signals that are frozen, (S,); None if none is."""
        if len(self._since) != len(seen.signals):
            self._grow(seen)
        if seen.after_gap:
            self._since[:] = seen.ts
            self._same[:] = 0
            np.minimum(self._began, seen.ts, out=self._began)
        fade = math.exp(-abs(seen.ts - self._ts) / _PAST_MS)
        self._ts = seen.ts
        self._count *= fade
        self._count += seen.usable
        self._changes *= fade
        self._changes += seen.changed
        self._same += seen.usable
        if seen.changed.any():
            self._change(seen)
        if abs(seen.ts - self._looked) >= _EVERY_MS:
            self._looked = seen.ts
            self._judge(seen)
        return self.frozen if self.frozen.any() else None

    def found(self, seen: Seen) -> Iterable[tuple[int, int, str]]:
        """Slot, since when (ms) and why of each finding."""
        for slot in np.flatnonzero(self.frozen):
            minutes = round((self._ts - self._since[slot]) / 60_000)
            longest = max(round(self._longest[slot] / 1000), 1)
            why = (
                f"{seen.last[slot]:g} for {minutes} min; never so for more than {longest} s before"
            )
            yield int(slot), int(self._since[slot]), why

    def _grow(self, seen: Seen) -> None:
        size, ts = len(seen.signals), seen.ts
        self._judged = seen.measured & [_HELD not in one.name for one in seen.signals]
        self._began, self._since = (grown(one, size, ts) for one in (self._began, self._since))
        self._longest, self._same = grown(self._longest, size, 0), grown(self._same, size, 0)
        self._count, self._changes = grown(self._count, size, 0), grown(self._changes, size, 0)
        self._lively, self.frozen = grown(self._lively, size, 0), grown(self.frozen, size, 0)

    def _change(self, seen: Seen) -> None:
        """A run that was found frozen does not count as one of a healthy signal."""
        changed, run = seen.changed, seen.ts - self._since
        if self.frozen.any():
            run[self.frozen] = 0
            self.frozen = self.frozen & ~changed
        np.maximum(self._longest, run, out=self._longest, where=changed)
        np.copyto(self._since, seen.ts, where=changed)
        np.copyto(self._same, 0, where=changed)
        np.copyto(self._lively, self._changes >= _LIVELY * self._count, where=changed)

    def _judge(self, seen: Seen) -> None:
        lively = self._lively & self._judged
        run = seen.ts - self._since
        still = int((lively & (run > _STILL_MS)).sum())
        if still > _STANDS * int(lively.sum()) or _stands(seen):
            self._since[:] = seen.ts
            self._same[:] = 0
            self.frozen = np.zeros(len(run), bool)
            return
        long_known = self._since - self._began >= _PAST_MS
        long = (run >= _LEAST_MS) & (run > _TIMES * self._longest) & (self._same > _LEAST_READINGS)
        self.frozen = lively & long & long_known & ~_at_an_end(seen)


def _stands(seen: Seen) -> bool:
    """Whether the main drive is known to stand."""
    slot = next((n for n, one in enumerate(seen.signals) if one.name.startswith(_DRIVE)), None)
    return slot is not None and bool(abs(seen.last[slot]) < 0.01 * seen.signals[slot].high)


def _at_an_end(seen: Seen) -> Mask:
    """What stays at 0 or at an end of its scale may have nothing to tell."""
    low = np.array([one.low for one in seen.signals], np.float32)
    high = np.array([one.high for one in seen.signals], np.float32)
    at_an_end: Mask = (seen.last == 0) | (seen.last <= low) | (seen.last >= high)
    return at_an_end
