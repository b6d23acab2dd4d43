"""Retention: readings and rollups that are older than their level is kept, deleted bit by bit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

from data.frames import AROUND_MS
from data.rollups import HOUR_MS, MINUTE_MS
from data.settings import Settings
from data.telemetry import TelemetryStore

DAY_MS = 24 * HOUR_MS
#: Rows of one transaction, and the pause in which others may write.
STEP_ROWS, PAUSE_S = 2_000, 0.02
#: A refresh must not wait longer than this for the worker.
BUDGET_S = 0.3
#: Windows show a day up to an extruder's newest reading, however old that is; a stamp further
#: ahead than this is not shown.
SHOWN_MS, AHEAD_MS = DAY_MS, 60_000

#: Deletes at most so many rows and says how many it were.
Step = Callable[[int], int]


class Retention:
    """Deletes what is due in one store, opened inside each call, for `budget_s` at a time."""

    def __init__(
        self,
        open_store: Callable[[], TelemetryStore],
        settings: Settings,
        budget_s: float = BUDGET_S,
    ) -> None:
        self._open_store, self._budget_s = open_store, budget_s
        self._raw, self._minutes, self._hours = (
            days * DAY_MS
            for days in (
                settings.retain_raw_days,
                settings.retain_minutes_days,
                settings.retain_hours_days,
            )
        )

    def trim(self, now: int) -> bool:
        """Delete what is due at `now` (ms); True if the time was up before all of it was.

        Raises StoreError. Repeating it is harmless, at once and from several processes too.
        """
        until = time.monotonic() + self._budget_s
        with closing(self._open_store()) as store:
            for step in self._steps(store, now):
                while step(STEP_ROWS) == STEP_ROWS:
                    if time.monotonic() + PAUSE_S > until:
                        return True
                    time.sleep(PAUSE_S)
        return False

    def _steps(self, store: TelemetryStore, now: int) -> Iterator[Step]:
        if self._raw:
            before = _readings_before(store, now - self._raw, now)
            if before:
                yield partial(store.delete_readings, before)
        for period_ms, kept in ((MINUTE_MS, self._minutes), (HOUR_MS, self._hours)):
            if kept:
                yield partial(store.delete_rollups, period_ms, now - kept)


def _readings_before(store: TelemetryStore, before: int, now: int) -> dict[int, int]:
    """Before which time readings may go, by extruder that has any of that age.

    What windows show and what the frame of a malfunction will need stays.
    """
    spans = store.reading_spans(now + AHEAD_MS)
    if all(first >= before for first, _ in spans.values()):
        return {}
    onsets = store.unframed_onsets(before)
    found = {}
    for extruder, (first, newest) in spans.items():
        shown = before if newest is None else newest - SHOWN_MS
        needed = onsets.get(extruder, before + AROUND_MS) - AROUND_MS
        found[extruder] = min(before, shown, needed)
        if first >= found[extruder]:
            del found[extruder]
    return found
