"""A subscription with its monitored items, and the loop of PublishRequests that feeds from it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from asyncua import ua
from asyncua.ua.uaerrors import BadTooManyPublishRequests

from data.ingest.opcua.session import Session
from data.ingest.opcua.settings import Settings
from data.ingest.opcua.together import first_failure
from data.ingest.opcua.wire import Published, Sample, published
from data.ingest.sources import SourceLost

#: PublishRequests that wait at the server, so that it need not wait for ours.
_WAITING = 3
#: The server says that it has nothing at least so often, ms, and keeps our items for so long.
_KEEP_ALIVE_MS, _LIFETIME_MS = 1_000, 600_000
#: Without a word for so long the subscription is given up, s: `receive` begins anew.
_SILENT_S = 8.0

Handle = Callable[[list[Sample]], Awaitable[None]]


class Subscription:
    """Items have the numbers of Sample.handle."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self._session, self._settings = session, settings
        self._id, self._silent_s = 0, _SILENT_S
        self._count = self._handling = 0
        self._acks: list[ua.SubscriptionAcknowledgement] = []
        self._heard = time.monotonic()

    async def create(self) -> None:
        """Ask the server for it."""
        every = self._settings.publishing_ms
        request = ua.CreateSubscriptionRequest()
        told = request.Parameters
        told.RequestedPublishingInterval = every
        told.RequestedMaxKeepAliveCount = max(1, _KEEP_ALIVE_MS // every)
        told.RequestedLifetimeCount = max(
            _LIFETIME_MS // every, 3 * told.RequestedMaxKeepAliveCount
        )
        told.MaxNotificationsPerPublish = 0
        told.PublishingEnabled = True
        data = await self._session.send(request)
        response = ua.ua_binary.struct_from_binary(ua.CreateSubscriptionResponse, data)
        response.ResponseHeader.ServiceResult.check()
        got = response.Parameters
        self._id = got.SubscriptionId
        keep_alive_s = got.RevisedPublishingInterval * got.RevisedMaxKeepAliveCount / 1000
        self._silent_s = max(_SILENT_S, 2 * keep_alive_s + 1)

    def handles(self, count: int) -> range:
        """Numbers for items that are to be added: a value may come before `add` returns."""
        first, self._count = self._count, self._count + count
        return range(first, self._count)

    async def add(
        self, nodes: Mapping[int, ua.NodeId], queue_size: int, sampling_ms: int
    ) -> dict[int, int]:
        """Watch nodes by handle; the status of each, which is bad where it is not watched."""
        statuses: dict[int, int] = {}
        items = [_item(node, one, queue_size, sampling_ms) for one, node in nodes.items()]
        handles = list(nodes)
        for at in range(0, len(items), most := self._session.most["monitor"]):
            parameters = ua.CreateMonitoredItemsParameters()
            parameters.SubscriptionId = self._id
            parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
            parameters.ItemsToCreate = items[at : at + most]
            results = await self._session.client.uaclient.create_monitored_items(parameters)
            codes = [one.StatusCode.value for one in results]
            statuses |= dict(zip(handles[at : at + most], codes, strict=True))
        return statuses

    async def run(self, handle: Handle) -> None:
        """Hand on what is published. Raises SourceLost or one of PROBLEMS; it never returns."""
        self._heard = time.monotonic()
        tasks = [asyncio.create_task(self._publishing(handle)) for _ in range(_WAITING)]
        tasks.append(asyncio.create_task(self._watch()))
        await first_failure(tasks)

    async def _publishing(self, handle: Handle) -> None:
        """One PublishRequest after the other; it ends if the server finds them too many."""
        while True:
            request = ua.PublishRequest()
            request.Parameters.SubscriptionAcknowledgements, self._acks = self._acks, []
            try:
                data = await self._session.send(request, timeout=0)
            except BadTooManyPublishRequests:
                self._acks += request.Parameters.SubscriptionAcknowledgements
                return
            told = published(data)
            self._heard = time.monotonic()
            if told.closed:
                raise SourceLost(f"the server has ended the subscription ({_named(told.closed)})")
            self._handling += 1
            try:
                await handle(told.samples)
            finally:
                self._handling -= 1
                self._heard = time.monotonic()
            self._acknowledge(told)

    def _acknowledge(self, told: Published) -> None:
        if told.acknowledge:
            self._acks.append(ua.SubscriptionAcknowledgement(told.subscription, told.sequence))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            silent = time.monotonic() - self._heard
            if silent > self._silent_s and not self._handling:  # else it is us who are slow
                raise SourceLost(f"the server has said nothing for {silent:.0f} s")


def _item(
    node: ua.NodeId, handle: int, queue_size: int, sampling_ms: int
) -> ua.MonitoredItemCreateRequest:
    item = ua.MonitoredItemCreateRequest()
    item.ItemToMonitor.NodeId = node
    item.ItemToMonitor.AttributeId = ua.AttributeIds.Value
    item.MonitoringMode = ua.MonitoringMode.Reporting
    asked = item.RequestedParameters
    asked.ClientHandle = handle
    asked.SamplingInterval = sampling_ms
    asked.QueueSize = queue_size
    asked.DiscardOldest = True
    # A value that was measured again and is the same is a reading, too.
    asked.Filter = ua.DataChangeFilter(Trigger=ua.DataChangeTrigger.StatusValueTimestamp)
    return item


def _named(status: int) -> str:
    return str(ua.StatusCode(status).name)
