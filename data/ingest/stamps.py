"""Time stamps of a recorded file: local time to UTC, and a time of its own for every row."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

#: The time format of stamps such as 2019-03-06T10:52:33; all others are those of strptime.
ISO = "iso"

#: How far a row may move to find a free millisecond, ms.
MAX_SHIFT_MS = 999

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


class SkippedTime(ValueError):
    """A local time that never was, because a clock change skipped it."""


class LocalClock:
    """Reads a file's stamps in order; order decides which of two equal local times is meant."""

    def __init__(self, time_format: str, zone: ZoneInfo) -> None:
        self._format = None if time_format == ISO else time_format
        self._zone = zone
        self._last: int | None = None

    def read(self, text: str) -> tuple[int, bool]:
        """ms since the epoch, and whether a clock change made this local time happen twice.

        Raises SkippedTime for a local time that never was, ValueError for text that is no time.
        """
        return self.take(self._parse(text))

    def take(self, local: datetime) -> tuple[int, bool]:
        """The same, of a time that is no text."""
        if local.tzinfo is not None:
            first = second = _ms(local)
        else:
            first, second = (_ms(local.replace(tzinfo=self._zone, fold=fold)) for fold in (0, 1))
        if first > second:  # PEP 495: only so in the hour that the clocks skip
            raise SkippedTime
        self._last = second if self._is_second(first, second) else first
        return self._last, first != second

    def _parse(self, text: str) -> datetime:
        if self._format is None:
            return datetime.fromisoformat(text)
        return datetime.strptime(text, self._format)

    def _is_second(self, first: int, second: int) -> bool:
        """True if time would run backwards with the first meaning, but not with the second."""
        return self._last is not None and first < self._last <= second


class Placer:
    """Gives each row a time that no other row has: a repeated one moves to the next free ms."""

    def __init__(self, max_shift_ms: int = MAX_SHIFT_MS) -> None:
        self._max_shift = max_shift_ms
        # Sorted. 8 bytes a row: 11 weeks of seconds are 53 MB, a set would be 500.
        self._taken = array("q")

    def place(self, ts: int) -> int | None:
        """`ts` or the next free ms; None if there is none near enough."""
        taken = self._taken
        if not taken or ts > taken[-1]:
            taken.append(ts)
            return ts
        index, free = bisect_left(taken, ts), ts
        while index < len(taken) and taken[index] == free:
            index, free = index + 1, free + 1
        if free - ts > self._max_shift:
            return None
        taken.insert(index, free)
        return free


def _ms(local: datetime) -> int:
    return (local - _EPOCH) // _MS
