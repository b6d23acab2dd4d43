"""The clock of a source: time of readings against time of arrival.

Ahead: what comes from the future would hide what follows. Behind: a lag that stays the same while
rows come as fast as their time passes is a clock, or a time zone; a lag that shrinks (a backlog
that is worked off), or that came with a gap in arrival (what was held up and follows in order),
is late delivery.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

import numpy as np
import numpy.typing as npt

from data.quality import Quality
from data.windows import Qualities, Row

#: Further ahead of its arrival than this no reading is believed, ms.
MAX_AHEAD_MS = 60_000
#: A lag of less is no clock worth telling, ms.
_BEHIND_MS = 120_000
#: A lag is the same while it stays within this of its mean, ms.
_SAME_MS = 15_000
#: It is told after so long and so many rows; sooner if it is whole half hours (a time zone, DST).
_STAYS_MS, _WHOLE_STAYS_MS, _ROWS = 300_000, 60_000, 20
_HALF_HOUR_MS, _WHOLE_MS = 1_800_000, 5_000
#: What was held up is told all the same if it does not catch up for so long.
_LATE_MS = 4 * 3_600_000
#: So long nothing ahead was seen: the clock is right again. Lags jump by more than so much.
_RIGHT_MS = 60_000


class Told(Enum):
    """What is wrong with a clock."""

    NOTHING = ""
    AHEAD = "ahead"
    BEHIND = "behind"


class Clock:
    """The clock of one extruder's rows, in order of arrival; all times are ms."""

    name = "clock"

    def __init__(self) -> None:
        self.told, self.since = Told.NOTHING, 0
        self._lag = 0.0
        self._ts = self._arrived = self._stored = 0
        self._began, self._rows = 0, 0
        self._late = self._set_back = False
        self._ahead_at = -_RIGHT_MS

    def row(self, row: Row, arrived: int) -> Row:
        """The row as it is to be stored."""
        lag = arrived - row.ts
        if lag < -MAX_AHEAD_MS:
            self._tell(Told.AHEAD, arrived, lag)
            self._ahead_at, self._rows = arrived, 0
            self._stored = max(arrived, self._stored + 1)
            return replace(row, ts=self._stored, quality=uncertain(row.quality))
        if self.told is Told.AHEAD and arrived - self._ahead_at > _RIGHT_MS:
            self.told = Told.NOTHING
        self._follow(lag, row.ts, arrived)
        self._ts, self._arrived = row.ts, arrived
        if self._set_back:  # its times were there before: nothing of then is to be corrected
            row = replace(row, ts=row.ts + 1)
        behind = self.told is Told.BEHIND
        return replace(row, quality=uncertain(row.quality)) if behind else row

    def why(self) -> str:
        """What is wrong, for people."""
        if self.told is Told.AHEAD:
            told = _length(-self._lag)
            return f"times are {told} ahead: the time of arrival is stored"
        return f"times are {_length(self._lag)} behind, and stay so: time zone, or a wrong clock"

    def _follow(self, lag: int, ts: int, arrived: int) -> None:
        if self._rows and abs(lag - self._lag) <= _SAME_MS:
            self._rows += 1
            self._lag += 0.05 * (lag - self._lag)
        else:
            self._jumped(lag, ts, arrived)
        if self.told is Told.BEHIND and lag < _BEHIND_MS / 2:
            self.told = Told.NOTHING
        known = self._rows >= _ROWS and arrived - self._began >= self._stays()
        if known and self.told is Told.NOTHING and self._lag >= _BEHIND_MS:
            self._tell(Told.BEHIND, arrived, self._lag)

    def _stays(self) -> int:
        """How long a lag must stay the same to be told."""
        if self._late:
            return _LATE_MS
        return _WHOLE_STAYS_MS if _is_whole(self._lag) else _STAYS_MS

    def _jumped(self, lag: int, ts: int, arrived: int) -> None:
        held_up = self._arrived > 0 and arrived - self._arrived > 0.5 * (lag - self._lag) > 0
        follows = ts - self._ts > 0
        jump = lag - self._lag
        if abs(jump) > _RIGHT_MS:
            steady = self._rows >= _ROWS and not held_up
            self._set_back = steady and jump > 0 and _is_whole(jump)
        if lag < _BEHIND_MS:
            self._late = False
        elif lag > self._lag:
            self._late = self._late or (held_up and follows)
        self._lag, self._began, self._rows = float(lag), arrived, 1
        if self.told is Told.BEHIND:
            self.told = Told.NOTHING

    def _tell(self, told: Told, arrived: int, lag: float) -> None:
        if self.told is not told:
            self.told, self.since = told, arrived
        if told is Told.AHEAD:
            self._lag = float(lag)


def _is_whole(ms: float) -> bool:
    """Whether it is whole half hours, one at least: zones and DST."""
    return ms > _HALF_HOUR_MS / 2 and abs((ms + _WHOLE_MS) % _HALF_HOUR_MS) <= 2 * _WHOLE_MS


def uncertain(quality: Qualities, where: npt.NDArray[np.bool_] | bool = True) -> Qualities:
    """Quality with what is good, and where it says so, as uncertain."""
    good = (quality == Quality.GOOD) & where
    return np.where(good, np.uint8(Quality.UNCERTAIN_LAST_USABLE_VALUE), quality)


def _length(ms: float) -> str:
    if ms >= 5_400_000:
        return f"{ms / 3_600_000:.1f} h"
    return f"{ms / 60_000:.0f} min"
