"""Ways for readings to get into the telemetry store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Event
from typing import Protocol

from data.extruders import Catalogue
from data.windows import Row


class Delivery(list[Row]):
    """Rows whose sender must know when they are safe: each of `kept` is called, once, when all of
    them are in the store or on disk. It is not called for rows that are lost: send them again.
    """

    def __init__(self, rows: Sequence[Row], kept: Sequence[Callable[[], None]]) -> None:
        super().__init__(rows)
        self.kept = tuple(kept)


class Source(Protocol):
    """Where rows come from: a simulator, a recording, or what data.ingest.sources receives."""

    name: str

    def catalogue(self) -> Catalogue:
        """The extruders, signals, limits and products that this source delivers.

        Another object once they have changed; signals are only ever appended. Empty while it is
        not known yet.
        """

    def stream(self, stop: Event) -> Iterator[Sequence[Row]]:
        """Batches of rows as their time comes, until `stop` is set or the source ends.

        The first batch may hold the recent past, so that windows are full at once. A batch may be
        a Delivery. It is read in a thread of its own, whatever the store does (data.ingest.feed).
        """
