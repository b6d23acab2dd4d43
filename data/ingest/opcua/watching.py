"""What is subscribed to of a session, kept in step with what is mapped and what is there."""

from __future__ import annotations

import asyncio
import math
import time

from asyncua import ua

from data.ingest.opcua.desk_feed import DeskFeed, Watched, watched_for_limits
from data.ingest.opcua.extruders import Extruders
from data.ingest.opcua.nodes import UnknownAddress, node_of
from data.ingest.opcua.repeats import Repeats
from data.ingest.opcua.session import Session
from data.ingest.opcua.settings import Settings
from data.ingest.opcua.status import is_bad
from data.ingest.opcua.subscription import Subscription
from data.ingest.sources import Desk

#: Set values and tolerances: read once a second is enough, and only the newest matters.
_LIMITS_MS, _LIMITS_QUEUE = 1_000, 1
#: So often it is looked for addresses that were mapped meanwhile, s, and for nodes that were gone.
_SYNC_S, _AGAIN_S = 2.0, 15.0


class Watching:
    """`feed` hands in what `subscription` publishes."""

    def __init__(
        self, session: Session, settings: Settings, desk: Desk, found: Extruders, jobs: set[str]
    ) -> None:
        self._session, self._settings, self._desk = session, settings, desk
        self._found = found
        behind = settings.sampling_ms + settings.publishing_ms
        self.feed = DeskFeed(desk, found, Repeats(settings.repeat_ms, behind))
        self.subscription = Subscription(session, settings)
        self._jobs = jobs | self.feed.jobs()
        self._tried: dict[str, float] = {}

    async def begin(self) -> None:
        """Subscribe to all that is mapped, and to what limits are made of."""
        await self.subscription.create()
        await self._sync()
        limits = watched_for_limits(self._found)
        await self._watch(limits, _LIMITS_QUEUE, _LIMITS_MS)

    async def keep(self) -> None:
        """Tell limits that have changed; subscribe to what was mapped or is back."""
        while True:
            await asyncio.sleep(_SYNC_S)
            await self._sync()
            self.feed.offer_changed()

    async def _sync(self) -> None:
        gone = {self.feed.watched[handle].address for handle in self.feed.gone}
        self.feed.forget(self.feed.gone)
        self.feed.gone.clear()
        now = time.monotonic()
        self._tried |= dict.fromkeys(gone, now)
        wanted = []
        for address in self._desk.addresses():
            if now - self._tried.get(address, -_AGAIN_S) < _AGAIN_S:
                continue
            self._tried[address] = now
            wanted.append(address)
        items = [one for address in wanted if (one := self._item(address))]
        await self._watch(items, self._settings.queue_size, self._settings.sampling_ms)

    def _item(self, address: str) -> Watched | None:
        try:
            node = node_of(address, self._session.namespaces)
        except UnknownAddress as error:
            self._desk.reject(str(error).replace(address, "the address"), address)
            return None
        return Watched(address, node, address in self._jobs)

    async def _watch(self, items: list[Watched], queue_size: int, sampling_ms: int) -> None:
        if not items:
            return
        added = dict(zip(self.subscription.handles(len(items)), items, strict=True))
        self.feed.watched |= added
        nodes = {handle: one.node for handle, one in added.items()}
        for handle, status in (await self.subscription.add(nodes, queue_size, sampling_ms)).items():
            address = added[handle].address
            if is_bad(status):
                self.feed.forget([handle])
                name = ua.StatusCode(status).name
                self._desk.reject(f"the server has no such value: {name}", address)
            else:
                self._tried[address] = math.inf
