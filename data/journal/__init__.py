"""The journal: what happened to alarms and malfunctions, and what people did, kept for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from data.alarms.events import AlarmEvent
from data.commands import Command
from data.malfunctions.malfunction import Malfunction
from data.session import open_session
from data.settings import is_postgres
from data.windows import Row


class Sending(StrEnum):
    """What became of a notification. SENT and FAILED are final."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True)
class Notification:
    """A message for people. `key` names it for ever, so that it is queued only once.

    `priority` is that of the alarm (1 is the most urgent); `next_try` is ms since the epoch.
    """

    key: str
    route: str
    title: str
    body: str
    priority: int
    next_try: int


@dataclass(frozen=True)
class Delivery:
    """A notification in the outbox. Times are ms since the epoch, None where there is none."""

    id: int
    key: str
    created: int
    route: str
    title: str
    body: str
    priority: int
    state: Sending
    attempts: int
    next_try: int | None
    error: str
    sent_at: int | None


@dataclass(frozen=True)
class MalfunctionAction:
    """What a person did about a malfunction: `action` is one of data.commands.Action.

    `attachment` is a text that came with a note.
    """

    malfunction: str
    ts: int
    who: str
    action: str
    text: str
    command: str
    attachment_name: str = ""
    attachment: str = ""


@dataclass(frozen=True)
class Frame:
    """The readings around a malfunction's onset, kept when the telemetry is not.

    `start` and `end` are ms, `step_ms` the distance that the rows were thinned to; `signals`
    names the slots of the rows' values, all rows are of one extruder.
    """

    malfunction: str
    start: int
    end: int
    step_ms: int
    signals: tuple[str, ...]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Batch:
    """All that one tick has to keep. `ts` is the tick's time in ms.

    `states` are (alarm, JSON) of alarms that are not at rest, `rested` the alarms that are again;
    `applied_commands` are ids of commands whose effect is in this batch.
    """

    ts: int
    events: Sequence[AlarmEvent] = ()
    states: Sequence[tuple[str, str]] = ()
    rested: Sequence[str] = ()
    malfunctions: Sequence[Malfunction] = ()
    applied_commands: Sequence[str] = ()
    notifications: Sequence[Notification] = ()


class Journal(Protocol):
    """What every journal must do. All times are ms since the Unix epoch, UTC.

    Several processes may use one journal at once. All methods raise StoreError when the store
    refuses or times out; what a method wrote is durable when it returns.
    """

    def write(self, batch: Batch) -> None:
        """Keep a batch in one transaction; repeating it adds nothing.

        An event is the same if extruder, source, condition, ts, kind and command are, a
        notification if its key is. A command on a malfunction is added to its actions when it
        is applied, and one on annotations changes those.
        """

    def record_command(self, command: Command) -> bool:
        """Keep a command until a tick applies it; False if its id is known, which stays as is."""

    def pending_commands(self) -> list[Command]:
        """Commands that are not applied yet, oldest first."""

    def alarm_states(self) -> list[tuple[str, str]]:
        """(alarm, JSON) of every alarm that is not at rest."""

    def events(self, limit: int, before: int | None = None) -> list[AlarmEvent]:
        """At most `limit` events, newest first; `before` leaves out those at that ts or later."""

    def events_between(self, start: int, end: int, limit: int) -> list[AlarmEvent]:
        """At most `limit` events with start <= ts < end, oldest first."""

    def malfunctions(self, since_ms: int, limit: int) -> list[Malfunction]:
        """At most `limit` malfunctions that were detected, acknowledged, ended or resolved at
        `since_ms` or later; the newest detected first."""

    def open_malfunctions(self) -> list[Malfunction]:
        """Malfunctions that still last or are not resolved, oldest first."""

    def malfunction_actions(self, malfunction: str) -> list[MalfunctionAction]:
        """What people did about a malfunction, oldest first."""

    def save_frame(self, frame: Frame) -> None:
        """Keep a malfunction's frame and its fingerprint.

        A later one replaces them unless it has fewer rows: then its readings are no longer kept.
        """

    def add_prints(self, limit: int) -> int:
        """Make the fingerprints of at most `limit` frames that were kept without; how many."""

    def frame(self, malfunction: str) -> Frame | None:
        """A malfunction's frame, its rows exactly as they were given; None if none was kept."""

    def save_snapshot(self, seq: int, ts: int, blob: bytes) -> None:
        """Keep what the monitor remembers after the row `seq` of the store, replacing the last."""

    def snapshot(self) -> tuple[int, int, bytes] | None:
        """(seq, ts, blob) of the last snapshot, None before the first."""

    def claim_notifications(self, now: int, lease_ms: int, limit: int) -> list[Delivery]:
        """Take at most `limit` notifications to send, the most urgent first; no other gets them.

        Taken are those due at `now`, and those that someone took and did not settle within the
        lease. `attempts` counts this attempt. The caller must settle each within `lease_ms`.
        """

    def settle_notification(
        self,
        id_: int,
        state: Sending,
        error: str,
        next_try: int | None,
        now: int,
        attempt: int | None = None,
    ) -> bool:
        """Say what became of a claimed notification; DUE asks for another try at `next_try`.

        `attempt` is the claimed `Delivery.attempts`: once another has claimed the row, only SENT
        is still taken, since it is a fact. False if nothing was changed.
        """

    def recent_notifications(self, limit: int) -> list[Delivery]:
        """At most `limit` notifications, the newest first."""

    def close(self) -> None:
        """Release the connection."""


def open_journal(url: str, shard: int = 0) -> Journal:
    """Open the journal in the store that DATABASE_URL names; creates or upgrades the store.

    `shard` says whose snapshot it keeps. Raises SettingError for a URL that is neither
    `sqlite:///path` nor `postgresql://…`, StoreError if it cannot be opened. Open it inside the
    job or the thread that uses it, never before a fork.
    """
    from data.journal.stored import POSTGRES, SQLITE, StoredJournal  # noqa: PLC0415  imports us

    return StoredJournal(open_session(url), POSTGRES if is_postgres(url) else SQLITE, shard)
