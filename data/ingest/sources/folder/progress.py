"""How far each file of a folder has come, in a file of our own."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from data.telemetry import ImportMark

log = logging.getLogger(__name__)

#: So many files are remembered: the oldest are forgotten.
MOST = 100_000

_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS files
(number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, rows INTEGER NOT NULL,
 done INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS grown
(name TEXT PRIMARY KEY, lines INTEGER NOT NULL, place INTEGER NOT NULL, tail BLOB NOT NULL);
"""


class Grown(NamedTuple):
    """A growing file: lines that are safe, where they end in bytes, and the last bytes there."""

    lines: int = 0
    place: int = 0
    tail: bytes = b""


class Progress:
    """Any thread may call any method. What a power cut takes is read, and stored, again."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, Lock()

    def mark(self, key: str) -> ImportMark:
        """How far a file has come, known by the digest of it and its mapping."""
        row = self._with("SELECT rows, done FROM files WHERE key = ?", key)
        return ImportMark(row[0], bool(row[1])) if row else ImportMark()

    def keep(self, key: str, mark: ImportMark) -> None:
        """It has come so far."""
        self._with(
            "INSERT INTO files (key, rows, done) VALUES (?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET rows = excluded.rows, done = excluded.done",
            key,
            mark.rows,
            mark.done,
        )
        if mark.done:
            self._with(
                "DELETE FROM files WHERE number <= (SELECT max(number) FROM files) - ?", MOST
            )

    def grown(self, name: str) -> Grown:
        """How far a growing file has come."""
        row = self._with("SELECT lines, place, tail FROM grown WHERE name = ?", name)
        return Grown(*row) if row else Grown()

    def keep_grown(self, name: str, grown: Grown) -> None:
        """It has come so far."""
        self._with("INSERT OR REPLACE INTO grown VALUES (?, ?, ?, ?)", name, *grown)

    def _with(self, sql: str, *values: object) -> Any:
        """A row of the answer, if there is one. It is called while rows are stored, which is worth
        more than what is noted here.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, closing(sqlite3.connect(self._path, timeout=10)) as file, file:
                file.executescript(_TABLES)
                return file.execute(sql, values).fetchone()
        except (sqlite3.Error, OSError) as error:
            log.warning("%s: %s; what is not noted is read again", self._path, error)
            return None
