"""Heartbeats go out as long as every shard is refreshed, and hold nothing up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from redis import Redis

from data.heartbeat import Heartbeat
from data.shards import shards
from data.window_cache import HEARTBEATS, Keys, connect
from data.window_cache.writer import WindowWriter
from tests.stack import free_port


class Receiver:
    """Counts who asks; answers with `status`."""

    def __init__(self) -> None:
        self.status, self.asked = 200, 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                receiver.asked += 1
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/heartbeat"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    opened = Receiver()
    threading.Thread(target=opened.server.serve_forever, args=(0.05,), daemon=True).start()
    yield opened
    opened.server.shutdown()
    opened.server.server_close()


@pytest.fixture
def client(redis_url: str) -> Iterator[Redis]:
    with connect(redis_url) as opened:
        yield opened


Refreshed = Callable[[int, int], None]


@pytest.fixture
def refreshed(client: Redis) -> Refreshed:
    """Says that a shard was refreshed at a time (ms)."""
    keys = [Keys(shard) for shard in shards(2)]
    return lambda shard, at: client.hset(keys[shard].status, "last_success", at) and None


def beating(url: str, client: Redis) -> Heartbeat:
    return Heartbeat(url, [WindowWriter(client, Keys(shard)) for shard in shards(2)], client)


def counted(client: Redis) -> dict[str, str]:
    return {key.decode(): value.decode() for key, value in client.hgetall(HEARTBEATS).items()}


def test_each_refresh_of_all_shards_makes_one_heartbeat(
    receiver: Receiver, client: Redis, refreshed: Refreshed
) -> None:
    heartbeat = beating(receiver.url, client)
    for at in (1_000, 2_000, 3_000):
        refreshed(0, at)
        refreshed(1, at)
        heartbeat.beat()
        heartbeat.beat()
    assert receiver.asked == 2  # what was refreshed before the start says nothing of now
    assert counted(client) == {"sent": "2", "last_error": ""}


def test_one_shard_that_is_not_refreshed_is_silence(
    receiver: Receiver, client: Redis, refreshed: Refreshed
) -> None:
    heartbeat = beating(receiver.url, client)
    for at in (1_000, 2_000, 3_000):
        refreshed(0, at)
        heartbeat.beat()
    refreshed(1, 500)
    heartbeat.beat()
    asked = receiver.asked
    refreshed(0, 4_000)
    heartbeat.beat()
    assert receiver.asked == asked


def test_a_clock_that_is_set_back_is_no_silence(
    receiver: Receiver, client: Redis, refreshed: Refreshed
) -> None:
    heartbeat = beating(receiver.url, client)
    for at in (5_000, 4_000):
        refreshed(0, at)
        refreshed(1, at)
        heartbeat.beat()
    assert receiver.asked == 1


@pytest.mark.parametrize(("status", "reason"), [(500, "answers 500"), (None, "Connection refused")])
def test_failing_is_counted_and_raises_nothing(
    receiver: Receiver, client: Redis, refreshed: Refreshed, status: int | None, reason: str
) -> None:
    receiver.status = status or 200
    url = receiver.url if status else f"http://127.0.0.1:{free_port()}/s3cret"
    heartbeat = beating(url, client)
    for at in (1_000, 2_000):
        refreshed(0, at)
        refreshed(1, at)
        heartbeat.beat()
    found = counted(client)
    assert found["failed"] == "1"
    assert reason in found["last_error"]
    assert "s3cret" not in found["last_error"]


def test_without_redis_there_is_no_heartbeat_and_no_error(receiver: Receiver) -> None:
    with connect(f"redis://127.0.0.1:{free_port()}/0") as nowhere:
        heartbeat = beating(receiver.url, nowhere)
        heartbeat.beat()
        heartbeat.beat()
    assert receiver.asked == 0
