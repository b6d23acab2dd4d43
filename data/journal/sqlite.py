"""The journal in the SQLite file of the telemetry: small transactions, durable when they return."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from data.alarms.events import AlarmEvent
from data.commands import Command
from data.journal import Batch, Delivery, Frame, MalfunctionAction, Notification, Sending
from data.journal.frame_blob import pack, unpack
from data.journal.prints import PUT_PRINT, print_row, rows_without
from data.journal.sqlite_commands import EFFECTS_OF_COMMANDS
from data.journal.sqlite_rows import (
    DELIVERY,
    EVENT,
    command_of,
    command_row,
    delivery_of,
    event_of,
    event_row,
    malfunction_of,
    malfunction_row,
)
from data.malfunctions.malfunction import Malfunction
from data.sqlite_file import connect, query, transaction

_ADD_EVENT = (
    f"INSERT INTO alarm_events ({EVENT}) VALUES ({', '.join('?' * 13)}) ON CONFLICT DO NOTHING"
)
_PUT_STATE = (
    "INSERT INTO alarm_states VALUES (?, ?) ON CONFLICT (alarm)"
    " DO UPDATE SET document = excluded.document"
)
_PUT_MALFUNCTION = f"INSERT OR REPLACE INTO malfunctions VALUES ({', '.join('?' * 13)})"
_APPLIED = "UPDATE commands SET applied = ? WHERE id = ? AND applied IS NULL"
_ADD_NOTIFICATION = (
    "INSERT INTO notifications (key, created, route, title, body, priority, state, next_try)"
    " VALUES (?, ?, ?, ?, ?, ?, 'due', ?) ON CONFLICT DO NOTHING"
)
# A frame made again when its readings are no longer kept must not replace the whole one.
_PUT_FRAME = """
    INSERT INTO frames VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (malfunction) DO UPDATE SET extruder = excluded.extruder, start = excluded.start,
        "end" = excluded."end", step_ms = excluded.step_ms, signals = excluded.signals,
        count = excluded.count, rows = excluded.rows
    WHERE excluded.count >= frames.count"""
_PUT_SNAPSHOT = "INSERT OR REPLACE INTO monitor_snapshots VALUES (?, ?, ?, ?)"
_CLAIM = f"""
    UPDATE notifications SET state = 'sending', attempts = attempts + 1, claimed_until = ?1 + ?2
    WHERE id IN (
        SELECT id FROM notifications
        WHERE state IN ('due', 'sending')
            AND iif(state = 'due', next_try, claimed_until) <= ?1
        ORDER BY priority, next_try, id LIMIT ?3)
    RETURNING {DELIVERY}"""
_SETTLE = """
    UPDATE notifications SET state = ?2, error = ?3, next_try = ?4, claimed_until = NULL,
        sent_at = iif(?2 = 'sent', ?5, NULL)
    WHERE id = ?1 AND (?2 = 'sent' AND state <> 'sent'
        OR state = 'sending' AND ?6 IN (0, attempts))"""


class SqliteJournal:
    """A Journal on one SQLite file."""

    def __init__(self, path: str, shard: int = 0) -> None:
        self._db = connect(path)
        self._shard = shard

    def write(self, batch: Batch) -> None:
        """See Journal.write."""
        with transaction(self._db):
            self._many(_ADD_EVENT, map(event_row, batch.events))
            self._many("DELETE FROM alarm_states WHERE alarm = ?", ((a,) for a in batch.rested))
            self._many(_PUT_STATE, batch.states)
            self._many(_PUT_MALFUNCTION, map(malfunction_row, batch.malfunctions))
            self._many(_APPLIED, ((batch.ts, id_) for id_ in batch.applied_commands))
            for effect in EFFECTS_OF_COMMANDS:
                self._many(effect, ((id_,) for id_ in batch.applied_commands))
            self._many(_ADD_NOTIFICATION, (_due(n, batch.ts) for n in batch.notifications))

    def record_command(self, command: Command) -> bool:
        """See Journal.record_command."""
        sql = "INSERT INTO commands VALUES (?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING"
        return self._change(sql, *command_row(command)) == 1

    def pending_commands(self) -> list[Command]:
        """See Journal.pending_commands."""
        sql = "SELECT body FROM commands WHERE applied IS NULL ORDER BY ts, rowid"
        return [command_of(body) for (body,) in self._all(sql)]

    def alarm_states(self) -> list[tuple[str, str]]:
        """See Journal.alarm_states."""
        return [(a, d) for a, d in self._all("SELECT alarm, document FROM alarm_states")]

    def events(self, limit: int, before: int | None = None) -> list[AlarmEvent]:
        """See Journal.events."""
        sql = f"SELECT {EVENT} FROM alarm_events WHERE ts < ? ORDER BY ts DESC, id DESC LIMIT ?"
        return [event_of(r) for r in self._all(sql, _ALL if before is None else before, limit)]

    def events_between(self, start: int, end: int, limit: int) -> list[AlarmEvent]:
        """See Journal.events_between."""
        sql = f"SELECT {EVENT} FROM alarm_events WHERE ts >= ? AND ts < ? ORDER BY ts, id LIMIT ?"
        return [event_of(r) for r in self._all(sql, start, end, limit)]

    def malfunctions(self, since_ms: int, limit: int) -> list[Malfunction]:
        """See Journal.malfunctions."""
        sql = "SELECT document FROM malfunctions WHERE changed >= ? ORDER BY detected DESC LIMIT ?"
        return [malfunction_of(document) for (document,) in self._all(sql, since_ms, limit)]

    def open_malfunctions(self) -> list[Malfunction]:
        """See Journal.open_malfunctions."""
        sql = (
            "SELECT document FROM malfunctions WHERE ended IS NULL OR stage <> 'resolved'"
            " ORDER BY detected"
        )
        return [malfunction_of(document) for (document,) in self._all(sql)]

    def malfunction_actions(self, malfunction: str) -> list[MalfunctionAction]:
        """See Journal.malfunction_actions."""
        sql = (
            "SELECT malfunction, ts, who, action, text, command, attachment_name, attachment"
            " FROM malfunction_actions WHERE malfunction = ? ORDER BY ts, id"
        )
        return [MalfunctionAction(*row) for row in self._all(sql, malfunction)]

    def save_frame(self, frame: Frame) -> None:
        """See Journal.save_frame."""
        extruder = frame.rows[0].extruder if frame.rows else 0
        names, blob = json.dumps(frame.signals), pack(frame.rows)
        about = (frame.malfunction, extruder, frame.start, frame.end, frame.step_ms, names)
        # Made before the transaction: it takes longer than others should wait.
        print_ = print_row(self._all, frame.malfunction, frame.signals, frame.rows)
        with transaction(self._db):
            if self._db.execute(_PUT_FRAME, (*about, len(frame.rows), blob)).rowcount:
                self._db.execute(PUT_PRINT, print_)

    def add_prints(self, limit: int) -> int:
        """See Journal.add_prints."""
        made = rows_without(self._all, limit)
        if made:
            with transaction(self._db):
                self._many(PUT_PRINT, made)
        return len(made)

    def frame(self, malfunction: str) -> Frame | None:
        """See Journal.frame."""
        for _, extruder, start, end, step_ms, names, count, blob in self._all(
            "SELECT * FROM frames WHERE malfunction = ?", malfunction
        ):
            rows = unpack(blob, count, extruder)
            return Frame(malfunction, start, end, step_ms, tuple(json.loads(names)), rows)
        return None

    def save_snapshot(self, seq: int, ts: int, blob: bytes) -> None:
        """See Journal.save_snapshot."""
        self._change(_PUT_SNAPSHOT, self._shard, seq, ts, blob)

    def snapshot(self) -> tuple[int, int, bytes] | None:
        """See Journal.snapshot."""
        sql = "SELECT seq, ts, blob FROM monitor_snapshots WHERE shard = ?"
        return next(((seq, ts, blob) for seq, ts, blob in self._all(sql, self._shard)), None)

    def claim_notifications(self, now: int, lease_ms: int, limit: int) -> list[Delivery]:
        """See Journal.claim_notifications."""
        with transaction(self._db):
            claimed = self._all(_CLAIM, now, lease_ms, limit)
        # RETURNING promises no order.
        return sorted(map(delivery_of, claimed), key=lambda d: (d.priority, d.next_try, d.id))

    def settle_notification(
        self,
        id_: int,
        state: Sending,
        error: str,
        next_try: int | None,
        now: int,
        attempt: int | None = None,
    ) -> bool:
        """See Journal.settle_notification."""
        return self._change(_SETTLE, id_, state, error, next_try, now, attempt or 0) == 1

    def recent_notifications(self, limit: int) -> list[Delivery]:
        """See Journal.recent_notifications."""
        sql = f"SELECT {DELIVERY} FROM notifications ORDER BY id DESC LIMIT ?"
        return [delivery_of(row) for row in self._all(sql, limit)]

    def close(self) -> None:
        """See Journal.close."""
        self._db.close()

    def _all(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        return query(self._db, sql, *parameters)

    def _many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        self._db.executemany(sql, rows)

    def _change(self, sql: str, *parameters: object) -> int:
        """Run one statement in a transaction; the number of rows that it changed."""
        with transaction(self._db):
            return self._db.execute(sql, parameters).rowcount


#: Later than every ts.
_ALL = 2**63 - 1


def _due(notification: Notification, created: int) -> tuple[Any, ...]:
    n = notification
    return n.key, created, n.route, n.title, n.body, n.priority, n.next_try
