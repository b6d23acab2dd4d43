"""What a store holds, table by table: how many rows, and a checksum that no order changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing

from data.copy.copying import Progress
from data.copy.source import Source
from data.copy.tables import TABLES, Digest, RowTuple, Table
from data.copy.target import Target
from data.settings import is_postgres

_COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"""


def contents(url: str, progress: Progress) -> dict[str, Digest]:
    """By table, of every row of a store. Raises StoreError."""
    return dict(_postgres(url, progress) if is_postgres(url) else _sqlite(url, progress))


def _sqlite(url: str, progress: Progress) -> Iterator[tuple[str, Digest]]:
    with closing(Source(url)) as source:
        tables = [_table(name, source.columns(name)) for name in TABLES]
        total = sum(source.count(table) for table in tables)
        with progress("reading", total) as bar:
            for table in tables:
                digest = _digest(source.rows(table, "true"))
                bar.update(digest.rows)
                yield table.name, digest


def _table(name: str, columns: tuple[str, ...]) -> Table:
    """Read as it is: no column needs PostgreSQL's form, and any order does."""
    return Table(name, columns, ("",) * len(columns), columns[:1])


def _postgres(url: str, progress: Progress) -> Iterator[tuple[str, Digest]]:
    with closing(Target(url)) as target:
        tables = [
            target.table(name, tuple(c for (c,) in target.all(_COLUMNS, name))) for name in TABLES
        ]
        total = sum(int(target.all(f"SELECT count(*) FROM {t.name}")[0][0]) for t in tables)
        with progress("reading", total) as bar:
            for table in tables:
                digest = _digest(target.rows(table, "true"))
                bar.update(digest.rows)
                yield table.name, digest


def _digest(rows: Iterable[RowTuple]) -> Digest:
    found = Digest()
    for row in rows:
        found.add(row)
    return found
