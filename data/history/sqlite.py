"""Questions answered from the SQLite file: read-only, stopped at the deadline."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from data.errors import HistoryTooLarge, HistoryTooSlow, StoreError
from data.history import DEADLINE_S, ROW_CAP
from data.meter import received
from data.shifts import ShiftPlan
from data.sqlite_file import connect

#: The deadline is looked at after so many steps of SQLite's machine: about 0.1 ms.
_STEPS = 2000


class SqliteReader:
    """A Reader for one question."""

    schema = "main."

    def __init__(self, db: sqlite3.Connection, shifts: ShiftPlan) -> None:
        self.shifts = shifts
        self._db, self._deadline = db, time.monotonic() + DEADLINE_S
        db.create_function("shift_of", 1, shifts.name_at, deterministic=True)
        db.set_progress_handler(self._too_late, _STEPS)

    def _too_late(self) -> bool:
        return time.monotonic() > self._deadline

    def all(self, sql: str, *parameters: object, cap: int = ROW_CAP) -> list[tuple[Any, ...]]:
        """See Reader.all."""
        try:
            found = self._db.execute(sql, parameters).fetchmany(cap + 1)
        except sqlite3.Error as error:
            if self._too_late():
                raise HistoryTooSlow(DEADLINE_S) from error
            raise StoreError(f"the store failed: {error}") from error
        received(found)
        if len(found) > cap:
            raise HistoryTooLarge(cap)
        return found


@contextmanager
def opened(path: str, shifts: ShiftPlan) -> Iterator[SqliteReader]:
    """A reader for one question, on a connection of its own. Raises StoreError."""
    with closing(connect(path, readonly=True)) as db:
        yield SqliteReader(db, shifts)
