"""Commands and alarms in Redis: taken with the commit that applied them, or not at all."""

from __future__ import annotations

import anyio
import pytest
from redis import Redis

from data.errors import WindowsUnavailable
from data.window_cache import Keys, connect, connect_async
from data.window_cache.reader import WindowReader
from data.window_cache.writer import WindowWriter
from tests.stack import free_port


@pytest.fixture
def windows(redis_url: str) -> WindowWriter:
    writer = WindowWriter(connect(redis_url), Keys())
    assert writer.take_lease("me")
    return writer


def test_a_tick_takes_the_commands_that_it_has_seen_and_leaves_later_ones(
    windows: WindowWriter,
) -> None:
    for text in ("a", "b"):
        windows.push_command(text)
    seen = windows.pending_commands()
    assert seen == ["a", "b"]
    windows.push_command("c")
    commit = windows.begin()
    commit.took_commands(len(seen))
    assert windows.commit(commit, "me", None, 1)
    assert windows.pending_commands() == ["c"]


def test_taking_all_commands_leaves_none(windows: WindowWriter) -> None:
    windows.push_command("a")
    commit = windows.begin()
    commit.took_commands(1)
    assert windows.commit(commit, "me", None, 1)
    assert windows.pending_commands() == []


def test_a_fenced_tick_takes_no_command(windows: WindowWriter) -> None:
    windows.push_command("a")
    commit = windows.begin()
    commit.took_commands(1)
    assert not windows.commit(commit, "somebody else", None, 1)
    assert windows.pending_commands() == ["a"]


def test_the_monitors_memory_is_bytes(windows: WindowWriter) -> None:
    assert windows.monitor() == (None, None)
    for fast, slow in ((b"\x00\xff packed", b"\xff"), (b"new", None)):
        commit = windows.begin()
        commit.monitor(fast, slow)
        assert windows.commit(commit, "me", windows.watermark(), 1)
        assert windows.monitor() == (fast, b"\xff")


def test_the_web_process_reads_the_texts_as_they_were_committed(
    windows: WindowWriter, redis_url: str
) -> None:
    commit = windows.begin()
    commit.alarms('{"a":"°C"}')
    commit.history('{"h":1}')
    commit.health('{"h":2}')
    commit.deliveries('{"d":1}')
    commit.status(last_success=17)
    assert windows.commit(commit, "me", None, 1)

    async def read() -> list[bytes | None]:
        reader = WindowReader(connect_async(redis_url))
        reads = (reader.alarms, reader.history, reader.health, reader.deliveries)
        answers = [await one() for one in reads]
        assert {status.last_success for _, status in answers} == {17}
        return [text for text, _ in answers]

    assert anyio.run(read) == ['{"a":"°C"}'.encode(), b'{"h":1}', b'{"h":2}', b'{"d":1}']


def test_without_redis_a_command_is_not_pushed_silently() -> None:
    client: Redis = connect(f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(WindowsUnavailable):
        WindowWriter(client, Keys()).push_command("a")
