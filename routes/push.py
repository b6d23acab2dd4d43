"""The push hub: one subscription to Redis per process feeds every viewer of every topic.

A topic is made once per commit, however many watch it. A viewer that reads too slowly loses its
queued events and is told to read a snapshot: nothing is buffered without bound.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing, suppress
from typing import TypeAlias

from data.errors import WindowsUnavailable
from data.scopes import Scope, seeing, seen
from data.settings import Settings
from data.window_cache.reader import WindowReader
from data.windows import Header
from routes.plant import NO_CARDS, cards
from routes.windows import DELTA_S, message_of

log = logging.getLogger("meltwatch.push")

#: Events that wait for one viewer; a viewer that is further behind reads a snapshot instead.
QUEUE_EVENTS = 4
#: A viewer without any event for this long hears a beat, so that it can tell silence from loss.
BEAT_S = 2.0
RETRY_S = 1.0

PLANT = 0
"""Topic of all cards; every other topic is an extruder's number."""


def event(kind: str, data: str, id_: int | None = None) -> bytes:
    """One server-sent event; `data` has no line breaks."""
    start = "" if id_ is None else f"id: {id_}\n"
    return f"{start}event: {kind}\ndata: {data}\n\n".encode()


#: What is seen, and the topic: viewers of one scope share what is made of it.
_Topic: TypeAlias = tuple[Scope, int]


class Viewer:
    """One open connection."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE_EVENTS)
        self.dropped = 0

    def put(self, message: bytes) -> int:
        """Queue an event, or trade everything queued for the order to read a snapshot.

        Returns how many events were dropped for it.
        """
        try:
            self._queue.put_nowait(message)
            return 0
        except asyncio.QueueFull:
            dropped = self._queue.qsize()
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(event("snapshot", "{}"))
            self.dropped += dropped
            return dropped

    async def next(self) -> bytes:
        """The next event, or a beat after BEAT_S without one."""
        try:
            return await asyncio.wait_for(self._queue.get(), BEAT_S)
        except TimeoutError:
            return event("beat", json.dumps({"served": int(time.time() * 1000)}))


class PushHub:
    """Viewers by topic, and the one task that feeds them; it runs while there is a viewer."""

    def __init__(
        self, reader: WindowReader, settings: Settings, count: Callable[[int, int], None]
    ) -> None:
        """`count(came, dropped)` is told of viewers that come (1) or go (-1) and events dropped."""
        self._reader, self._count = reader, count
        self._steps = DELTA_S * 1000 // settings.step_ms
        self._topics: defaultdict[_Topic, set[Viewer]] = defaultdict(set)
        self._pushed: dict[_Topic, int] = {}
        self._task: asyncio.Task[None] | None = None
        self.pushes = 0

    @property
    def viewers(self) -> int:
        """Open connections."""
        # A list at once: another thread may ask while viewers come and go.
        return sum(map(len, list(self._topics.values())))

    async def events(self, topic: int, last_event_id: int | None) -> AsyncGenerator[bytes, None]:
        """The events of a topic for one viewer: first what it missed, then as they happen.

        `last_event_id` is the head_ts (ms) that the viewer had; if more than a delta is missing
        since then, the first event is the order to read a snapshot.
        """
        viewer, scope = Viewer(), seen()
        self._topics[scope, topic].add(viewer)
        self._count(1, 0)
        try:
            self._ensure_running()
            yield b"retry: 2000\n\n"
            with suppress(WindowsUnavailable):  # the hub says so itself
                yield await self._first(topic, last_event_id)
            while True:
                yield await viewer.next()
        finally:
            self._leave((scope, topic), viewer)

    def _leave(self, topic: _Topic, viewer: Viewer) -> None:
        self._topics[topic].discard(viewer)
        self._count(-1, 0)
        if not self._topics[topic]:
            del self._topics[topic]
            self._pushed.pop(topic, None)

    def _ensure_running(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def _first(self, topic: int, last_event_id: int | None) -> bytes:
        if topic == PLANT:
            return await self._plant()
        made = await self._windows([topic], dict.fromkeys([topic], -1))
        head, message = made.get(topic, (0, event("snapshot", "{}")))
        missing = last_event_id is not None and head - last_event_id > DELTA_S * 1000
        return event("snapshot", "{}") if missing else message

    async def _run(self) -> None:
        while self._topics:
            try:
                await self._follow_commits()
            except WindowsUnavailable as error:
                self._send(self._topics, event("trouble", json.dumps({"error": str(error)})))
                await asyncio.sleep(RETRY_S)
            except Exception:  # the edge of this task: it must outlive whatever one push met
                log.exception("push failed")
                await asyncio.sleep(RETRY_S)

    async def _follow_commits(self) -> None:
        async with aclosing(self._reader.commits()) as commits:
            async for shards in commits:
                if shards:
                    await self._push(shards)
                if not self._topics:
                    return

    async def _push(self, shards: frozenset[int]) -> None:
        """Push what the commits of these shards have changed."""
        self.pushes += 1
        for scope in {scope for scope, _ in self._topics}:
            with seeing(scope):
                await self._push_to(scope, shards)

    async def _push_to(self, scope: Scope, shards: frozenset[int]) -> None:
        """Push to those who see the same."""
        extruders = [
            topic
            for whose, topic in self._topics
            if whose == scope and topic != PLANT and self._reader.keys(topic).shard.number in shards
        ]
        before = {one: self._pushed.get((scope, one), -1) for one in extruders}
        for extruder, (head, message) in (await self._windows(extruders, before)).items():
            self._pushed[scope, extruder] = head
            self._send([(scope, extruder)], message)
        if (scope, PLANT) in self._topics:
            for shard in shards:
                await self._push_cards(scope, shard)

    async def _push_cards(self, scope: Scope, shard: int) -> None:
        body, status = await cards(self._reader, shard)
        if status.catalogue and not body.endswith(NO_CARDS):  # else another shard says it
            self._send([(scope, PLANT)], event("plant", body.decode(), status.last_success))

    def _send(self, topics: Iterable[_Topic], message: bytes) -> None:
        for topic in topics:
            dropped = sum(viewer.put(message) for viewer in self._topics.get(topic, ()))
            self._count(0, dropped)

    async def _windows(
        self, extruders: list[int], pushed: dict[int, int]
    ) -> dict[int, tuple[int, bytes]]:
        """Head and event by extruder: the steps since the head that was pushed before."""

        def steps(extruder: int, header: Header) -> int:
            before = header.spec.step_of(pushed.get(extruder, -1))
            return max(1, min(self._steps, header.spec.step_of(header.head_ts) - before + 1))

        if not extruders:
            return {}
        windows, status = await self._reader.tails(extruders, steps)
        made = {}
        for extruder, window in windows.items():
            head = window.header.head_ts
            body = base64.b64encode(message_of(window, extruder, status, delta=True)).decode()
            made[extruder] = (head, event("window", body, head))
        return made

    async def _plant(self) -> bytes:
        body, status = await cards(self._reader)
        return event("plant", body.decode(), status.last_success)
