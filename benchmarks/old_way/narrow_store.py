"""The old store: one row per reading in one table of SQLite, with or without an index, a trigger.

It holds what Meltwatch's store holds; `Copier` brings it up to date.
"""

from __future__ import annotations

import math
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from data.telemetry import TelemetryStore

#: What can be wrong with the table, in the order in which the stores are made from each other.
VARIANTS = ("unindexed", "indexed", "trigger")
BATCH_ROWS = 5_000

_SCHEMA = """
CREATE TABLE readings (
    ts INTEGER NOT NULL, extruder INTEGER NOT NULL, signal TEXT NOT NULL, level INTEGER NOT NULL,
    value REAL
);
CREATE TABLE progress (seq INTEGER NOT NULL);
INSERT INTO progress VALUES (0);
"""
_CHANGES = {
    "indexed": "CREATE INDEX readings_of ON readings (extruder, ts)",
    # Its own insert fires it again: readings, their means of 10 s, and the means of those.
    "trigger": """
        CREATE TRIGGER smooth AFTER INSERT ON readings WHEN NEW.level < 2 BEGIN
            INSERT INTO readings
            SELECT NEW.ts, NEW.extruder, NEW.signal, NEW.level + 1, avg(value) FROM readings
            WHERE extruder = NEW.extruder AND ts > NEW.ts - 10000 AND ts <= NEW.ts
              AND signal = NEW.signal AND level = NEW.level;
        END""",
}
WINDOW_SQL = (
    "SELECT signal, ts, value FROM readings"
    " WHERE extruder = ? AND ts >= ? AND level = 0 ORDER BY signal, ts"
)


def create(path: Path) -> None:
    """A new, empty, unindexed store."""
    with closing(connect(path)) as db:
        db.executescript(_SCHEMA)


def change(source: Path, target: Path, variant: str) -> None:
    """A copy of a store that nobody uses, with what `variant` adds."""
    with closing(connect(source)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(source, target)
    with closing(connect(target)) as db:
        db.execute(_CHANGES[variant])


def connect(path: Path) -> sqlite3.Connection:
    """Open as Meltwatch opens its own: WAL, durable commits."""
    db = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA recursive_triggers = ON")
    return db


class Copier:
    """Copies what Meltwatch's store has and the old one has not, in order of arrival."""

    def __init__(self, source: TelemetryStore, target: sqlite3.Connection) -> None:
        self._source, self._db = source, target
        self._names = {
            extruder.id: [signal.name for signal in extruder.signals]
            for extruder in source.catalogue().extruders
        }

    def copy(self) -> int:
        """Copy one batch in one transaction; how many packed rows it was."""
        seq = self._db.execute("SELECT seq FROM progress").fetchone()[0]
        rows = self._source.rows_since(seq, BATCH_ROWS)
        if not rows:
            return 0
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany(
            "INSERT INTO readings VALUES (?, ?, ?, 0, ?)",
            (
                (row.ts, row.extruder, name, value)
                for row in rows
                for name, value in zip(self._names[row.extruder], row.values.tolist(), strict=True)
            ),
        )
        self._db.execute("UPDATE progress SET seq = ?", (rows[-1].seq,))
        self._db.execute("COMMIT")
        return len(rows)


def holds_the_same(path: Path, source: TelemetryStore, start: int, end: int) -> bool:
    """Whether extruder 1's readings of [start, end) ms are those of Meltwatch's store."""
    rows = source.rows_between(1, start, end)
    values = (value for row in rows for value in row.values.tolist())
    theirs = sorted(value for value in values if not math.isnan(value))
    sql = (
        "SELECT value FROM readings WHERE extruder = 1 AND ts >= ? AND ts < ? AND level = 0"
        " AND value IS NOT NULL ORDER BY value"
    )
    with closing(connect(path)) as db:
        return bool(rows) and theirs == [value for (value,) in db.execute(sql, (start, end))]


def rows_held(path: Path) -> int:
    """Rows in the table; nothing is ever deleted from it."""
    with closing(connect(path)) as db:
        return int(db.execute("SELECT coalesce(max(rowid), 0) FROM readings").fetchone()[0])


def rows_visited(path: Path, start: int) -> int:
    """Rows that SQLite must look at for one window from `start` (ms) on."""
    with closing(connect(path)) as db:
        plan = db.execute(f"EXPLAIN QUERY PLAN {WINDOW_SQL}", (1, start)).fetchall()
        if any(step[3].startswith("SCAN") for step in plan):
            return rows_held(path)
        sql = "SELECT count(*) FROM readings WHERE extruder = 1 AND ts >= ?"
        return int(db.execute(sql, (start,)).fetchone()[0])
