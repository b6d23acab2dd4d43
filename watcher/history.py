"""All that must outlast the watcher: state, spans, incidents, messages not yet sent. One SQLite
file; what belongs together is one transaction on the disk, so that kill -9 loses nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from watcher.state import Incident, Level, Run, Seen, State

_SCHEMA = Path(__file__).with_name("history.sql")


class Span(NamedTuple):
    """A time in which the state was the same and watched; ms since the epoch."""

    level: Level
    start: int
    until: int


@dataclass(frozen=True)
class Message:
    """What is told to somebody."""

    title: str
    body: str
    level: Level


class Waiting(NamedTuple):
    """A message that its target has not yet taken; `due` when to try (again), in ms."""

    id: int
    message: Message
    made: int
    attempts: int
    due: int


class History:
    """The file in `folder`, made if it is not there. Raises sqlite3.Error, OSError."""

    def __init__(self, folder: Path, gap_ms: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._gap_ms = gap_ms
        self._db = sqlite3.connect(folder / "watcher.sqlite", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA.read_text())

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def state(self) -> State:
        """The state as it was recorded last."""
        raw = self.kept("state")
        return _state(json.loads(raw)) if raw else State()

    def kept(self, name: str) -> str:
        """A single value; "" if it was never kept."""
        row = self._db.execute("SELECT value FROM kept WHERE name = ?", [name]).fetchone()
        return str(row[0]) if row else ""

    def keep(self, name: str, value: object) -> None:
        """Keep a single value, durably."""
        self._db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", [name, str(value)])

    def record(
        self,
        state: State,
        at: int,
        changed: Incident | None = None,
        messages: Sequence[Message] = (),
        targets: int = 0,
        kept: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        """Record a look at `at` (ms): the state after it, the incident if it changed, messages for
        each of `targets` people, and values to keep. All of it or nothing."""
        with self._transaction():
            for name, value in kept.items():
                self.keep(name, value)
            self.keep("state", json.dumps(asdict(state)))
            self.keep("looked", at)
            if state.level is not Level.UNKNOWN:
                self._extend(state, at)
            if changed is not None:
                self._put(changed)
            for message in messages:
                self._queue(message, at, targets)

    def spans(self, since: int) -> list[Span]:
        """What was watched since then, oldest first."""
        sql = "SELECT level, start, until FROM spans WHERE until > ? ORDER BY start"
        return [
            Span(Level(level), start, end) for level, start, end in self._db.execute(sql, [since])
        ]

    def incidents(self, since: int, most: int) -> list[Incident]:
        """The newest incidents that were not over by then, newest first."""
        sql = """SELECT start, level, brief, detail, until FROM incidents
                 WHERE until IS NULL OR until > ? ORDER BY start DESC LIMIT ?"""
        rows = self._db.execute(sql, [since, most])
        return [Incident(start, Level(level), *rest) for start, level, *rest in rows]

    def waiting(self, target: int) -> Waiting | None:
        """The oldest message that a target has not yet taken: they come in their order."""
        sql = """SELECT id, title, body, level, made, attempts, due FROM messages
                 WHERE target = ? AND sent IS NULL AND given_up IS NULL ORDER BY id LIMIT 1"""
        row = self._db.execute(sql, [target]).fetchone()
        if row is None:
            return None
        number, title, body, level, *rest = row
        return Waiting(number, Message(title, body, Level(level)), *rest)

    def sent(self, number: int, at: int) -> None:
        """The message was accepted."""
        self._db.execute("UPDATE messages SET sent = ? WHERE id = ?", [at, number])

    def failed(self, number: int, error: str, due: int | None, at: int) -> None:
        """It was not: try again at `due`, or never if that is None."""
        self._db.execute(
            """UPDATE messages SET attempts = attempts + 1, error = ?, due = coalesce(?, due),
               given_up = iif(? IS NULL, ?, NULL) WHERE id = ?""",
            [error, due, due, at, number],
        )

    def undelivered(self) -> int:
        """Messages that nobody has taken yet."""
        sql = "SELECT count(*) FROM messages WHERE sent IS NULL AND given_up IS NULL"
        return int(self._db.execute(sql).fetchone()[0])

    def _extend(self, state: State, at: int) -> None:
        """Lengthen the last span, or begin one; a changed state began with the first such look."""
        last = self._db.execute(
            "SELECT id, level, start, until FROM spans ORDER BY id DESC LIMIT 1"
        ).fetchone()
        number, level, start, until = last or (None, None, 0, 0)
        same = level == state.level
        begins = at if same else min(at, max(start, state.since))
        if 0 <= begins - until <= self._gap_ms or begins < until:
            self._db.execute("UPDATE spans SET until = ? WHERE id = ?", [begins, number])
            if same:
                return
        self._db.execute(
            "INSERT INTO spans (level, start, until) VALUES (?, ?, ?)", [state.level, begins, at]
        )

    def _put(self, one: Incident) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO incidents VALUES (?, ?, ?, ?, ?)",
            [one.start, one.end, one.level, one.brief, one.detail],
        )

    def _queue(self, message: Message, at: int, targets: int) -> None:
        self._db.executemany(
            """INSERT INTO messages (target, made, level, title, body, due)
               VALUES (?, ?, ?, ?, ?, ?)""",
            [(n, at, message.level, message.title, message.body, at) for n in range(targets)],
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _state(raw: dict[str, Any]) -> State:
    run, incident = raw.pop("run"), raw.pop("incident")
    return State(
        **{**raw, "level": Level(raw["level"]), "seen": _seen(raw["seen"])},
        run=Run(run["count"], run["since"], _seen(run["seen"])) if run else None,
        incident=Incident(**{**incident, "level": Level(incident["level"])}) if incident else None,
    )


def _seen(raw: dict[str, Any]) -> Seen:
    return Seen(**{**raw, "level": Level(raw["level"])})
