"""Messages reach real receivers: in order, again until they are taken, each target by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.notifier.servers import Mailbox, Webhook
from tests.stack import free_port
from watcher import post as post_module
from watcher.history import History, Message
from watcher.post import GIVE_UP_S, Post
from watcher.send import send
from watcher.state import Level, State

DOWN = Message("DOWN: Plant", "It is – down", Level.DOWN)
UP = Message("UP again: Plant", "over", Level.UP)


@pytest.fixture(autouse=True)
def short_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post_module, "FIRST_RETRY_S", 0.1)


Until = Callable[[], bool]


def at_once() -> bool:
    return True


def now_ms() -> int:
    return int(time.time() * 1000)


def deliver(
    folder: Path, urls: list[str], waiting: int, *messages: Message, until: Until = at_once
) -> None:
    """Deliver until so many messages wait, and a condition holds."""

    async def run() -> None:
        history = History(folder, 1)
        history.record(State(), now_ms(), messages=messages, targets=len(urls))
        post = Post(history, urls, send)
        delivering = asyncio.create_task(post.deliver_for_ever())
        async with asyncio.timeout(60):
            while history.undelivered() != waiting or not until():
                await asyncio.sleep(0.05)
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)
        history.close()

    asyncio.run(run())


def test_a_mail_and_a_webhook_come_in_their_order(tmp_path: Path) -> None:
    port = free_port()
    mailbox = Mailbox(port)
    with Webhook(refuse=1) as webhook, mailbox.open(port):
        urls = [mailbox.url, webhook.url]
        deliver(tmp_path, urls, 0, DOWN, UP)
    assert mailbox.subjects == webhook.titles == [DOWN.title, UP.title]
    assert webhook.asked == 3
    assert webhook.taken[0]["type"] == "failure"


def test_a_target_that_is_away_keeps_nobody_else_waiting_and_is_tried_again(tmp_path: Path) -> None:
    with Webhook() as webhook:
        urls = [f"json://127.0.0.1:{free_port()}/", webhook.url]
        deliver(tmp_path, urls, 1, DOWN, until=lambda: len(webhook.taken) == 1)
    history = History(tmp_path, 1)
    left = history.waiting(0)
    assert left is not None
    assert left.message == DOWN
    history.close()


def test_a_message_that_was_not_sent_is_after_a_restart(tmp_path: Path) -> None:
    history = History(tmp_path, 1)
    history.record(State(), now_ms(), messages=[DOWN], targets=1)
    history.close()
    with Webhook() as webhook:
        deliver(tmp_path, [webhook.url], 0)
    assert webhook.titles == [DOWN.title]


def test_a_receiver_that_hangs_is_given_up_in_time() -> None:
    with Webhook(takes_s=60) as webhook:
        why = asyncio.run(send(f"{webhook.url}?rto=60", DOWN, timeout_s=3))
    assert why == "no answer in 3 s"


def test_a_message_that_nobody_takes_for_a_day_is_given_up(tmp_path: Path) -> None:
    history = History(tmp_path, 1)
    history.record(State(), now_ms() - (GIVE_UP_S + 60) * 1000, messages=[DOWN], targets=1)
    history.close()
    with Webhook(refuse=99) as webhook:
        deliver(tmp_path, [webhook.url], 0, until=lambda: webhook.asked == 1)
