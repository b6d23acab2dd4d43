"""A connection to SQLite that counts the statements sent through it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from data.meter import asked

#: They read and change no rows.
_FREE = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")


class MeteredConnection(sqlite3.Connection):
    """As its base; rows that come back are counted where they are fetched (`query`)."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """See sqlite3.Connection.execute."""
        if not sql.startswith(_FREE):
            asked()
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """See sqlite3.Connection.executemany; one statement per row."""
        rows = list(parameters)
        asked(len(rows))
        return super().executemany(sql, rows)
