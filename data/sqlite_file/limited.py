"""A connection to SQLite that stops a statement which runs away."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from typing import Any

from data.sqlite_file.metered import MeteredConnection

#: The clock is looked at after so many steps of SQLite's machine: about 1 ms.
_STEPS = 20_000


class LimitedConnection(MeteredConnection):
    """As its base, until `limit` is called.

    SQLite works in C and lets no signal in until a statement is done: RQ's time limit of a job
    would wait for ever. Looking at the clock lets them in, too.
    """

    _limit_s = _until = float("inf")

    def limit(self, seconds: float) -> None:
        """From now on stop each statement that works longer: "interrupted"."""
        self._limit_s = seconds
        self.set_progress_handler(self._is_late, _STEPS)

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """See sqlite3.Connection.execute."""
        self._until = time.monotonic() + self._limit_s
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """See sqlite3.Connection.executemany; all rows together are one statement."""
        self._until = time.monotonic() + self._limit_s
        return super().executemany(sql, parameters)

    def _is_late(self) -> bool:
        return time.monotonic() > self._until
