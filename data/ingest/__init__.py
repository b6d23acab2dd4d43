"""Ways for readings to get into the telemetry store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Event
from typing import Protocol

from data.extruders import Catalogue
from data.windows import Row


class Source(Protocol):
    """Where readings come from. Adding a source is adding one implementation of this."""

    name: str

    def catalogue(self) -> Catalogue:
        """The extruders, signals, limits and products that this source delivers."""

    def stream(self, stop: Event) -> Iterator[Sequence[Row]]:
        """Batches of rows as their time comes, until `stop` is set or the source ends.

        The first batch may hold the recent past, so that windows are full at once.
        It is read in a thread of its own, whatever the store does (data.ingest.feed).
        """
