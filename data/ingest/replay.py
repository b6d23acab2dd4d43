"""Replay: a recorded CSV file as if it happened now, at its own or another speed."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from threading import Event

from data.errors import MalformedFile
from data.extruders import Catalogue
from data.ingest.clock import now_ms
from data.ingest.mapping import CsvMapping
from data.ingest.recorded import rows_of
from data.ingest.stamps import Placer
from data.windows import Row

log = logging.getLogger(__name__)

#: Rows that are due at once are delivered in batches of at most this many.
MAX_BATCH = 2000


@dataclass(frozen=True)
class Rebase:
    """Recorded time to replayed time: `first` becomes `start`, and time runs `speed` × as fast."""

    first: int
    start: int
    speed: float

    def __call__(self, recorded: int) -> int:
        """The replayed time of a recorded time, both in ms, down to the whole ms."""
        return self.start + int((recorded - self.first) // self.speed)


class Replay:
    """A Source that plays a recorded file once, then stays silent, so that screens go stale.

    Raises MalformedFile at construction for any line that is not as the mapping declares.
    The first `backfill_s` recorded seconds are already past when it starts at `now` (ms).
    """

    def __init__(
        self,
        path: Path,
        mapping: CsvMapping,
        speed: float,
        now: int,
        backfill_s: float,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self.name = f"replay of {path} at {speed:g} × by {mapping.path}"
        self._path = path
        self._mapping, self._catalogue = mapping, mapping.catalogue()
        self._clock = clock
        start = now - int(backfill_s * 1000 / speed)
        self.rebase = Rebase(self._first_recorded(), start, speed)

    def catalogue(self) -> Catalogue:
        """See Source.catalogue."""
        return self._catalogue

    def stream(self, stop: Event) -> Iterator[Sequence[Row]]:
        """See Source.stream."""
        due: list[Row] = []
        for row in self._replayed():
            if due and (len(due) >= MAX_BATCH or row.ts > self._clock()):
                yield due
                due = []
            if not self._wait_until(row.ts, stop):
                return
            due.append(row)
        yield due
        log.info("%s: the recording has ended; no more readings will come", self.name)
        stop.wait()

    def _first_recorded(self) -> int:
        """Time of the file's first row. Reads the whole file, so that an error comes at once."""
        rows = rows_of(self._path, self._mapping, _log_reject)
        times = [batch.rows[0].ts for batch in rows.batches() if batch.rows]
        if not times:
            raise MalformedFile(f"{self._path}: line 2, column 1: no rows to replay")
        return times[0]

    def _replayed(self) -> Iterator[Row]:
        rows = rows_of(self._path, self._mapping, _ignore)
        # At speed, two recorded times can fall on one ms: the later one must not overwrite the
        # earlier, nor get lost, however far it has to move.
        placer = Placer(max_shift_ms=sys.maxsize)
        recorded, ts = None, 0
        for row in chain.from_iterable(batch.rows for batch in rows.batches()):
            if row.ts != recorded:
                recorded, ts = row.ts, placer.place(self.rebase(row.ts)) or 0
            yield replace(row, ts=ts)

    def _wait_until(self, ts: int, stop: Event) -> bool:
        """True once `ts` is past, False if stopped before. Follows a wall clock that is set."""
        while not stop.is_set():
            ahead = ts - self._clock()
            if ahead <= 0:
                return True
            stop.wait(min(ahead / 1000, 1.0))
        return False


def _log_reject(line: int, column: str, value: str, reason: str) -> None:
    log.warning("line %d, column %r, %r: %s", line, column, value, reason)


def _ignore(_line: int, _column: str, _value: str, _reason: str) -> None:
    """Rejects were logged at the start."""
