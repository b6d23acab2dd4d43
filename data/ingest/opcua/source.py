"""A configured OPC UA server as a source: connect, find, subscribe, catch up, until it is lost."""

from __future__ import annotations

import asyncio
import logging
from threading import Event

from asyncua import ua

from data.extruders import JOB_STATUS
from data.ingest.clock import now_ms
from data.ingest.opcua.extruders import Extruders, discovered
from data.ingest.opcua.history import Owed, catch_up, with_history
from data.ingest.opcua.nodes import UnknownAddress, address_of, node_of
from data.ingest.opcua.problems import PROBLEMS, told
from data.ingest.opcua.session import Session, connected
from data.ingest.opcua.settings import Settings
from data.ingest.opcua.together import first_failure
from data.ingest.opcua.watching import Watching
from data.ingest.opcua.wire import sample_of
from data.ingest.sources import Desk, Reading, Tested
from data.ingest.sources.kinds import About

log = logging.getLogger(__name__)

#: A test must be over in 10 s.
_TEST_S = 9.0
#: So many variables of no extruder are shown to be mapped.
_MOST_OTHERS = 500


class OpcUa:
    """A Kind. An object is used by one thread at a time, but for `test`."""

    def __init__(self, settings: Settings, about: About) -> None:
        self.address = settings.url
        self._settings, self._about = settings, about
        self._owed = Owed(about.folder / "owed.json")
        self._jobs = {
            column.name
            for one in about.mapped
            for signal, column in zip(
                one.extruder.signals[-len(one.columns) :], one.columns, strict=True
            )
            if signal.name == JOB_STATUS
        }

    def receive(self, desk: Desk, stop: Event) -> None:
        """See Kind."""
        try:
            asyncio.run(self._receive(desk, stop))
        except (*PROBLEMS, UnknownAddress) as error:
            raise told(error, self._settings) from error

    def test(self) -> Tested:
        """See Kind."""
        try:
            return asyncio.run(asyncio.wait_for(self._test(), _TEST_S))
        except (*PROBLEMS, UnknownAddress) as error:
            raise told(error, self._settings) from error

    async def _test(self) -> Tested:
        async with connected(self._settings) as session:
            found = await self._discovered(session)
            named = [
                f"{name}: {len(signals)} signals, {sum(bool(one.parts) for one in signals)} with"
                " limits of the server"
                for _, name, signals in found.told
            ]
            lines = [await _say(session, one) for one in self._mapped()]
            count = sum(len(one[2]) for one in found.told)
            summary = (
                f"{session.server}, {_secured(self._settings)}: "
                f"{len(found.told)} extruders with {count} signals found, {len(lines)} mapped"
            )
            return Tested(summary, (*named, *lines))

    def _mapped(self) -> list[str]:
        return [column.name for one in self._about.mapped for column in one.columns]

    async def _discovered(self, session: Session) -> Extruders:
        if not self._settings.discover:
            return Extruders([], [])
        return await discovered(session, self._settings.browse_from)

    async def _receive(self, desk: Desk, stop: Event) -> None:
        async with connected(self._settings) as session:
            found = await self._discovered(session)
            desk.offer(found.found())
            newest = {address: desk.since(address) for address in desk.addresses()}
            desk.connected(f"{session.server}, {_secured(self._settings)}")
            watching = Watching(session, self._settings, desk, found, self._jobs)
            await watching.begin()
            await _show_others(session, desk, found)
            work = (
                watching.subscription.run(watching.feed.take),
                watching.keep(),
                self._catch_up_if_it_can(session, watching, newest, desk),
            )
            tasks = [session.lost, *(asyncio.ensure_future(one) for one in work)]
            await first_failure(tasks, asyncio.ensure_future(_stopped(stop)))

    async def _catch_up_if_it_can(
        self, session: Session, watching: Watching, newest: dict[str, int], desk: Desk
    ) -> None:
        """A server that refuses to tell of the past is still one that tells of now."""
        try:
            await self._catch_up(session, watching, newest, desk)
        except ua.UaStatusCodeError as error:
            told = f"the server does not let its history be read: {type(error).__name__}"
            desk.reject(told, self.address)

    async def _catch_up(
        self, session: Session, watching: Watching, newest: dict[str, int], desk: Desk
    ) -> None:
        """What is owed stays on disk until it has come: a reading of now is newer already."""
        if not self._settings.history:
            return
        now = now_ms()
        nodes = await with_history(session, [w.node for w in watching.feed.watched.values()])
        since = {
            handle: (one.node, self._owed.since(one.address, newest.get(one.address, 0)))
            for handle, one in watching.feed.watched.items()
            if not one.limits and one.node in nodes
        }
        since = {handle: one for handle, one in since.items() if one[1]}
        watched = watching.feed.watched
        self._owed.put({watched[handle].address: ms for handle, (_, ms) in since.items()})
        caught = await catch_up(session, since, now, watching.feed.take_past)
        self._owed.put({})
        for handle, why in caught.refused.items():
            address = watched[handle].address if handle in watched else ""
            desk.reject(f"the server does not let its history be read: {why}", address)
        if caught.values:
            log.info("%s: %d values from the server's history", self._about.name, caught.values)


async def _stopped(stop: Event) -> None:
    while not stop.is_set():
        await asyncio.sleep(0.1)


async def _show_others(session: Session, desk: Desk, found: Extruders) -> None:
    """Numbers that belong to no extruder, once, so that people can map them."""
    mapped = set(desk.addresses())
    others = [(one, address_of(one.node, session.namespaces)) for one in found.others]
    others = [one for one in others if one[1] not in mapped and "nsu=" in one[1]][:_MOST_OTHERS]
    values = await session.read([one.node for one, _ in others])
    readings = []
    for (one, address), value in zip(others, values, strict=True):
        _, ms, number, status, odd = sample_of(0, value)
        if not odd and not status:
            desk.describe(address, one.label, "")
            readings.append(Reading(address, ms or now_ms(), number))
    if readings:
        desk.take(readings)


async def _say(session: Session, address: str) -> str:
    """What is at an address that is mapped, for a test."""
    try:
        (value,) = await session.read([node_of(address, session.namespaces)])
    except UnknownAddress as error:
        return str(error)
    _, _, number, status, odd = sample_of(0, value)
    if status or odd:
        return f"{address}: {ua.StatusCode(status).name if status else 'no number but ' + odd}"
    return f"{address}: {number:g}"


def _secured(settings: Settings) -> str:
    security = settings.security
    return "not protected" if security.policy == "None" else f"{security.policy}, {security.mode}"
