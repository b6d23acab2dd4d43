"""The watcher's own heartbeats: only while it watches, and failing holds nothing up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack import free_port
from tests.watcher.site import Site, whole_site
from watcher import beats
from watcher.beats import Heard, OwnBeats
from watcher.findings import Look
from watcher.history import History
from watcher.post import Post
from watcher.rounds import Rounds
from watcher.send import send
from watcher.settings import Settings


@pytest.fixture
def receiver() -> Iterator[Site]:
    with Site(whole_site()) as running:
        yield running


def beat(own: OwnBeats, times: int = 1) -> OwnBeats:
    async def run() -> None:
        for _ in range(times):
            await own.beat()

    asyncio.run(run())
    return own


def test_a_heartbeat_is_sent_once_in_a_while(receiver: Site) -> None:
    own = beat(OwnBeats(receiver.url), times=3)
    assert (own.sent, own.failed) == (1, 0)


@pytest.mark.parametrize("status", [404, None])
def test_one_that_fails_is_counted_and_raises_nothing(receiver: Site, status: int | None) -> None:
    receiver.answers["/"] = (status or 200, "text/plain", "no")
    own = beat(OwnBeats(receiver.url if status else f"http://127.0.0.1:{free_port()}"))
    assert (own.sent, own.failed) == (0, 1)


def test_there_is_none_without_an_address() -> None:
    own = beat(OwnBeats(""))
    assert (own.sent, own.failed) == (0, 0)


def test_a_watcher_that_cannot_write_down_what_it_sees_is_silent(
    tmp_path: Path, receiver: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beats, "OWN_EVERY_S", 0.0)
    settings = Settings.read({"WATCH_URL": "http://a.example", "WATCH_EVERY_S": "0.2"})
    history, own = History(tmp_path, 1), OwnBeats(receiver.url)
    rounds = Rounds(settings, history, Post(history, [], send), Heard(history), own)
    looks = 0

    async def look(_settings: Settings) -> Look:
        nonlocal looks
        looks += 1
        if looks == 3:
            history.close()
        return Look()

    async def run() -> None:
        going = asyncio.create_task(rounds.go_on_for_ever(look))
        async with asyncio.timeout(20):
            while looks < 6:
                await asyncio.sleep(0.02)
        going.cancel()

    asyncio.run(run())
    assert own.sent == 2
