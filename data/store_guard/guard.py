"""The guard as workers run it: checks, keeps for screens what they found, and tells people."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from redis import Redis

from data.journal import Batch, Journal
from data.notifier.routes import Routes
from data.settings import Settings
from data.store_guard import Finding
from data.store_guard.checks import day_check, is_due, minute_check
from data.store_guard.kept import keep, kept
from data.store_guard.standing import forget, stand
from data.store_guard.stores import asking
from data.store_guard.telling import Terms, messages
from data.store_guard.wording import all_findings


class Guard:
    """The guard of one store; what it found is in Redis, for the whole plant."""

    def __init__(
        self,
        settings: Settings,
        client: Redis,
        routes: Routes,
        open_journal: Callable[[], Journal],
    ) -> None:
        self._settings, self._redis, self._routes = settings, client, routes
        self._open_journal = open_journal
        name = settings.plant_name or "Meltwatch"
        self._terms = Terms(name, settings.zone, settings.base_url)

    def check(self, now: int, whole: bool = False) -> int:
        """Check at `now` (ms), `whole` or what is due; how many findings there are.

        Raises StoreError, HistoryBusy, WindowsUnavailable. Repeating it is harmless.
        """
        url, runaway_s = self._settings.database_url, self._settings.runaway_s
        before, day = kept(self._redis)
        known = all_findings(before, day)
        minute = minute_check(url, runaway_s, now, before)
        keep(self._redis, minute)
        try:
            if whole or is_due(day, before, minute):
                day = day_check(self._settings, now)
                keep(self._redis, day)
        finally:  # what the minute has shown is told, also where plans cannot be had
            found = all_findings(minute, day)
            self._tell(found, known, now)
        return len(found)

    def _tell(self, found: tuple[Finding, ...], known: tuple[Finding, ...], now: int) -> None:
        """Queue messages before it is forgotten that something stood: none is lost or doubled."""
        if not self._routes:
            return
        with asking(self._settings.database_url, readonly=False) as sql:
            standing = stand(sql, (one.key for one in found), now)
            if not standing.since and not standing.ended:
                return
            by_key = {one.key: one for one in (*known, *found)}
            made = messages(standing, by_key, self._routes, self._terms, now)
            if made:
                with closing(self._open_journal()) as journal:
                    journal.write(Batch(now, notifications=made))
            forget(sql, standing.ended)
