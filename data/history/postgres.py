"""Questions answered from PostgreSQL: read-only, stopped by the server at the deadline."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any

import psycopg
from psycopg.errors import QueryCanceled

from data.errors import HistoryTooLarge, HistoryTooSlow, StoreError
from data.history import DEADLINE_S, ROW_CAP
from data.history.postgres_sql import REALS, PackedReals, translated
from data.history.shifts_sql import shift_sql
from data.meter import asked, received
from data.postgres import Connection, connect
from data.shifts import ShiftPlan

#: Rows come in parts of so many, so that one beyond the cap stops the server.
_PART = 5_000
#: The server's limit is told anew once less than this share of it is left: a round trip.
_STALE = 0.9


class PostgresReader:
    """A Reader for one question."""

    schema = ""

    def __init__(self, db: Connection, shifts: ShiftPlan) -> None:
        self.shifts = shifts
        self._db, self._deadline = db, time.monotonic() + DEADLINE_S
        self._limit_s = float("inf")
        db.adapters.register_loader(REALS, PackedReals)

    def all(self, sql: str, *parameters: object, cap: int = ROW_CAP) -> list[tuple[Any, ...]]:
        """See Reader.all."""
        try:
            self._limit()
            asked()
            found = self._found(sql, parameters, cap + 1)
        except QueryCanceled as error:
            raise HistoryTooSlow(DEADLINE_S) from error
        except psycopg.Error as error:
            raise StoreError(f"the store failed: {error}") from error
        received(found)
        if len(found) > cap:
            raise HistoryTooLarge(cap)
        return found

    def _limit(self) -> None:
        """Let no statement go beyond the deadline by more than a tenth. Raises HistoryTooSlow."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise HistoryTooSlow(DEADLINE_S)
        if left < _STALE * self._limit_s:
            self._limit_s = left
            told = str(max(1, round(left * 1000)))
            self._db.execute("SELECT set_config('statement_timeout', %s, false)", (told,))

    def _found(self, sql: str, parameters: tuple[object, ...], most: int) -> list[tuple[Any, ...]]:
        named = {f"p{number}": value for number, value in enumerate(parameters, 1)}
        made = translated(sql, shift_sql(self.shifts))
        with self._db.cursor() as cursor:
            size = min(_PART, most)
            # Closing the cursor's stream early cancels what the server still does.
            return list(islice(cursor.stream(made, named, binary=True, size=size), most))


@contextmanager
def opened(url: str, shifts: ShiftPlan) -> Iterator[PostgresReader]:
    """A reader for one question, on a connection of its own. Raises StoreError."""
    with closing(connect(url, readonly=True)) as db:
        yield PostgresReader(db, shifts)
