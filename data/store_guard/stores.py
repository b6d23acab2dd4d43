"""A connection to the store that DATABASE_URL names, as one function that asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Any, TypeAlias

from data.settings import is_postgres

#: Asks the store; `?` stands for a value in both kinds. Raises StoreError.
Sql: TypeAlias = Callable[..., list[tuple[Any, ...]]]


@contextmanager
def asking(url: str, readonly: bool = True) -> Iterator[Sql]:
    """Ask the store for the length of a block. Raises StoreError."""
    # Only the chosen driver loads.
    if is_postgres(url):
        from data import postgres  # noqa: PLC0415

        with closing(postgres.connect(url, readonly)) as db:
            yield partial(postgres.query, db)
        return
    from data import sqlite_file  # noqa: PLC0415

    with closing(sqlite_file.connect(sqlite_file.path_of(url), readonly)) as file:
        yield partial(sqlite_file.query, file)


def quoted(name: str) -> str:
    """A name as SQL has it: quoted where it must be."""
    plain = name.isascii() and name.replace("_", "a").isalnum() and name == name.lower()
    return name if plain and not name[0].isdigit() else '"' + name.replace('"', '""') + '"'
