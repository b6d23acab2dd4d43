"""A Session on one SQLite file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from data.sqlite_file import connect, query, transaction


class SqliteSession:
    """See data.session.Session. `db` is for what only SQLite does."""

    def __init__(
        self, path: str, readonly: bool = False, count: Callable[[int], None] | None = None
    ) -> None:
        self.db = connect(path, readonly)
        if count:
            self.db.set_trace_callback(lambda _statement: count(1))

    @property
    def changes(self) -> int:
        """See Session.changes."""
        return self.db.total_changes

    def all(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """See Session.all."""
        return query(self.db, sql, *parameters)

    def run(self, sql: str, *parameters: object) -> int:
        """See Session.run."""
        return self.db.execute(sql, parameters).rowcount

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """See Session.many."""
        self.db.executemany(sql, rows)

    def transaction(self) -> AbstractContextManager[None]:
        """See Session.transaction; there is none inside another."""
        return transaction(self.db)

    def close(self) -> None:
        """See Session.close."""
        self.db.close()
