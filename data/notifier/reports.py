"""Queues the report of each shift for the routes that ask for it, a few minutes after its end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

from data.alarms.events import Priority
from data.errors import MeltwatchError
from data.history import Questions
from data.history.shift_address import query_of
from data.history.shift_minutes import first_waiting
from data.history.shift_report import ShiftReport, report, total_of
from data.journal import Batch, Journal, Notification
from data.meter import metered
from data.notifier.report_wording import report_body, report_title
from data.notifier.routes import REPORT, Route, Routes
from data.notifier.routing import report_key
from data.shifts import ShiftPlan, ShiftSpan

log = logging.getLogger("meltwatch.notifier")

#: So long after its end a shift is reported: late readings and the last rollups are in by then.
GRACE_MS = 5 * 60_000
#: Where rollups are behind by then, they are waited for, but not longer than this after its end.
PATIENCE_MS = 3_600_000
#: A shift that ended longer ago is not reported any more, e.g. after a long standstill.
LONGEST_MS = 12 * 3_600_000
#: How often it is looked whether a shift has ended; while that fails, so many times more rarely.
PAUSE_S, FAILING_FACTOR = 10.0, 6


@dataclass(frozen=True)
class ReportTerms:
    """What a report needs to know of the plant; `base_url` is empty if links cannot be made."""

    plant: str
    shifts: ShiftPlan
    currency: str
    base_url: str


class Reports:
    """Reports that are due. What is queued is told once by its key, whichever worker is first."""

    def __init__(self, routes: Routes, questions: Questions, terms: ReportTerms) -> None:
        self._routes = [route for route in routes if REPORT in route.events]
        self._questions, self._terms = questions, terms
        self._queued: set[str] = set()

    def __bool__(self) -> bool:
        """True if any route asks for reports."""
        return bool(self._routes)

    def due(self, now: int) -> list[Notification]:
        """Reports that are due at `now` (ms), until `queued` says that they are in the journal.

        Raises what Questions.ask raises.
        """
        return [one for shift in self._over(now) for one in self._of_shift(shift, now)]

    def queued(self, made: Iterable[Notification]) -> None:
        """The journal has these: they need not be worded again."""
        self._queued |= {one.key for one in made}

    def _over(self, now: int) -> Iterator[ShiftSpan]:
        """Shifts that ended a while ago, but not too long."""
        for shift in self._terms.shifts.spans(now - LONGEST_MS - 1, now):
            if now - LONGEST_MS <= shift.end <= now - GRACE_MS:
                yield shift

    def _of_shift(self, shift: ShiftSpan, now: int) -> list[Notification]:
        due = [
            (route, target)
            for route in self._routes
            if self._on_duty(route, shift, now)
            for target in route.targets
            if report_key(shift.start, target) not in self._queued
        ]
        if not due or self._is_behind(shift, now):
            return []
        shown = self._questions.ask(report, shift, now)
        return [self._notification(shown, route, target, now) for route, target in due]

    def _is_behind(self, shift: ShiftSpan, now: int) -> bool:
        """True while rollups of the shift are missing, as after a standstill of the workers."""
        waiting = self._questions.ask(first_waiting)
        return waiting is not None and waiting < shift.end and now < shift.end + PATIENCE_MS

    def _on_duty(self, route: Route, shift: ShiftSpan, now: int) -> bool:
        """True for those whose shift it was, and for those who are there now."""
        zone = self._terms.shifts.zone
        return route.on_duty(shift.end - 1, zone) or route.on_duty(now, zone)

    def _notification(
        self, shown: ShiftReport, route: Route, target: str, now: int
    ) -> Notification:
        terms, shift = self._terms, shown.shift
        lines = [
            one for one in shown.lines if not route.extruders or one.extruder in route.extruders
        ]
        link = f"{terms.base_url}/report?{query_of(shift, terms.shifts)}" if terms.base_url else ""
        title = report_title(shown, terms.plant, terms.shifts.zone)
        body = report_body(shown, lines, total_of(lines), terms.currency, link)
        return Notification(
            report_key(shift.start, target), target, title, body, int(Priority.LOW), now
        )


@metered("notifier")
def report_for_ever(
    open_journal: Callable[[], Journal],
    reports: Reports,
    stop: threading.Event,
    pause_s: float = PAUSE_S,
) -> None:
    """Queue reports until told to stop: the body of a thread.

    A thread of its own: a report may take longer than a refresh, or than a delivery may wait.
    """
    failing = False
    while not stop.wait(pause_s * (FAILING_FACTOR if failing else 1)):
        try:
            _queue(open_journal, reports, time.time_ns() // 1_000_000)
            failing = False
        except MeltwatchError as error:
            if not failing:
                log.warning("shift reports wait: %s", error)
            failing = True
        except Exception:  # the edge of a thread: nobody else would start it again
            log.exception("shift reports wait")


def _queue(open_journal: Callable[[], Journal], reports: Reports, now: int) -> None:
    made = reports.due(now)
    if not made:
        return
    with closing(open_journal()) as journal:
        journal.write(Batch(now, notifications=made))
    reports.queued(made)
