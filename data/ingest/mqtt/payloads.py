"""What a payload format knows: which topics it wants, what it publishes, how it reads messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from data.ingest.sources import Desk, Reading


class Arrived(NamedTuple):
    """A message and when it came, ms since the epoch. `is_resumed`: it came by a session that
    the broker had kept, so that nothing with QoS 1 is missing before it.
    """

    topic: str
    payload: bytes
    at: int
    qos: int = 0
    retain: bool = False
    dup: bool = False
    is_resumed: bool = False


class Outgoing(NamedTuple):
    """What is published, with QoS 1 if it is retained, else with QoS 0."""

    topic: str
    payload: bytes
    retain: bool = False


class Payloads(Protocol):
    """A format of payloads. One thread calls all of it but `will` and `topics`."""

    @property
    def topics(self) -> Sequence[str]:
        """Filters to subscribe to."""

    def will(self, now: int) -> Outgoing | None:
        """What the broker publishes once we are gone, asked for before each connection."""

    def connected(self, resumed: bool, now: int) -> Sequence[Outgoing]:
        """What we publish when we are connected; `resumed`: the broker had kept our session."""

    def leaving(self) -> Sequence[Outgoing]:
        """What we publish before we go, since there is no will then."""

    def read(self, arrived: Arrived, desk: Desk) -> tuple[Sequence[Reading], Sequence[Outgoing]]:
        """The readings of a message, and what is to be published because of it.

        What cannot be read is rejected at the desk; nothing is raised.
        """
