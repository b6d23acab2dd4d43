"""A signal whose values have jumped as they would if its unit had changed, and stay so.

Only a signal that was steady before can tell; if others move beyond their noise meanwhile, it is
the extruder (a start-up, a stop), not a unit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.ingest.checks.seen import Mask, Seen, grown
from data.ingest.checks.units import Conversion, conversions_of

#: No known conversion changes a value by less than this share of it.
_LEAST = 0.4
#: Steady: |value − mean| is on average below this share of the mean, over so many samples.
_STEADY, _SAMPLES = 0.03, 60
#: Means fade by 1/_FADE with each sample; a sample is taken after so long, ms.
_FADE, _SAMPLE_MS = 60, 5_000
#: The jump fits a conversion to so much of the value, and what follows to so much.
_FITS, _FOLLOWS = 0.03, 0.10
#: It must stay for so long and so many readings; as many show that it has gone back.
_STAYS_MS, _STAYS_READINGS, _BACK_READINGS = 30_000, 20, 5
#: Others that may leave their noise meanwhile.
_OTHERS = 1
#: A value below this share of its scale tells nothing.
_SMALL = 0.01
#: What nobody has mended for a day is how it is.
ACCEPTED_MS = 24 * 3_600_000

Floats = npt.NDArray[np.float64]


@dataclass
class _Jump:
    """Of one signal: the value before, since when (ms), and what all signals were like then."""

    conversion: Conversion
    before: float
    since: int
    means: Floats
    spreads: Floats
    readings: int = 0
    back: int = 0
    sure: bool = False


class UnitJump:
    """Mean and mean deviation by slot (S,), and the signals whose unit seems to have changed."""

    name = "unit"

    def __init__(self) -> None:
        self._sampled = 0
        self._samples: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        self._mean: Floats = np.zeros(0, np.float64)
        self._spread: Floats = np.zeros(0, np.float64)
        self._range: Floats = np.zeros(0, np.float64)
        self._jumps: dict[int, _Jump] = {}

    def look(self, seen: Seen) -> Mask | None:
        """The signals whose unit is uncertain, (S,); None if none is."""
        if len(self._range) != len(seen.signals):
            self._grow(seen)
        far = np.abs(seen.values - seen.before) > _LEAST * np.abs(seen.before)
        for slot in np.flatnonzero(far & seen.changed & seen.measured):
            self._begin(int(slot), seen)
        if self._jumps:
            self._follow(seen)
        if abs(seen.ts - self._sampled) >= _SAMPLE_MS:
            self._sampled = seen.ts
            self._sample(seen)
        return self._mask(seen)

    def found(self, _seen: Seen) -> Iterable[tuple[int, int, str]]:
        """Slot, since when (ms) and why of each finding."""
        for slot, jump in tuple(self._jumps.items()):
            if jump.sure:
                after = jump.conversion.of(jump.before)
                why = f"{jump.before:.4g} became about {after:.4g}: {jump.conversion.name}"
                yield slot, jump.since, why

    def _grow(self, seen: Seen) -> None:
        size = len(seen.signals)
        self._samples = grown(self._samples, size, 0)
        self._mean, self._spread = grown(self._mean, size, 0), grown(self._spread, size, 0)
        self._range = np.array([one.high - one.low for one in seen.signals], np.float64)

    def _steady(self) -> Mask:
        steady: Mask = self._spread < _STEADY * np.abs(self._mean)
        return steady & (self._samples >= _SAMPLES)

    def _begin(self, slot: int, seen: Seen) -> None:
        before, value = float(seen.before[slot]), float(seen.values[slot])
        mean = self._mean[slot]
        small = abs(before) < _SMALL * self._range[slot]
        strange = abs(before - mean) > _FOLLOWS * abs(mean)
        if slot in self._jumps or small or strange or not self._steady()[slot]:
            return
        off, fits = min(
            (abs(value - one.of(before)) / (abs(one.of(before)) + 1e-9), one)
            for one in conversions_of(seen.signals[slot].unit)
        )
        if off <= _FITS:
            means, spreads = self._mean.copy(), self._spread.copy()
            means[~self._steady()] = np.nan
            self._jumps[slot] = _Jump(fits, before, seen.ts, means, spreads)

    def _follow(self, seen: Seen) -> None:
        for slot, jump in tuple(self._jumps.items()):
            if seen.usable[slot]:
                _count(jump, float(seen.values[slot]))
                if self._is_over(jump, seen):
                    self._end(slot)

    def _is_over(self, jump: _Jump, seen: Seen) -> bool:
        if jump.sure:
            return jump.back >= _BACK_READINGS or abs(seen.ts - jump.since) >= ACCEPTED_MS
        if jump.back or self._others(jump, seen) > _OTHERS:
            return True
        jump.sure = abs(seen.ts - jump.since) >= _STAYS_MS and jump.readings >= _STAYS_READINGS
        return False

    def _others(self, jump: _Jump, seen: Seen) -> int:
        """How many signals, but those that jumped, are far from where they were."""
        limit = np.maximum(8 * jump.spreads, 0.05 * self._range)
        moved = seen.measured & (np.abs(seen.last - jump.means) > limit)
        moved[list(self._jumps)] = False
        return int(moved.sum())

    def _end(self, slot: int) -> None:
        """What it is like now is learnt anew."""
        del self._jumps[slot]
        self._samples[slot] = 0

    def _sample(self, seen: Seen) -> None:
        values = np.where(seen.usable, seen.values, self._mean)
        fade = np.maximum(1 / _FADE, 1 / (self._samples + 1))
        if self._jumps:
            fade[list(self._jumps)] = 0
        off = values - self._mean
        self._spread += fade * (np.where(self._samples, np.abs(off), 0) - self._spread)
        self._mean += fade * off
        self._samples += seen.usable

    def _mask(self, seen: Seen) -> Mask | None:
        slots = [slot for slot, jump in self._jumps.items() if jump.sure]
        if not slots:
            return None
        mask = np.zeros(len(seen.usable), bool)
        mask[slots] = True
        return mask


def _count(jump: _Jump, value: float) -> None:
    """One more reading since the jump, and whether it is like those before."""
    jump.readings += 1
    after = jump.conversion.of(jump.before)
    if jump.sure:
        is_back = abs(value - jump.before) / abs(jump.before) < abs(value - after) / abs(after)
    else:
        is_back = abs(value - after) > _FOLLOWS * abs(after)
    jump.back = jump.back + 1 if is_back else 0
