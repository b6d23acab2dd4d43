"""Delivers what the journal's outbox holds: at least once, never twice at the same time."""

from __future__ import annotations

import json
import logging
import math
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing

from data.errors import MeltwatchError
from data.journal import Delivery, Journal, Sending
from data.meter import metered
from data.notifier import apprise_send
from data.notifier.apprise_send import GRACE_S, TIMEOUT_S, Message
from data.notifier.flood import MINUTE_MS, PER_MINUTE, Parcel, parcels, sent_lately
from data.notifier.routes import Routes

log = logging.getLogger("meltwatch.notifier")

#: Another worker may send a row after this; no message is begun that could last longer.
LEASE_S = 60
#: Rows taken at once: enough to fold a flood into digests.
CLAIM = 500
#: Rows looked at first for what went out in the last minute; so many times more in a flood.
RECENT, RECENT_FACTOR = 1000, 4
#: Targets served at the same time, each by one process at most.
PARALLEL = 4
#: Waits between attempts: 10 s, 30 s, 90 s … 15 min, each by up to a fifth more or less.
FIRST_WAIT_S, WAIT_FACTOR, LONGEST_WAIT_S, JITTER = 10, 3, 900, 0.2
#: After so many attempts or ms a notification has failed for good.
MAX_ATTEMPTS, MAX_AGE_MS = 20, 24 * 3_600_000
#: Rows shown.
SHOWN = 200

#: Takes an URL and a message; returns "" once it is accepted, else why it was not.
Send = Callable[[str, Message], str]


