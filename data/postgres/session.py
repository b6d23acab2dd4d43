"""A Session on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg

from data.errors import StoreError
from data.meter import asked
from data.postgres import connect, execute, query, transaction, translated


class PostgresSession:
    """See data.session.Session.

    A connection that was lost is opened anew at the next statement outside a transaction:
    whoever repeats what failed gets through once the server is back.
    """

    def __init__(
        self,
        url: str,
        readonly: bool = False,
        count: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.changes, self._count = 0, count
        self._open, self._depth = partial(connect, url, readonly), 0
        self._db = self._open()

    def all(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """See Session.all."""
        self._ensure_open()
        self._count(1)
        return query(self._db, sql, *parameters)

    def run(self, sql: str, *parameters: object) -> int:
        """See Session.run."""
        self._count(1)
        changed = max(0, execute(self._db, sql, *parameters).rowcount)
        self.changes += changed
        return changed

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """See Session.many: one round trip for all of them, and none for none."""
        given = list(rows)
        if not given:
            return
        self._count(len(given))
        asked(len(given))
        with self._db.cursor() as cursor:
            cursor.executemany(translated(sql), given)
            self.changes += max(0, cursor.rowcount)

    def copy(self, sql: str, blob: bytes) -> None:
        """Send rows in COPY's binary form, inside `transaction`."""
        self._count(1)
        asked()
        with self._db.cursor() as cursor, cursor.copy(translated(sql)) as copy:
            copy.write(blob)

    def copy_rows(self, sql: str, types: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """As `copy`, of rows whose columns have these types."""
        self._count(1)
        asked()
        with self._db.cursor() as cursor, cursor.copy(translated(sql)) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)

    def stream(self, sql: str, types: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """Rows of a `COPY … TO STDOUT (FORMAT BINARY)`, as they come. Raises StoreError."""
        self._count(1)
        asked()
        try:
            with self._db.cursor() as cursor, cursor.copy(translated(sql)) as copy:
                copy.set_types(types)
                yield from copy.rows()
        except psycopg.Error as error:
            raise StoreError(f"the store failed: {error}") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See data.postgres.transaction; one inside another is a savepoint."""
        self._ensure_open()
        self._depth += 1
        try:
            with transaction(self._db):
                yield
        finally:
            self._depth -= 1

    def _ensure_open(self) -> None:
        if self._depth == 0 and self._db.broken:
            self._db = self._open()

    def close(self) -> None:
        """See Session.close."""
        self._db.close()
