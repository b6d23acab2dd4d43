"""Delivers the messages of the history: each target by itself, in order, until it is accepted.

One that was accepted and not yet written down when the watcher is killed comes twice, never not.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from watcher.history import History, Message, Waiting

log = logging.getLogger("meltwatch.watcher")

FIRST_RETRY_S, LONGEST_RETRY_S = 5, 300
GIVE_UP_S = 24 * 3600
Send = Callable[[str, Message], Awaitable[str]]


class Post:
    """Takes messages from the history to `targets` (apprise URLs)."""

    def __init__(self, history: History, targets: Sequence[str], send: Send) -> None:
        self._history, self._targets, self._send = history, targets, send
        self._news = [asyncio.Event() for _ in targets]

    def wake(self) -> None:
        """There are new messages."""
        for news in self._news:
            news.set()

    async def deliver_for_ever(self) -> None:
        """Deliver to all targets at once: one that is slow keeps nobody else waiting."""
        async with asyncio.TaskGroup() as group:
            for target in range(len(self._targets)):
                group.create_task(self._deliver(target))

    async def _deliver(self, target: int) -> None:
        while True:
            try:
                await self._deliver_one(target)
            except sqlite3.Error as error:  # not at once: what cannot be written down comes again
                log.error("messages cannot be read or written down: %s", error)
                await asyncio.sleep(LONGEST_RETRY_S)

    async def _deliver_one(self, target: int) -> None:
        self._news[target].clear()
        first = self._history.waiting(target)
        if first is None or first.due > _now():
            await self._pause(target, first)
        else:
            await self._try(target, first)

    async def _pause(self, target: int, first: Waiting | None) -> None:
        seconds = max(0.0, (first.due - _now()) / 1000) if first else None
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news[target].wait()

    async def _try(self, target: int, first: Waiting) -> None:
        error = await self._send(self._targets[target], first.message)
        if not error:
            self._history.sent(first.id, _now())
            return
        log.warning("WATCH_TELL[%d]: %s: %s", target + 1, first.message.title, error)
        retry_s = min(FIRST_RETRY_S * 2**first.attempts, LONGEST_RETRY_S)
        over = _now() - first.made > GIVE_UP_S * 1000
        self._history.failed(first.id, error, None if over else _now() + retry_s * 1000, _now())


def _now() -> int:
    return int(time.time() * 1000)
