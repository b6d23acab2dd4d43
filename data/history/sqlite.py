"""Questions answered from the SQLite file: read-only, stopped at the deadline."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Hashable
from contextlib import closing
from threading import BoundedSemaphore
from typing import Any

from data.errors import HistoryBusy, HistoryTooLarge, HistoryTooSlow, StoreError
from data.history import AT_ONCE, DEADLINE_S, ROW_CAP, T
from data.shifts import ShiftPlan
from data.sqlite_file import connect

#: The deadline is looked at after so many steps of SQLite's machine: about 0.1 ms.
_STEPS = 2000


class SqliteReader:
    """A Reader for one question."""

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
        if len(found) > cap:
            raise HistoryTooLarge(cap)
        return found


class SqliteHistory:
    """Questions on one SQLite file."""

    def __init__(self, path: str, shifts: ShiftPlan) -> None:
        self._path, self._shifts = path, shifts
        self._free = BoundedSemaphore(AT_ONCE)

    def ask(
        self,
        question: Callable[..., T],
        *arguments: Hashable,
        keep_s: float = 10.0,  # noqa: ARG002  nothing is kept here
    ) -> T:
        """See Questions.ask."""
        if not self._free.acquire(timeout=DEADLINE_S):
            raise HistoryBusy
        try:
            with closing(connect(self._path, readonly=True)) as db:
                return question(SqliteReader(db, self._shifts), *arguments)
        finally:
            self._free.release()
