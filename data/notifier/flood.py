"""Keeps a flood of alarms from becoming a flood of messages: the rest go into one digest. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from data.alarms.events import Priority
from data.journal import Delivery, Sending
from data.notifier.apprise_send import Message
from data.notifier.routing import is_report

#: Messages to one target in so many ms; what is more is folded (D).
PER_MINUTE, MINUTE_MS = 10, 60_000
#: Titles that a digest spells out.
LISTED = 50


@dataclass(frozen=True)
class Parcel:
    """One message to one target, and the rows of the outbox that it delivers."""

    target: str
    message: Message
    rows: tuple[Delivery, ...]


def parcels(rows: Sequence[Delivery], room: int) -> list[Parcel]:
    """At most `room` messages for rows of one target, the most urgent first; with a digest as
    the last if there is not room for each. Needs room for one at least.

    A report is never folded, its text would be lost: those without room are in no parcel.
    """
    alarms = [row for row in rows if not is_report(row.key)]
    reports = [_single(row) for row in rows if is_report(row.key)]
    if len(alarms) <= room:
        sent = [_single(row) for row in alarms]
    else:
        sent = [*(_single(row) for row in alarms[: room - 1]), _digest(alarms[room - 1 :])]
    return [*sent, *reports[: room - len(sent)]]


def sent_lately(recent: Iterable[Delivery], claimed: set[int], now: int) -> dict[str, list[int]]:
    """When messages went to each target in the last minute, ms, oldest first.

    Rows of one digest were sent in the same ms and are one message. A row that another worker
    is sending counts as one sent now.
    """
    times: dict[str, set[int]] = {}
    sending: dict[str, list[int]] = {}
    for row in recent:
        if row.sent_at is not None and row.sent_at > now - MINUTE_MS:
            times.setdefault(row.route, set()).add(row.sent_at)
        elif row.state is Sending.SENDING and row.id not in claimed:
            sending.setdefault(row.route, []).append(now)
    return {t: sorted(times.get(t, ())) + sending.get(t, []) for t in {*times, *sending}}


def _single(row: Delivery) -> Parcel:
    return Parcel(row.route, Message(row.title, row.body, row.priority), (row,))


def _digest(rows: Sequence[Delivery]) -> Parcel:
    counts = [
        f"{len(list(same))} {Priority(priority).name.lower()}"
        for priority, same in groupby(sorted(row.priority for row in rows))
    ]
    lines = [row.title for row in rows[:LISTED]]
    if len(rows) > LISTED:
        lines.append(f"… and {len(rows) - LISTED} more")
    title = f"{len(rows)} more alarms: {', '.join(counts)}"
    message = Message(title, "\n".join(lines), min(row.priority for row in rows))
    return Parcel(rows[0].route, message, tuple(rows))
