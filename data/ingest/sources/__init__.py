"""Sources that a plant configures: what every kind of them implements, and what it works with.

A new kind is one module with `build`, named in data.ingest.sources.kinds (docs/sources.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import Event
from typing import NamedTuple, Protocol, runtime_checkable

from data.errors import MeltwatchError
from data.extruders import Limits, Signal
from data.ingest.mapped_extruders import MappedExtruder
from data.quality import Quality
from data.windows import Row


class SourceLost(MeltwatchError):
    """A source cannot be reached or read now; it is tried again. The text is shown to people."""

    retryable = True


class Reading(NamedTuple):
    """What was read at an address. `ts` is the source's own time in ms since the epoch, UTC;
    `value` is in the source's unit, NaN if there is none.
    """

    address: str
    ts: int
    value: float
    quality: Quality = Quality.GOOD


class FoundSignal(NamedTuple):
    """A signal that a source declares by itself: reading = value × scale + offset."""

    address: str
    signal: Signal
    limits: Limits = Limits()
    scale: float = 1.0
    offset: float = 0.0


class Found(NamedTuple):
    """An extruder that a source declares by itself; `key` stays the same for ever."""

    key: str
    name: str
    signals: Sequence[FoundSignal]


class Tested(NamedTuple):
    """What a test of the connection found, in a sentence and in lines for who wants to know."""

    summary: str
    lines: tuple[str, ...] = ()


class Desk(Protocol):
    """Where a source hands in what it receives. Any thread may call any method."""

    def connected(self, detail: str = "") -> None:
        """The source is reached; `detail` is shown, such as the server's name."""

    def take(self, readings: Sequence[Reading], kept: Callable[[], None] | None = None) -> None:
        """Take readings; waits while too much is under way. `kept`: see Delivery.

        What is at an address that is not mapped is counted and shown to be mapped.
        """

    def take_rows(self, rows: Sequence[Row], kept: Callable[[], None] | None = None) -> None:
        """Take what comes as whole rows of extruders in the catalogue, such as a file."""

    def offer(self, found: Iterable[Found]) -> None:
        """Tell extruders that the source declares. New ones get a number, new signals are
        appended; all else that has changed is taken over.
        """

    def describe(self, address: str, label: str, unit: str) -> None:
        """What the source tells of an address that may not be mapped."""

    def reject(self, reason: str, sample: str) -> None:
        """Count something that cannot be read; `reason` is one of few, `sample` an example."""

    def addresses(self) -> Sequence[str]:
        """The addresses that are mapped now."""

    def since(self, address: str) -> int:
        """Time of the newest reading (ms) of the extruder that an address is mapped to, 0 if there
        is none: what a source can tell of the time since then was missed.
        """

    @property
    def is_full(self) -> bool:
        """Whether so much waits for the store that a sender had better wait."""


class Kind(Protocol):
    """One way of receiving readings; an object is one configured source."""

    #: Where it receives from, without secrets, such as opc.tcp://10.0.0.5:4840.
    address: str

    def receive(self, desk: Desk, stop: Event) -> None:
        """Connect and hand readings to `desk` until `stop` is set.

        Raises SourceLost when the connection is lost or cannot be made: it is called again after
        a while. It returns early only if the source has ended for good. It closes what it opens.
        """

    def test(self) -> Tested:
        """Try to connect, in at most 10 s, beside a `receive` that may be running.

        Raises SourceLost saying what is wrong.
        """


@runtime_checkable
class OfWholeRows(Protocol):
    """A Kind that hands in whole rows: their extruders, in the order of their signals."""

    extruders: tuple[MappedExtruder, ...]
