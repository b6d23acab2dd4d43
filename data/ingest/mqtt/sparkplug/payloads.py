"""Messages of Sparkplug B as readings, with the state that they need."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from data.ingest.mqtt.payloads import Arrived, Outgoing
from data.ingest.mqtt.sparkplug.births import Births
from data.ingest.mqtt.sparkplug.extruders import declare
from data.ingest.mqtt.sparkplug.host import Host, rebirth
from data.ingest.mqtt.sparkplug.metrics import quality_of, time_of, value_of
from data.ingest.mqtt.sparkplug.nodes import Known, Member, Node, bd_seq
from data.ingest.mqtt.sparkplug.schema import decoded
from data.ingest.mqtt.sparkplug.topics import BIRTHS, DATA, Sender, filters, parsed
from data.ingest.sources import Desk, Reading
from data.quality import Quality

#: An edge node is asked for its births no more often, ms.
ASK_MS = 10_000

NOT_BORN = "data before a birth"
GAP = "a gap in seq"


class SparkplugPayloads:
    """See Payloads. With `asks`, edge nodes are asked for births that are missing."""

    def __init__(self, groups: Sequence[str], host: Host, births: Births, asks: bool) -> None:
        self.topics: Sequence[str] = [one for group in groups for one in filters(group)] + list(
            host.topics
        )
        self._host, self._births, self._asks = host, births, asks
        self._nodes: dict[Sender, Node] = {}
        self._names: dict[str, str] = {}
        self._since, self._is_live = 0, True
        for sender, payload in births.all():
            node = self._node(sender)
            node.member(sender).birth(payload, restored=True)
            node.bd_seq = bd_seq(payload) if not sender.device else node.bd_seq

    def will(self, now: int) -> Outgoing | None:
        """See Payloads."""
        return self._host.will(now)

    def connected(self, resumed: bool, now: int) -> Sequence[Outgoing]:
        """See Payloads. What was missed is asked for, unless the broker has kept it."""
        self._since, self._is_live = now, not resumed
        for node in self._nodes.values():
            node.is_unsure = True
        asked = [] if resumed else [self._ask(node, now) for node in self._nodes.values()]
        return [*self._host.online(), *(one for some in asked for one in some)]

    def leaving(self) -> Sequence[Outgoing]:
        """See Payloads."""
        return self._host.offline()

    def read(self, arrived: Arrived, desk: Desk) -> tuple[Sequence[Reading], Sequence[Outgoing]]:
        """See Payloads."""
        if arrived.topic in self._host.topics:
            return (), self._host.heard(arrived)
        found = parsed(arrived.topic)
        if found is None:
            desk.reject("no topic of Sparkplug B", arrived.topic)
            return (), ()
        try:
            payload = decoded(arrived.payload)
        except ValueError as error:
            desk.reject(str(error), f"{arrived.topic}: {arrived.payload[:60]!r}")
            return (), ()
        return self._understood(found[0], found[1], (arrived, payload), desk)

    def _understood(
        self, kind: str, sender: Sender, message: tuple[Arrived, Any], desk: Desk
    ) -> tuple[Sequence[Reading], Sequence[Outgoing]]:
        arrived, payload = message
        node = self._node(sender)
        self._is_live = self._is_live or payload.timestamp >= self._since
        if kind in BIRTHS:
            return self._birth(kind, node.member(sender), message, desk), ()
        if kind in DATA:
            return self._data(node, node.member(sender), message, desk)
        if kind == "NDEATH":
            return self._node_death(node, message), ()
        asked = self._check_order(node, message, desk)
        time = time_of(0, payload.timestamp, arrived.at)[0]
        return list(_dead(node.member(sender), max(time, node.newest + 1))), asked

    def _birth(
        self, kind: str, member: Member, message: tuple[Arrived, Any], desk: Desk
    ) -> Sequence[Reading]:
        arrived, payload = message
        node = self._node(member.sender)
        node.follows(payload)
        if kind == "NBIRTH":
            node.forget()
            node.bd_seq, node.is_unsure = bd_seq(payload), False
        member.birth(payload)
        self._births.keep(member.sender, arrived.payload)
        declare(member, self._names, desk)
        return self._readings(node, member, message, [])

    def _data(
        self, node: Node, member: Member, message: tuple[Arrived, Any], desk: Desk
    ) -> tuple[Sequence[Reading], Sequence[Outgoing]]:
        arrived = message[0]
        asked = self._check_order(node, message, desk)
        is_old = member.is_restored and not (arrived.is_resumed and arrived.qos)
        if not member.is_born or is_old:
            desk.reject(NOT_BORN, arrived.topic)
            return (), self._ask(node, arrived.at)
        unknown: list[str] = []
        readings = self._readings(node, member, message, unknown)
        if unknown:
            desk.reject("a metric that no birth told", f"{arrived.topic}: {', '.join(unknown[:5])}")
            asked = [*asked, *self._ask(node, arrived.at)]
        return readings, asked

    def _check_order(
        self, node: Node, message: tuple[Arrived, Any], desk: Desk
    ) -> Sequence[Outgoing]:
        """After a gap births are asked for; those known hold on, unless we were away meanwhile."""
        arrived, payload = message
        if node.follows(payload, arrived.dup):
            node.is_unsure = node.is_unsure and node.seq is None
            return ()
        if node.is_unsure and not (arrived.is_resumed and arrived.qos):
            node.forget()
        node.is_unsure = False
        desk.reject(GAP, f"{arrived.topic}: {payload.seq}")
        return self._ask(node, arrived.at)

    def _readings(
        self, node: Node, member: Member, message: tuple[Arrived, Any], unknown: list[str]
    ) -> Sequence[Reading]:
        """What is no number is left out; `unknown` gets names or aliases that no birth told."""
        arrived, payload = message
        readings, newest = [], node.newest
        for metric in payload.metrics:
            known = member.known(metric)
            if known is None:
                unknown.extend(_unknown(metric))
            elif known.born.is_numeric and not metric.is_transient:
                reading = _reading(metric, known, payload.timestamp, arrived.at)
                readings.append(reading)
                newest = max(newest, reading.ts)
        node.newest = newest
        return readings

    def _node_death(self, node: Node, message: tuple[Arrived, Any]) -> Sequence[Reading]:
        """A will bears the time of the connection that it ended: it is the broker that told it.

        One that the broker has kept for us happened at some time after the last reading.
        """
        arrived, payload = message
        about = bd_seq(payload)
        if None not in {about, node.bd_seq} and about != node.bd_seq:
            return ()  # of an earlier session; the node has been born anew since
        after = node.newest + 1
        time = max(arrived.at, after) if self._is_live or not node.newest else after
        readings = [one for member in node.members.values() for one in _dead(member, time)]
        node.seq = None
        return readings

    def _ask(self, node: Node, now: int) -> Sequence[Outgoing]:
        if not self._asks or now - node.asked < ASK_MS:
            return ()
        node.asked = now
        return [rebirth(node.sender, now)]

    def _node(self, sender: Sender) -> Node:
        return self._nodes.setdefault(sender.node, Node(sender.node))


def _reading(metric: Any, known: Known, payload_time: int, at: int) -> Reading:
    ts, is_told = time_of(metric.timestamp, payload_time, at)
    quality = quality_of(metric)
    if quality == Quality.GOOD and not is_told:
        quality = Quality.UNCERTAIN_LAST_USABLE_VALUE
    value = value_of(metric, known.born.datatype)
    return Reading(known.address, ts, value, quality)


def _dead(member: Member, ts: int) -> Iterator[Reading]:
    """Its signals have no value any more, and it must be born before it sends any."""
    if not member.is_born:
        return
    member.is_born = False
    for address in member.addresses():
        yield Reading(address, ts, math.nan, Quality.BAD_NO_COMMUNICATION)


def _unknown(metric: Any) -> Iterator[str]:
    if not metric.name.startswith("Node Control/"):
        yield metric.name or f"alias {metric.alias}"
