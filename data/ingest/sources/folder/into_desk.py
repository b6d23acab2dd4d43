"""Where the import of a file goes in a source: to a Desk, and its progress to a file."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from threading import Condition, Event

from data.extruders import Catalogue
from data.ingest.sources import Desk, SourceLost
from data.ingest.sources.folder.progress import Progress
from data.telemetry import Appended, ImportMark
from data.windows import Row

#: Rows that are not safe after so long are read once more, s.
PATIENCE_S = 600.0
_LOOK_S = 0.2


class Stopped(Exception):
    """The source is to end; what was not handed in is read the next time."""


class IntoDesk:
    """See Importing. Rows count once they are safe, so that a kill loses none."""

    def __init__(self, desk: Desk, progress: Progress, stop: Event) -> None:
        self._desk, self._progress, self._stop = desk, progress, stop
        self._waiting, self._changed = 0, Condition()

    def import_mark(self, key: str) -> ImportMark:
        """See Importing."""
        return self._progress.mark(key)

    def put_catalogue(self, catalogue: Catalogue, source: str, reason: str) -> None:
        """The source has told its extruders before."""

    def append(self, rows: Sequence[Row], mark: tuple[str, ImportMark]) -> Appended:
        """See Importing. Raises Stopped."""
        while self._desk.is_full and not self._stop.is_set():
            self._stop.wait(_LOOK_S)
        if self._stop.is_set():
            raise Stopped
        with self._changed:
            self._waiting += 1
        self._desk.take_rows(rows, partial(self._kept, *mark))
        return Appended()

    def wait(self) -> None:
        """Until all are safe. Raises Stopped, or SourceLost if that takes too long."""
        end = time.monotonic() + PATIENCE_S
        with self._changed:
            while self._waiting:
                if self._stop.is_set():
                    raise Stopped
                if time.monotonic() > end:
                    raise SourceLost("rows of a file are neither in the store nor on disk")
                self._changed.wait(_LOOK_S)

    def _kept(self, key: str, mark: ImportMark) -> None:
        self._progress.keep(key, mark)
        with self._changed:
            self._waiting -= 1
            self._changed.notify_all()
