"""One connection to a store of either kind, for all SQL that both understand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from data.settings import is_postgres

#: Is told how many statements are sent.
Count = Callable[[int], None]


class Session(Protocol):
    """What the parts of a store work with; parameters are `?`, times are ms.

    All methods raise StoreError when the store refuses or times out; inside `transaction` that
    may be at its end.
    """

    @property
    def changes(self) -> int:
        """How many rows `run` and `many` have inserted, changed or deleted so far."""

    def all(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """All rows that a statement finds."""

    def run(self, sql: str, *parameters: object) -> int:
        """Run a statement inside `transaction`; how many rows it changed."""

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for every row, inside `transaction`."""

    def transaction(self) -> AbstractContextManager[None]:
        """All statements or none, durable at the end."""

    def close(self) -> None:
        """Close the connection."""


def open_session(url: str) -> Session:
    """Open the store that DATABASE_URL names; creates or upgrades it. See `open_store`."""
    # Only the chosen driver loads.
    if is_postgres(url):
        from data.postgres.session import PostgresSession  # noqa: PLC0415

        return PostgresSession(url)
    from data.sqlite_file import path_of  # noqa: PLC0415
    from data.sqlite_file.session import SqliteSession  # noqa: PLC0415

    return SqliteSession(path_of(url))
