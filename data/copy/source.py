"""The SQLite file that is copied: opened read-only, as it was at one moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from data.copy.tables import READINGS, RowTuple, Table
from data.errors import CopyRefused, StoreError
from data.journal.effects import storable
from data.journal.rows import command_of, command_row
from data.settings import is_postgres
from data.sqlite_file import connect, path_of, query


class Source:
    """Reads one moment of the file: what others write meanwhile is not seen."""

    def __init__(self, url: str) -> None:
        if is_postgres(url):
            raise CopyRefused("the source is no SQLite file: sqlite:///path")
        path = path_of(url)
        if not Path(path).is_file():
            raise CopyRefused(f"there is no file {path} to copy from")
        # Reading a table of years takes as long as it takes.
        self._db = connect(path, readonly=True, statement_s=float("inf"))
        self.all("BEGIN")
        self.last_seq = self._last_seq()
        self._version = self._data_version()

    def all(self, sql: str) -> list[RowTuple]:
        """All rows that a statement finds. Raises StoreError."""
        return query(self._db, sql)

    def columns(self, table: str) -> tuple[str, ...]:
        """Names of a table's columns."""
        found = self.all(f"SELECT name FROM pragma_table_info('{table}') ORDER BY cid")
        return tuple(name for (name,) in found)

    def count(self, table: Table, where: str = "true") -> int:
        """How many rows a table has."""
        return int(self.all(f"SELECT count(*) FROM {table.name} WHERE {where}")[0][0])

    def rows(self, table: Table, where: str) -> Iterator[RowTuple]:
        """Rows in the table's order, as PostgreSQL will have them. Raises StoreError."""
        sql = f"SELECT {table.quoted} FROM {table.name} WHERE {where} ORDER BY {table.order}"
        changes = _changes(table)
        try:
            for row in self._db.execute(sql):
                changed = list(row)
                for at, change in changes:
                    changed[at] = change(changed[at])
                yield tuple(changed)
        except sqlite3.Error as error:
            raise StoreError(f"the store failed: {error}") from error

    def sequence(self, table: str) -> int:
        """The greatest number that the table ever gave, 0 if it keeps none."""
        found = self.all(f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'")
        return int(found[0][0]) if found else 0

    def changed_since(self) -> tuple[bool, int]:
        """Whether others have written since that moment, and the last seq now."""
        self.all("COMMIT")
        last = self._last_seq()
        return self._data_version() != self._version, last

    def close(self) -> None:
        """Let the file go."""
        self._db.close()

    def _last_seq(self) -> int:
        return self.sequence(READINGS)

    def _data_version(self) -> int:
        return int(self.all("PRAGMA data_version")[0][0])


Change = Callable[[Any], Any]


def _changes(table: Table) -> list[tuple[int, Change]]:
    """What is done to which columns."""
    by_type: dict[str, Change] = {"boolean": bool, "text": _text}
    if table.name == READINGS:
        by_type["bytea"] = _quality
    found = [(at, by_type[type_]) for at, type_ in enumerate(table.types) if type_ in by_type]
    if table.name == "commands":
        found.append((table.columns.index("body"), _body))
    return found


def _text(text: str | None) -> str | None:
    """PostgreSQL's texts cannot have NUL."""
    return text.replace("\0", "\ufffd") if text else text


def _body(text: str) -> str:
    """A command that a tick on PostgreSQL can apply: see `storable`."""
    if "\\u0000" not in text and "\\ud" not in text:
        return text
    return str(command_row(storable(command_of(text)))[3])


def _quality(quality: bytes | None) -> bytes | None:
    """All good is NULL."""
    return quality if quality and quality.strip(b"\0") else None
