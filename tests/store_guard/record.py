"""Records which indexes a new store has: run it after a change of the schema.

python -m tests.store_guard.record
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from data.store_guard import postgres_schema, sqlite_schema
from data.store_guard.needed import POSTGRES, SQLITE, record_of
from data.store_guard.stores import asking
from data.telemetry import open_store
from tests.postgres_server import find_initdb, running_server

RECORDS = Path(__file__).parents[2] / "data" / "store_guard"


def recorded(url: str) -> str:
    """The record of a store."""
    with closing(open_store(url)):
        pass
    schema = postgres_schema if url.startswith("postgresql:") else sqlite_schema
    with asking(url) as sql:
        return record_of(schema.indexes(sql))


def records() -> Iterator[tuple[str, str]]:
    """Kind and record of a new store of each kind."""
    with tempfile.TemporaryDirectory() as folder:
        yield SQLITE, recorded(f"sqlite:///{folder}/new.sqlite")
    initdb = find_initdb()
    assert initdb, "no PostgreSQL server: install it with 'apt-get install postgresql'"
    with running_server(initdb) as server:
        yield POSTGRES, recorded(server.url())


if __name__ == "__main__":
    for kind, record in records():
        (RECORDS / f"needed_{kind}.json").write_text(record, "utf-8")
        print(f"needed_{kind}.json: {record.count('name')} indexes")
