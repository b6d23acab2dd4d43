"""Notifications are queued once, claimed by one, and tried again until they are settled."""

from __future__ import annotations

import subprocess
import sys

import pytest

from data.journal import Batch, Journal, Notification, Sending
from tests.stack import ROOT

pytestmark = pytest.mark.both_stores

LEASE = 10_000


def note(key: str, priority: int = 1, next_try: int = 1000) -> Notification:
    return Notification(key, "mail", f"Alarm {key}", "text", priority, next_try)


def claim(journal: Journal, now: int, limit: int = 10) -> list[tuple[str, int]]:
    return [(d.key, d.attempts) for d in journal.claim_notifications(now, LEASE, limit)]


def test_a_notification_is_queued_once(journal: Journal) -> None:
    journal.write(Batch(500, notifications=[note("a"), note("a")]))
    journal.write(Batch(900, notifications=[note("a")]))
    (queued,) = journal.recent_notifications(10)
    assert (queued.key, queued.created, queued.state) == ("a", 500, Sending.DUE)
    assert (queued.attempts, queued.next_try, queued.error) == (0, 1000, "")


def test_the_most_urgent_that_is_due_comes_first(journal: Journal) -> None:
    notes = [note("low", 4), note("late", 1, 5000), note("high", 2), note("critical", 1)]
    journal.write(Batch(500, notifications=notes))
    assert claim(journal, 999) == []
    assert claim(journal, 1000, limit=2) == [("critical", 1), ("high", 1)]
    assert claim(journal, 1000) == [("low", 1)]


def test_a_claim_that_nobody_settled_is_free_again_after_the_lease(journal: Journal) -> None:
    journal.write(Batch(500, notifications=[note("a")]))
    assert claim(journal, 1000) == [("a", 1)]
    assert claim(journal, 1000 + LEASE - 1) == []
    assert claim(journal, 1000 + LEASE) == [("a", 2)]


@pytest.mark.parametrize("state", [Sending.SENT, Sending.FAILED])
def test_what_is_settled_for_good_is_not_claimed_again(journal: Journal, state: Sending) -> None:
    journal.write(Batch(500, notifications=[note("a")]))
    (taken,) = journal.claim_notifications(1000, LEASE, 1)
    assert journal.settle_notification(taken.id, state, "", None, 1500)
    assert claim(journal, 10**12) == []
    (kept,) = journal.recent_notifications(1)
    assert (kept.state, kept.next_try) == (state, None)
    assert kept.sent_at == (1500 if state is Sending.SENT else None)


def test_another_try_waits_for_its_time_and_says_why(journal: Journal) -> None:
    journal.write(Batch(500, notifications=[note("a")]))
    (taken,) = journal.claim_notifications(1000, LEASE, 1)
    journal.settle_notification(taken.id, Sending.DUE, "connection refused", 31_000, 1500)
    (kept,) = journal.recent_notifications(1)
    assert (kept.state, kept.next_try, kept.error) == (Sending.DUE, 31_000, "connection refused")
    assert claim(journal, 30_999) == []
    assert claim(journal, 31_000) == [("a", 2)]


def test_who_was_too_late_cannot_undo_the_claim_of_another(journal: Journal) -> None:
    journal.write(Batch(500, notifications=[note("a")]))
    (slow,) = journal.claim_notifications(1000, LEASE, 1)
    (quick,) = journal.claim_notifications(1000 + LEASE, LEASE, 1)
    settle = journal.settle_notification
    assert not settle(slow.id, Sending.DUE, "timed out", 12_000, 12_000, slow.attempts)
    assert claim(journal, 12_000) == []
    assert settle(slow.id, Sending.SENT, "", None, 13_000, slow.attempts), "it was sent after all"
    assert not settle(quick.id, Sending.FAILED, "gone", None, 14_000, quick.attempts)
    assert journal.recent_notifications(1)[0].state is Sending.SENT


CLAIM_ALL = """
import sys, time
from data.journal import open_journal
journal = open_journal(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
while taken := journal.claim_notifications(1000, 10_000, 3):
    print(*(one.id for one in taken), flush=True)
    time.sleep(0.005)
"""


def test_two_processes_that_claim_at_once_never_get_the_same(
    journal: Journal, store_url: str
) -> None:
    count = 300
    journal.write(Batch(500, notifications=[note(str(n)) for n in range(count)]))
    claimers = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIM_ALL, store_url],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for claimer in claimers:
        assert claimer.stdout and claimer.stdout.readline() == "ready\n"
    for claimer in claimers:
        assert claimer.stdin
        claimer.stdin.write("go\n")
        claimer.stdin.flush()
    first, second = (claimer.communicate(timeout=60)[0].split() for claimer in claimers)
    assert first and second, "both took part"
    assert len(first + second) == count
    assert len({*first, *second}) == count
