"""Meltwatch as a Sparkplug host application: it says whether it is there, and asks for births."""

from __future__ import annotations

import json
from collections.abc import Sequence

from data.ingest.clock import now_ms
from data.ingest.mqtt.payloads import Arrived, Outgoing
from data.ingest.mqtt.sparkplug.schema import Payload
from data.ingest.mqtt.sparkplug.topics import Sender, command, state

_BOOLEAN = 11


class Host:
    """The STATE of a primary host; none at all with an empty `host_id`.

    Edge nodes that know of it store while it is offline, and send what they stored afterwards.
    """

    def __init__(self, host_id: str) -> None:
        self.topics = [state(host_id)] if host_id else []
        self._began = 0

    def will(self, now: int) -> Outgoing | None:
        """Offline; online will bear the same time, as the specification asks."""
        self._began = now
        return next(iter(self._says(False)), None)

    def online(self) -> Sequence[Outgoing]:
        """What is said when connected."""
        return self._says(True)

    def offline(self) -> Sequence[Outgoing]:
        """What is said before we go."""
        self._began = now_ms()
        return self._says(False)

    def heard(self, arrived: Arrived) -> Sequence[Outgoing]:
        """Somebody says that we are offline, such as our own last will: we are not."""
        try:
            told = json.loads(arrived.payload)
        except (ValueError, RecursionError):
            return ()
        offline = isinstance(told, dict) and told.get("online") is False
        return self._says(True) if offline else ()

    def _says(self, online: bool) -> list[Outgoing]:
        told = json.dumps({"online": online, "timestamp": self._began}).encode()
        return [Outgoing(topic, told, retain=True) for topic in self.topics]


def rebirth(node: Sender, now: int) -> Outgoing:
    """The command to an edge node to publish all its births again."""
    payload = Payload(timestamp=now)
    metric = {"name": "Node Control/Rebirth", "timestamp": now, "datatype": _BOOLEAN}
    payload.metrics.add(**metric, boolean_value=True)
    return Outgoing(command(node), payload.SerializeToString())
