"""What is in the outbox reaches real receivers: at least once, and each row by one worker."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from data.journal import Delivery, Journal, Sending, open_journal
from data.notifier.delivery import (
    CLAIM,
    LEASE_S,
    MAX_ATTEMPTS,
    deliver,
    deliver_for_ever,
    deliveries_json,
    wait_ms,
)
from tests.notifier.made import NOW, queue, routes
from tests.notifier.servers import Mailbox, Webhook
from tests.stack import free_port, wait_until

ROOT = Path(__file__).parents[2]
LEASE_MS = LEASE_S * 1000
#: No server listens there.
NOWHERE = "json://127.0.0.1:1/hook"


def only(journal: Journal) -> Delivery:
    (row,) = journal.recent_notifications(10)
    return row


def states(journal: Journal) -> list[Sending]:
    return [row.state for row in journal.recent_notifications(1000)]


def test_a_message_is_delivered_once_and_settled(journal: Journal, webhook: Webhook) -> None:
    queue(journal, "a", ["Motor load"])
    assert deliver(journal, routes(webhook.url), NOW) == 1
    assert deliver(journal, routes(webhook.url), NOW + LEASE_MS) == 0
    assert webhook.taken == [
        {"version": "1.0", "title": "Motor load", "message": "body", "attachments": [],
         "type": "failure"}
    ]  # fmt: skip
    assert (only(journal).state, only(journal).attempts) == (Sending.SENT, 1)


def test_a_webhook_that_refuses_twice_gets_it_once(journal: Journal) -> None:
    with Webhook(refuse=2) as webhook:
        queue(journal, "a", ["Motor load"])
        now, waits = NOW, []
        while only(journal).state is Sending.DUE:
            deliver(journal, routes(webhook.url), now)
            waits.append((only(journal).next_try or now) - now)
            assert deliver(journal, routes(webhook.url), now + 1) == 0
            now = only(journal).next_try or now
        assert (webhook.asked, webhook.titles) == (3, ["Motor load"])
    assert (only(journal).state, only(journal).attempts, only(journal).error) == ("sent", 3, "")
    assert 8_000 <= waits[0] <= 24_000 <= waits[1] <= 48_000


def test_mail_waits_for_its_server_and_says_why(journal: Journal) -> None:
    port = free_port()
    mailbox = Mailbox(port)
    queue(journal, "a", ["Motor load 101 %, µ"])
    assert deliver(journal, routes(mailbox.url), NOW) == 0
    waiting = only(journal)
    assert waiting.state is Sending.DUE
    assert "Connection refused" in waiting.error
    with mailbox.open(port):
        assert deliver(journal, routes(mailbox.url), waiting.next_try or 0) == 1
    assert mailbox.subjects == ["Motor load 101 %, µ"]
    assert mailbox.mails[0]["To"] == "shift@plant.example"
    assert (only(journal).state, only(journal).error) == (Sending.SENT, "")


_WORKER = """
import sys, time
from data.journal import open_journal
from data.notifier.delivery import deliver
from tests.notifier.made import NOW, routes
journal = open_journal(sys.argv[1])
print("ready", flush=True)
while True:
    deliver(journal, routes(*sys.argv[2:]), NOW)
    time.sleep(0.01)
