"""What was answered to requests with an Idempotency-Key, for a day, in a file."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Lock
from typing import NamedTuple, TypeVar

_T = TypeVar("_T")

log = logging.getLogger(__name__)

#: An answer is kept for so long, s, and so many are kept at most: the oldest go.
KEEP_S, MOST = 24 * 3600, 100_000
#: A longer key is refused.
LONGEST_KEY = 255

_TABLE = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS answers
(key BLOB PRIMARY KEY, at REAL NOT NULL, body BLOB NOT NULL, status INTEGER NOT NULL,
 told BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_age ON answers (at);
"""


class Kept(NamedTuple):
    """An answer, and the digest of the body that it was for."""

    body: bytes
    status: int
    told: bytes


class Answers:
    """The file is made when the first key comes. `now` is s since the epoch. Any thread may call.

    Not every answer outlives a power cut (no fsync): the readings come twice then, which is the
    same as once if they bring their time.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, Lock()

    def get(self, key: str, now: float) -> Kept | None:
        """What was answered to this key, if it was in the last KEEP_S."""

        def read(file: sqlite3.Connection) -> Kept | None:
            row = file.execute(
                "SELECT body, status, told FROM answers WHERE key = ? AND at > ?",
                (digest(key.encode()), now - KEEP_S),
            ).fetchone()
            return Kept(*row) if row else None

        return self._with(read)

    def keep(self, key: str, answer: Kept, now: float) -> None:
        """Keep what was answered."""

        def write(file: sqlite3.Connection) -> None:
            file.execute(
                "INSERT OR REPLACE INTO answers (key, at, body, status, told) VALUES (?,?,?,?,?)",
                (digest(key.encode()), now, *answer),
            )
            file.execute("DELETE FROM answers WHERE at <= ?", (now - KEEP_S,))
            (count,) = file.execute("SELECT count(*) FROM answers").fetchone()
            if count > MOST:
                oldest = "SELECT key FROM answers ORDER BY at LIMIT ?"
                file.execute(f"DELETE FROM answers WHERE key IN ({oldest})", (count - MOST,))

        self._with(write)

    def _with(self, work: Callable[[sqlite3.Connection], _T]) -> _T | None:
        """A file that fails costs memory, not readings: what comes is stored all the same."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, closing(sqlite3.connect(self._path, timeout=5)) as file, file:
                file.executescript(_TABLE)
                return work(file)
        except (sqlite3.Error, OSError) as error:
            log.warning("%s: %s; keys are not remembered", self._path, error)
            return None


def digest(text: bytes) -> bytes:
    """A key or body as what is kept of it."""
    return hashlib.sha256(text).digest()
