"""A source of whole rows, such as the simulator, with a state to tell like the others'."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Event

from msgspec.structs import replace

from data.extruders import Catalogue
from data.ingest import Source
from data.ingest.clock import now_ms
from data.ingest.sources.tally import Tally
from data.window_cache.source_state import Condition, SourceState
from data.window_cache.spool_state import SpoolState
from data.windows import Row


class Counted:
    """Passes on what `source` delivers, and counts it."""

    def __init__(self, source: Source, kind: str) -> None:
        self.name, self._source, self._kind = source.name, source, kind
        self._tally = Tally(now_ms())

    def catalogue(self) -> Catalogue:
        """See Source.catalogue."""
        return self._source.catalogue()

    def stream(self, stop: Event) -> Iterator[Sequence[Row]]:
        """See Source.stream."""
        for rows in self._source.stream(stop):
            newest = max((row.ts for row in rows), default=0)
            self._tally.took(sum(len(row.values) for row in rows), newest, now_ms())
            self._tally.becomes(Condition.RECEIVING, "", now_ms())
            yield rows

    def state(self, now: int, waiting: SpoolState) -> SourceState:
        """See SourceState."""
        extruders = tuple(one.id for one in self.catalogue().extruders)
        state = self._tally.state(self.name, self._kind, now, waiting)
        return replace(state, extruders=extruders)