"""


def test_two_workers_deliver_each_notification_once(journal: Journal, store_url: str) -> None:
    with Webhook(takes_s=0.05) as webhook:
        command = [sys.executable, "-c", _WORKER, store_url, *[webhook.url] * 4]
        workers = [
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
        ]
        try:
            for worker in workers:
                assert worker.stdout and worker.stdout.readline() == "ready\n"
            for number in range(16):
                queue(journal, "abcd"[number % 4], [f"alarm {number}"])
            wait_until(lambda: set(states(journal)) == {Sending.SENT}, 60, "all sent")
        finally:
            for worker in workers:
                worker.kill()
                worker.communicate()
        assert sorted(webhook.titles) == sorted(f"alarm {number}" for number in range(16))
        assert {row.attempts for row in journal.recent_notifications(100)} == {1}


_KILLED = """
import os, sys
from data.journal import open_journal
from data.notifier.delivery import deliver
from tests.notifier.made import NOW, routes
deliver(open_journal(sys.argv[1]), routes("json://x"), NOW, lambda *_: os.kill(os.getpid(), 9))
"""


def test_what_a_killed_worker_was_sending_is_sent_after_its_lease(
    journal: Journal, store_url: str, webhook: Webhook
) -> None:
    queue(journal, "a", ["Motor load"])
    killed = subprocess.run([sys.executable, "-c", _KILLED, store_url], cwd=ROOT, check=False)
    assert killed.returncode == -9
    assert only(journal).state is Sending.SENDING
    assert deliver(journal, routes(webhook.url), NOW + LEASE_MS - 1) == 0
    assert deliver(journal, routes(webhook.url), NOW + LEASE_MS) == 1
    assert webhook.titles == ["Motor load"]
    assert (only(journal).state, only(journal).attempts) == (Sending.SENT, 2)


def test_a_target_that_is_down_is_asked_once_and_holds_up_no_other(journal: Journal) -> None:
    with Webhook(refuse=100) as down, Webhook() as up:
        queue(journal, "a", ["1", "2", "3"])
        queue(journal, "b", ["4", "5", "6"])
        assert deliver(journal, routes(down.url, up.url), NOW) == 3
        assert (down.asked, up.titles) == (1, ["4", "5", "6"])
    waiting = [row for row in journal.recent_notifications(10) if row.route == "a"]
    assert {row.state for row in waiting} == {Sending.DUE}
    assert all("error=500" in row.error for row in waiting)


def test_a_flood_becomes_ten_messages_and_the_next_waits(
    journal: Journal, webhook: Webhook
) -> None:
    queue(journal, "a", [f"alarm {number}" for number in range(30)])
    assert deliver(journal, routes(webhook.url), NOW) == 10
    assert webhook.titles[:9] == [f"alarm {number}" for number in range(9)]
    assert webhook.titles[9] == "21 more alarms: 21 critical"
    assert webhook.taken[9]["message"].splitlines()[0] == "alarm 9"
    assert states(journal) == [Sending.SENT] * 30
    queue(journal, "a", ["one more"], NOW + 20_000)
    assert deliver(journal, routes(webhook.url), NOW + 20_000) == 0
    later = journal.recent_notifications(1)[0].next_try or 0
    assert NOW + 60_000 <= later <= NOW + 80_000
    assert deliver(journal, routes(webhook.url), later) == 1
    assert webhook.titles[10] == "one more"


def test_a_flood_that_takes_several_claims_is_ten_messages_a_minute_too(journal: Journal) -> None:
    queue(journal, "a", [f"alarm {number}" for number in range(3 * CLAIM)])
    clock = [0.0]

    def accept(_url: str, _message: object) -> str:
        clock[0] += 0.1
        return ""

    def told(after_s: int) -> int:
        now = NOW + after_s * 1000
        return deliver(journal, routes(NOWHERE), now, accept, lambda: clock[0])

    assert [told(1), told(2), told(3), told(80)] == [10, 0, 0, 10]


def test_it_fails_for_good_after_twenty_attempts(journal: Journal) -> None:
    queue(journal, "a", ["Motor load"])
    now, attempts = NOW, 0
    while only(journal).state is Sending.DUE:
        deliver(journal, routes(NOWHERE), now, lambda _url, _message: "refused")
        now, attempts = only(journal).next_try or now, attempts + 1
    assert attempts == MAX_ATTEMPTS
    assert (only(journal).state, only(journal).error) == (Sending.FAILED, "refused")
    assert only(journal).next_try is None


def test_it_fails_for_good_after_a_day(journal: Journal, webhook: Webhook) -> None:
    queue(journal, "a", ["Motor load"])
    deliver(journal, routes(webhook.url), NOW + 24 * 3_600_000)
    assert (only(journal).state, only(journal).error) == (Sending.FAILED, "too old to be sent")
    assert webhook.asked == 0


def test_what_has_no_route_any_more_fails_for_good(journal: Journal, webhook: Webhook) -> None:
    queue(journal, "z", ["Motor load"])
    deliver(journal, routes(webhook.url), NOW)
    assert only(journal).state is Sending.FAILED
    assert only(journal).error == "this route is no longer in the notifications file"


def test_nothing_is_begun_that_could_outlast_the_lease(journal: Journal) -> None:
    clock = [0.0]

    def slow(_url: str, _message: object) -> str:
        clock[0] += 14
        return ""

    queue(journal, "a", [f"alarm {number}" for number in range(8)])
    assert deliver(journal, routes(NOWHERE), NOW, slow, lambda: clock[0]) == 4
    assert clock[0] < LEASE_S
    left = [row for row in journal.recent_notifications(10) if row.state is Sending.DUE]
    assert [row.next_try for row in left] == [NOW + 56_000] * 4


def test_time_spent_on_claiming_counts_towards_the_lease(journal: Journal, store_url: str) -> None:
    queue(journal, "a", ["Motor load"])

    def clock() -> float:
        with closing(open_journal(store_url)) as seen:
            return 0.0 if only(seen).state is Sending.DUE else 50.0

    assert deliver(journal, routes(NOWHERE), NOW, lambda *_: "", clock) == 0
    assert (only(journal).state, only(journal).next_try) == (Sending.DUE, NOW + 50_000)


def test_the_thread_delivers_until_it_is_stopped(
    journal: Journal, store_url: str, webhook: Webhook
) -> None:
    stop, now = threading.Event(), time.time_ns() // 1_000_000
    given = (lambda: open_journal(store_url)), routes(webhook.url), stop, 0.01
    thread = threading.Thread(target=deliver_for_ever, args=given, daemon=True)
    thread.start()
    for title in ("first", "second"):
        queue(journal, "a", [title], now)
        wait_until(lambda: set(states(journal)) == {Sending.SENT}, 20, "sent")
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert webhook.titles == ["first", "second"]


def test_the_thread_waits_for_a_store_that_is_away(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stop, asked = threading.Event(), []

    def away() -> Journal:
        asked.append(1)
        if len(asked) == 3:
            stop.set()
        return open_journal(f"sqlite:///{tmp_path}")  # a folder is no store

    deliver_for_ever(away, routes(NOWHERE), stop, 0.01)
    assert len(asked) == 3
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("notifications wait: ")


def test_waits_grow_to_a_quarter_of_an_hour() -> None:
    assert [wait_ms(n, 0) // 1000 for n in range(1, 7)] == [10, 30, 90, 270, 810, 900]
    assert (wait_ms(1, -1), wait_ms(1, 1), wait_ms(20, 1)) == (8_000, 12_000, 900_000)


def test_screens_get_the_newest_first(journal: Journal) -> None:
    queue(journal, "a", ["first"])
    deliver(journal, routes(NOWHERE), NOW, lambda _url, _message: "refused")
    queue(journal, "b", ["second"], NOW + 1)
    told = json.loads(deliveries_json(journal, True, NOW + 2))
    assert (told["as_of"], told["configured"]) == (NOW + 2, True)
    second, first = told["deliveries"]
    assert second == {
        "ts": NOW + 1, "route": "b", "title": "second", "state": "due", "attempts": 0,
        "next_try": NOW + 1, "error": "",
    }  # fmt: skip
    assert (first["state"], first["attempts"], first["error"]) == ("due", 1, "refused")
    assert json.loads(deliveries_json(journal, False, NOW))["configured"] is False
