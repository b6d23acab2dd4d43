"""From what the monitor finds to messages for people."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from data.history import open_history
from data.journal import Journal, Notification
from data.monitor.findings import Findings
from data.monitor.monitor import Monitor
from data.notifier.reports import Reports, ReportTerms, report_for_ever
from data.notifier.routes import Routes
from data.notifier.routing import escalations, notifications
from data.notifier.wording import Plant
from data.settings import Settings


class Telling:
    """Messages by the routes of one plant; without routes nobody is told anything."""

    def __init__(self, routes: Routes, settings: Settings) -> None:
        self.routes, self._settings = routes, settings
        self._told: frozenset[str] = frozenset()
        self._coming: frozenset[str] = frozenset()

    def __call__(self, monitor: Monitor, found: Findings, now: int) -> Sequence[Notification]:
        """Messages that are due: of what is new, and of what nobody acknowledges."""
        name = self._settings.plant_name or "Meltwatch"
        plant = Plant(name, self._settings.zone, self._settings.base_url, monitor.catalogue)
        new = notifications(found.events, monitor.malfunctions, self.routes, plant, now)
        waiting = monitor.book.alarms.values()
        late = escalations(waiting, monitor.malfunctions, self.routes, plant, now, self._told)
        self._coming = late.told
        return [*new, *late.notifications]

    def durable(self) -> None:
        """What the last call gave is in the journal: it need not be given again."""
        self._told = self._coming


def tell_of_shifts(
    routes: Routes, settings: Settings, open_journal: Callable[[], Journal]
) -> threading.Thread | None:
    """Start the thread that queues shift reports; None if no route asks for them."""
    terms = ReportTerms(
        settings.plant_name or "Meltwatch", settings.shifts, settings.currency, settings.base_url
    )
    reports = Reports(routes, open_history(settings.database_url, settings.shifts), terms)
    if not reports:
        return None
    arguments = (open_journal, reports, threading.Event())
    thread = threading.Thread(target=report_for_ever, args=arguments, daemon=True)
    thread.start()
    return thread
