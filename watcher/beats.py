"""Heartbeats: those that come from the workers, and the watcher's own to somebody else."""

from __future__ import annotations

import logging
import time

import httpx

from watcher.history import History

log = logging.getLogger("meltwatch.watcher")

OWN_EVERY_S = 30.0
TIMEOUT_S = 5.0


class Heard:
    """When the last heartbeat came (ms; None: never), known again after a restart."""

    def __init__(self, history: History) -> None:
        self._history = history
        kept = history.kept("beat")
        self.last: int | None = int(kept) if kept else None

    def beat(self, at: int) -> None:
        """One came. It is kept with the next look: a restart forgives what is lost in between."""
        self.last = at


class OwnBeats:
    """Says to `url` that the watcher watches; failing is counted and holds nothing up."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._next = 0.0
        self.sent = self.failed = 0

    async def beat(self) -> None:
        """Send one, if it is time and there is somewhere to send it."""
        if not self._url or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + OWN_EVERY_S
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
                (await client.get(self._url)).raise_for_status()
            self.sent += 1
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            self.failed += 1
            log.warning("the watcher's own heartbeat failed: %s", type(error).__name__)
