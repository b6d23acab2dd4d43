"""Plain SQL on a store of a test, past Meltwatch: `?` stands for values in both kinds of store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any


def url_of(where: Path | str, name: str = "telemetry.sqlite") -> str:
    """The URL itself, or that of a SQLite file in a folder."""
    return where if isinstance(where, str) else f"sqlite:///{where / name}"


def sql(url: str, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """What a statement finds, if it looks for anything."""
    if url.startswith("postgresql:"):
        import psycopg

        from data.postgres import translated

        with psycopg.connect(url) as db:
            cursor = db.execute(translated(statement), values, binary=True)
            return cursor.fetchall() if cursor.description else []
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file, file:
        return file.execute(statement, values).fetchall()


def sql_many(url: str, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """A statement with each row of values, in one transaction."""
    if url.startswith("postgresql:"):
        import psycopg

        from data.postgres import translated

        with psycopg.connect(url) as db:
            db.cursor().executemany(translated(statement), list(rows))
        return
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file, file:
        file.executemany(statement, rows)


@contextmanager
def locked(url: str, table: str) -> Iterator[None]:
    """Somebody else holds a table, or the file that it is in, and gives it back unchanged."""
    if url.startswith("postgresql:"):
        import psycopg

        with psycopg.connect(url) as db:
            db.execute(f"LOCK TABLE {table}")  # type: ignore[call-overload]
            yield
        return
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
        file.execute("BEGIN IMMEDIATE")
        yield
        file.execute("ROLLBACK")
