"""The journal in the store of the telemetry: small transactions, durable when they return."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from data.alarms.events import AlarmEvent
from data.commands import Command
from data.journal import Batch, Delivery, Frame, MalfunctionAction, Notification, Sending
from data.journal.effects import effects_of, storable
from data.journal.frame_blob import pack, unpack
from data.journal.prints import PUT_PRINT, print_row, rows_without
from data.journal.rows import (
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
from data.session import Session

_MALFUNCTION = (
    "id", "extruder", "onset", "detected", "ended", "changed", "stage", "cause", "kg", "money",
    "document", "product", "hours",
)  # fmt: skip

_ADD_EVENT = (
    f"INSERT INTO alarm_events ({EVENT}) VALUES ({', '.join('?' * 13)}) ON CONFLICT DO NOTHING"
)
_PUT_STATE = (
    "INSERT INTO alarm_states VALUES (?, ?) ON CONFLICT (alarm)"
    " DO UPDATE SET document = excluded.document"
)
_PUT_MALFUNCTION = (
    f"INSERT INTO malfunctions ({', '.join(_MALFUNCTION)}) VALUES ({', '.join('?' * 13)})"
    f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in _MALFUNCTION[1:])}"
)
_APPLIED = "UPDATE commands SET applied = ? WHERE id = ? AND applied IS NULL"
_ADD_NOTIFICATION = (
    "INSERT INTO notifications (key, created, route, title, body, priority, state, next_try)"
    " VALUES (?, ?, ?, ?, ?, ?, 'due', ?) ON CONFLICT DO NOTHING"
)
# A frame made again when its readings are no longer kept must not replace the whole one.
_PUT_FRAME = """
    INSERT INTO frames (malfunction, extruder, start, "end", step_ms, signals, count, rows)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (malfunction) DO UPDATE SET extruder = excluded.extruder, start = excluded.start,
        "end" = excluded."end", step_ms = excluded.step_ms, signals = excluded.signals,
        count = excluded.count, rows = excluded.rows
    WHERE excluded.count >= frames.count"""
_PUT_SNAPSHOT = """
    INSERT INTO monitor_snapshots (shard, seq, ts, blob) VALUES (?, ?, ?, ?)
    ON CONFLICT (shard) DO UPDATE SET seq = excluded.seq, ts = excluded.ts, blob = excluded.blob"""
_FRAME = """
    SELECT malfunction, extruder, start, "end", step_ms, signals, count, rows
    FROM frames WHERE malfunction = ?"""
_CLAIM = f"""
    UPDATE notifications SET state = 'sending', attempts = attempts + 1, claimed_until = ?
    WHERE id IN (
        SELECT id FROM notifications
        WHERE state IN ('due', 'sending')
            AND CASE WHEN state = 'due' THEN next_try ELSE claimed_until END <= ?
        ORDER BY priority, next_try, id LIMIT ? {{skip_locked}})
    RETURNING {DELIVERY}"""
_SETTLE = (
    "UPDATE notifications SET state = ?, error = ?, next_try = ?, claimed_until = NULL,"
    " sent_at = ? WHERE id = ? AND "
)
_UNSENT = "state <> 'sent'"
_CLAIMED = "state = 'sending' AND attempts = coalesce(?, attempts)"


@dataclass(frozen=True)
class Dialect:
    """Where the SQL of a store is its own."""

    #: The column that orders commands by arrival.
    arrival: str
    #: What another claims at the same time is not waited for, and not taken twice.
    skip_locked: str


SQLITE = Dialect("rowid", "")  # there is one writer
POSTGRES = Dialect("seq", "FOR UPDATE SKIP LOCKED")


class StoredJournal:
    """A Journal in a store of either kind."""

    def __init__(self, session: Session, dialect: Dialect, shard: int = 0) -> None:
        self._session, self._dialect, self._shard = session, dialect, shard

    def write(self, batch: Batch) -> None:
        """See Journal.write."""
        with self._session.transaction():
            self._session.many(_ADD_EVENT, map(event_row, batch.events))
            self._session.many(
                "DELETE FROM alarm_states WHERE alarm = ?", ((a,) for a in batch.rested)
            )
            self._session.many(_PUT_STATE, batch.states)
            self._session.many(_PUT_MALFUNCTION, map(malfunction_row, batch.malfunctions))
            self._session.many(_APPLIED, ((batch.ts, id_) for id_ in batch.applied_commands))
            for command in self._recorded(batch.applied_commands):
                for effect, parameters in effects_of(command):
                    self._session.run(effect, *parameters)
            self._session.many(_ADD_NOTIFICATION, (_due(n, batch.ts) for n in batch.notifications))

    def record_command(self, command: Command) -> bool:
        """See Journal.record_command."""
        sql = "INSERT INTO commands (id, ts, who, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
        return self._change(sql, *command_row(storable(command))) == 1

    def pending_commands(self) -> list[Command]:
        """See Journal.pending_commands."""
        order = f"ts, {self._dialect.arrival}"
        sql = f"SELECT body FROM commands WHERE applied IS NULL ORDER BY {order}"
        return [command_of(body) for (body,) in self._session.all(sql)]

    def _recorded(self, ids: Iterable[str]) -> list[Command]:
        sql = "SELECT body FROM commands WHERE id = ?"
        return [command_of(body) for id_ in ids for (body,) in self._session.all(sql, id_)]

    def alarm_states(self) -> list[tuple[str, str]]:
        """See Journal.alarm_states."""
        return [(a, d) for a, d in self._session.all("SELECT alarm, document FROM alarm_states")]

    def events(self, limit: int, before: int | None = None) -> list[AlarmEvent]:
        """See Journal.events."""
        sql = f"SELECT {EVENT} FROM alarm_events WHERE ts < ? ORDER BY ts DESC, id DESC LIMIT ?"
        return [
            event_of(r) for r in self._session.all(sql, _ALL if before is None else before, limit)
        ]

    def events_between(self, start: int, end: int, limit: int) -> list[AlarmEvent]:
        """See Journal.events_between."""
        sql = f"SELECT {EVENT} FROM alarm_events WHERE ts >= ? AND ts < ? ORDER BY ts, id LIMIT ?"
        return [event_of(r) for r in self._session.all(sql, start, end, limit)]

    def malfunctions(self, since_ms: int, limit: int) -> list[Malfunction]:
        """See Journal.malfunctions."""
        sql = "SELECT document FROM malfunctions WHERE changed >= ? ORDER BY detected DESC LIMIT ?"
        return [malfunction_of(document) for (document,) in self._session.all(sql, since_ms, limit)]

    def open_malfunctions(self) -> list[Malfunction]:
        """See Journal.open_malfunctions."""
        sql = (
            "SELECT document FROM malfunctions WHERE ended IS NULL OR stage <> 'resolved'"
            " ORDER BY detected"
        )
        return [malfunction_of(document) for (document,) in self._session.all(sql)]

    def malfunction_actions(self, malfunction: str) -> list[MalfunctionAction]:
        """See Journal.malfunction_actions."""
        sql = (
            "SELECT malfunction, ts, who, action, text, command, attachment_name, attachment"
            " FROM malfunction_actions WHERE malfunction = ? ORDER BY ts, id"
        )
        return [MalfunctionAction(*row) for row in self._session.all(sql, malfunction)]

    def save_frame(self, frame: Frame) -> None:
        """See Journal.save_frame."""
        extruder = frame.rows[0].extruder if frame.rows else 0
        names, blob = json.dumps(frame.signals), pack(frame.rows)
        about = (frame.malfunction, extruder, frame.start, frame.end, frame.step_ms, names)
        # Made before the transaction: it takes longer than others should wait.
        print_ = print_row(self._session.all, frame.malfunction, frame.signals, frame.rows)
        with self._session.transaction():
            if self._session.run(_PUT_FRAME, *about, len(frame.rows), blob):
                self._session.run(PUT_PRINT, *print_)

    def add_prints(self, limit: int) -> int:
        """See Journal.add_prints."""
        made = rows_without(self._session.all, limit)
        if made:
            with self._session.transaction():
                self._session.many(PUT_PRINT, made)
        return len(made)

    def frame(self, malfunction: str) -> Frame | None:
        """See Journal.frame."""
        for _, extruder, start, end, step_ms, names, count, blob in self._session.all(
            _FRAME, malfunction
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
        return next(
            ((seq, ts, blob) for seq, ts, blob in self._session.all(sql, self._shard)), None
        )

    def claim_notifications(self, now: int, lease_ms: int, limit: int) -> list[Delivery]:
        """See Journal.claim_notifications."""
        sql = _CLAIM.format(skip_locked=self._dialect.skip_locked)
        with self._session.transaction():
            claimed = self._session.all(sql, now + lease_ms, now, limit)
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
        if state is Sending.SENT:
            return self._change(_SETTLE + _UNSENT, state, error, next_try, now, id_) == 1
        row = state, error, next_try, None, id_, attempt or None
        return self._change(_SETTLE + _CLAIMED, *row) == 1

    def recent_notifications(self, limit: int) -> list[Delivery]:
        """See Journal.recent_notifications."""
        sql = f"SELECT {DELIVERY} FROM notifications ORDER BY id DESC LIMIT ?"
        return [delivery_of(row) for row in self._session.all(sql, limit)]

    def close(self) -> None:
        """See Journal.close."""
        self._session.close()

    def _change(self, sql: str, *parameters: object) -> int:
        """Run one statement in a transaction; the number of rows that it changed."""
        with self._session.transaction():
            return self._session.run(sql, *parameters)


#: Later than every ts.
_ALL = 2**63 - 1


def _due(notification: Notification, created: int) -> tuple[Any, ...]:
    n = notification
    return n.key, created, n.route, n.title, n.body, n.priority, n.next_try