def deliver(
    journal: Journal,
    routes: Routes,
    now_ms: int,
    send: Send = apprise_send.send,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Send what is due at `now_ms`, settle it, and return the number of messages accepted.

    Lasts at most LEASE_S, as `clock` (seconds) tells; `send` must end within TIMEOUT_S + GRACE_S.
    Raises StoreError: what is not settled then is sent again after its lease.
    """
    # Its time begins before the claim, as the lease does: a claim may wait for the store.
    begun = _Round(journal, routes, now_ms, send, clock)
    claimed = journal.claim_notifications(now_ms, LEASE_S * 1000, CLAIM)
    return begun.work(claimed) if claimed else 0


@metered("notifier")
def deliver_for_ever(
    open_journal: Callable[[], Journal],
    routes: Routes,
    stop: threading.Event,
    pause_s: float = 1.0,
) -> None:
    """Deliver whenever something is due, until told to stop: the body of a thread.

    A thread, not a job: a job that waits for a mail server would hold up the refreshes behind it.
    """
    failing = False
    while not stop.is_set():
        try:
            with closing(open_journal()) as journal:
                while not stop.wait(pause_s):
                    deliver(journal, routes, time.time_ns() // 1_000_000)
                    failing = False
        except MeltwatchError as error:
            if not failing:
                log.warning("notifications wait: %s", error)
            failing = True
        except Exception:  # the edge of a thread: nobody else would start it again
            log.exception("notifications wait")
        stop.wait(pause_s)


def wait_ms(attempts: int, jitter: float) -> int:
    """How long to wait after so many failed attempts; `jitter` is from -1 to 1."""
    wait_s = min(FIRST_WAIT_S * math.pow(WAIT_FACTOR, min(attempts - 1, 9)), LONGEST_WAIT_S)
    return round(min(wait_s * (1 + JITTER * jitter), LONGEST_WAIT_S) * 1000)


def deliveries_json(journal: Journal, configured: bool, now: int) -> str:
    """The newest notifications as the screen wants them (Keys.deliveries)."""
    rows = journal.recent_notifications(SHOWN)
    shown = [_shown(row) for row in rows]
    return json.dumps({"as_of": now, "deliveries": shown, "configured": configured})


def _shown(row: Delivery) -> dict[str, object]:
    return {
        "ts": row.created,
        "route": row.route,
        "title": row.title,
        "state": row.state,
        "attempts": row.attempts,
        "next_try": row.next_try if row.state is Sending.DUE else None,
        "error": row.error,
    }


class _Round:
    """One claim of rows, worked off while its lease lasts."""

    def __init__(
        self,
        journal: Journal,
        routes: Routes,
        now_ms: int,
        send: Send,
        clock: Callable[[], float],
    ) -> None:
        self._journal, self._urls, self._send, self._clock = journal, routes.urls(), send, clock
        self._started, self._now_ms = clock(), now_ms

    def work(self, claimed: Sequence[Delivery]) -> int:
        """Send to all targets side by side, to each one message after another."""
        queues = self._queues(claimed)
        accepted = 0
        with ThreadPoolExecutor(PARALLEL) as pool:
            while queues:
                heads = [pool.submit(self._try, queue.popleft()) for queue in queues.values()]
                for head in as_completed(heads):
                    parcel, error = head.result()
                    accepted += error == ""
                    self._settle(parcel, error, queues[parcel.target])
                queues = {target: queue for target, queue in queues.items() if queue}
        return accepted

    def _queues(self, claimed: Sequence[Delivery]) -> dict[str, deque[Parcel]]:
        lately = sent_lately(self._recent(), {row.id for row in claimed}, self._now_ms)
        queues = {}
        for target, rows in self._by_target(claimed).items():
            sent = lately.get(target, [])
            if len(sent) >= PER_MINUTE:
                self._put_off(rows, sent[-PER_MINUTE] + MINUTE_MS)
            else:
                queues[target] = deque(parcels(rows, PER_MINUTE - len(sent)))
                packed = {row.id for row in _rows([*queues[target]])}
                left = [row for row in rows if row.id not in packed]
                self._put_off(left, self._now_ms + MINUTE_MS)
        return queues

    def _recent(self) -> list[Delivery]:
        """All rows that can have been sent in the last minute, however many are newer."""
        oldest, count = self._now_ms - MAX_AGE_MS - MINUTE_MS, RECENT
        while True:
            rows = self._journal.recent_notifications(count)
            if len(rows) < count or rows[-1].created < oldest:
                return rows
            count *= RECENT_FACTOR

    def _by_target(self, claimed: Sequence[Delivery]) -> dict[str, list[Delivery]]:
        by_target: dict[str, list[Delivery]] = {}
        for row in claimed:
            refusal = self._refusal(row)
            if refusal:
                self._write(row, Sending.FAILED, row.error or refusal)
            else:
                by_target.setdefault(row.route, []).append(row)
        return by_target

    def _refusal(self, row: Delivery) -> str:
        if row.route not in self._urls:
            return "this route is no longer in the notifications file"
        return "too old to be sent" if self._now() - row.created >= MAX_AGE_MS else ""

    def _put_off(self, rows: Sequence[Delivery], until: int) -> None:
        for row in rows:
            self._write(row, Sending.DUE, row.error, until)

    def _try(self, parcel: Parcel) -> tuple[Parcel, str | None]:
        """ "" if it was accepted, the reason if not, None if there was no time to try."""
        if self._clock() - self._started + TIMEOUT_S + GRACE_S >= LEASE_S:
            return parcel, None
        return parcel, self._send(self._urls[parcel.target], parcel.message)

    def _settle(self, parcel: Parcel, error: str | None, behind: deque[Parcel]) -> None:
        """What is behind a message that failed fails with it: the target is down."""
        if error == "":
            now = self._now()
            for row in parcel.rows:
                self._write(row, Sending.SENT, "", now=now)
            return
        jitter = random.uniform(-1, 1)
        for row in _rows([parcel, *behind]):
            self._fail(row, error, jitter)
        behind.clear()

    def _fail(self, row: Delivery, error: str | None, jitter: float) -> None:
        now = self._now()
        if error is None:
            self._write(row, Sending.DUE, row.error, now)
        elif row.attempts >= MAX_ATTEMPTS or now - row.created >= MAX_AGE_MS:
            self._write(row, Sending.FAILED, error)
        else:
            self._write(row, Sending.DUE, error, now + wait_ms(row.attempts, jitter))

    def _write(
        self, row: Delivery, state: Sending, error: str, next_try: int | None = None,
        now: int | None = None,
    ) -> None:  # fmt: skip
        at = self._now() if now is None else now
        self._journal.settle_notification(row.id, state, error, next_try, at, row.attempts)

    def _now(self) -> int:
        return self._now_ms + round((self._clock() - self._started) * 1000)


def _rows(all_: Sequence[Parcel]) -> Iterator[Delivery]:
    return (row for parcel in all_ for row in parcel.rows)
