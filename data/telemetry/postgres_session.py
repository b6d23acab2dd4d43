"""One connection to PostgreSQL that counts the statements it sends and the rows they change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from data.postgres import connect, execute, query, transaction, translated


class Session:
    """What the parts of the store work with; parameters are `?`, times are ms.

    `count` is told how many statements are sent; `changes` rows were inserted, changed or
    deleted by `run` and `many`. A connection that was lost is opened anew at the next statement
    outside a transaction: whoever repeats what failed gets through once the server is back.
    """

    def __init__(self, url: str, readonly: bool, count: Callable[[int], None]) -> None:
        self.changes, self._count = 0, count
        self._open, self._depth = partial(connect, url, readonly), 0
        self._db = self._open()

    def all(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """All rows that a statement finds. Raises StoreError."""
        self._ensure_open()
        self._count(1)
        return query(self._db, sql, *parameters)

    def run(self, sql: str, *parameters: object) -> int:
        """Run a statement inside `transaction`; how many rows it changed."""
        self._count(1)
        changed = max(0, execute(self._db, sql, *parameters).rowcount)
        self.changes += changed
        return changed

    def many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run a statement for every row, inside `transaction`, in one round trip."""
        if not rows:
            return
        self._count(len(rows))
        with self._db.cursor() as cursor:
            cursor.executemany(translated(sql), rows)
            self.changes += max(0, cursor.rowcount)

    def copy(self, sql: str, blob: bytes) -> None:
        """Send rows in COPY's binary form, inside `transaction`."""
        self._count(1)
        with self._db.cursor() as cursor, cursor.copy(translated(sql)) as copy:
            copy.write(blob)

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
        """Close the connection."""
        self._db.close()
