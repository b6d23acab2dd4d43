"""One look after the other, what it means, and that it is written down before anything else."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from watcher.beats import Heard, OwnBeats
from watcher.certificate import passed, steps
from watcher.findings import Look, judge, silence
from watcher.history import History, Message
from watcher.post import Post
from watcher.reference import reaches
from watcher.settings import Settings
from watcher.state import Happening, Level, Rules, State, after_gap, step
from watcher.telling import About, beats_in_words, certificate_message, message

log = logging.getLogger("meltwatch.watcher")


class Rounds:
    """Looks at the site every `every_s` seconds; `last` is the newest look, `state` what it is."""

    def __init__(
        self, settings: Settings, history: History, post: Post, heard: Heard, own: OwnBeats
    ) -> None:
        self._settings, self._history, self._post = settings, history, post
        self.heard, self.own = heard, own
        self.state: State = history.state()
        self.last: Look | None = None
        self.looked = int(history.kept("looked") or 0)
        self._watching_since = 0
        self._rules = Rules(settings.fails, settings.recovers, round(settings.remind_s * 1000))
        self._about = About(settings.name, settings.site, settings.zone)

    async def go_on_for_ever(self, look: Callable[[Settings], Awaitable[Look]]) -> None:
        """Look until cancelled. A round that fails by itself is said, and no heartbeat is sent."""
        while True:
            began = time.monotonic()
            try:
                await self._round(look)
            except Exception:  # the edge of a task that must not end
                log.exception("this round failed")
            await asyncio.sleep(max(0.0, began + self._settings.every_s - time.monotonic()))

    async def _round(self, look: Callable[[Settings], Awaitable[Look]]) -> None:
        found = await look(self._settings)
        if found.away and not await reaches(self._settings.reference_url):
            log.warning(
                "neither the site nor WATCH_REFERENCE_URL answers: this round does not count"
            )
            return
        self.take(found, int(time.time() * 1000))
        await self.own.beat()

    def take(self, look: Look, at: int) -> None:
        """Take in what a look found at `at` (ms). Raises sqlite3.Error; then nothing is taken."""
        state = self._resumed(at)
        beat, limit_s = self.heard.last, self._settings.heartbeat_max_s
        quiet = silence(beat, self._watching_since, at, limit_s)
        seen = judge([*look.findings, *([quiet] if quiet else [])])
        state, happening = step(state, seen, at, self._rules)
        stage = self._certificate_stage(look, at)
        messages = self._messages(happening, at) + self._certificate(look, stage, at)
        self._history.record(
            state,
            at,
            changed=happening.incident if happening else None,
            messages=messages,
            targets=len(self._settings.tell),
            kept={"certificate": stage, **({} if beat is None else {"beat": beat})},
        )
        self.state, self.last, self.looked = state, look, at
        for one in messages:
            log.warning("%s", one.title)
        self._post.wake()

    def _resumed(self, at: int) -> State:
        """Looks before a pause do not count with those after it, nor do heartbeats missed in it."""
        if self._watching_since and 0 <= at - self.looked <= self._settings.gap_ms:
            return self.state
        paused = self.looked and not 0 <= at - self.looked <= self._settings.gap_ms
        self._watching_since = at
        return after_gap(self.state) if paused else self.state

    def _messages(self, happening: Happening | None, at: int) -> list[Message]:
        if happening is None:
            return []
        more = beats_in_words(self.heard.last, at) if happening.seen.level is Level.DOWN else ""
        return [message(happening, self._about, at, more)]

    def _certificate_stage(self, look: Look, at: int) -> int:
        """How many of the steps before the certificate's end are over; none of a new one."""
        if look.certificate_ends is None:
            return self._told_stage
        return passed(look.certificate_ends, at, steps(self._settings.cert_days))

    def _certificate(self, look: Look, stage: int, at: int) -> list[Message]:
        """Each step is told once."""
        if look.certificate_ends is None or stage <= self._told_stage:
            return []
        return [certificate_message(look.certificate_ends, self._about, at)]

    @property
    def _told_stage(self) -> int:
        return int(self._history.kept("certificate") or 0)
