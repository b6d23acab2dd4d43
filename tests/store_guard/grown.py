"""Stores of both kinds with some days of history in them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from data.telemetry import open_store
from tests.history_plant import fill
from tests.raw_sql import sql, sql_many

#: Rows of these are the same in both kinds.
TABLES = ("minute_rollups", "hour_rollups", "alarm_events", "malfunctions", "frames")


def grow(url: str, folder: Path) -> None:
    """Fill a new store: two extruders, two days, readings of ten minutes up to 15 min ago."""
    postgres = url.startswith("postgresql:")
    path = folder / "grown.sqlite" if postgres else Path(url.removeprefix("sqlite:///"))
    fill(path, days=2, extruders=2, raw_minutes=10)
    if postgres:
        _copy(path, url)


def _copy(path: Path, url: str) -> None:
    with closing(open_store(f"sqlite:///{path}", True)) as source, closing(open_store(url)) as to:
        to.put_catalogue(source.catalogue(), "simulator", "history", complete=True)
        to.append(source.rows_since(0, 100_000))
    with closing(sqlite3.connect(path)) as file:
        for table in TABLES:
            found = file.execute(f"SELECT * FROM {table}")
            names = ", ".join(f'"{column[0]}"' for column in found.description)
            marks = ", ".join("?" * len(found.description))
            sql_many(url, f"INSERT INTO {table} ({names}) VALUES ({marks})", found.fetchall())
    sql(url, "ANALYZE")
