"""Ingest is killed while others append: what got 204 is there in the end."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from data.telemetry import open_store
from tests.ingest.append_made import MAPPED, MS
from tests.stack import Stack, free_port, wait_until


class Sender:
    """Sends one reading after the other, each until it is taken."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=30)
        self.safe: list[int] = []
        self.over = threading.Event()

    def send(self, n: int) -> None:
        while not self.over.is_set():
            try:
                line = f"melt,hall=1 p={n} {MS + 100 * n}"
                if self._client.post("/write?precision=ms", content=line).status_code == 204:
                    self.safe.append(n)
                    return
            except httpx.TransportError:
                time.sleep(0.02)

    def go_on(self) -> None:
        n = 1000
        while not self.over.is_set():
            n += 1
            self.send(n)


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[tuple[Stack, Sender]]:
    port = free_port()
    sources = tmp_path / "sources.toml"
    mapped = MAPPED.replace("[[extruder", "[[source.extruder")
    sources.write_text(
        f'[[source]]\nname = "http"\nkind = "http"\nlisten = "127.0.0.1:{port}"\n{mapped}'
    )
    stack = Stack(tmp_path, SOURCES=str(sources))
    sender = Sender(f"http://127.0.0.1:{port}")
    yield stack, sender
    sender.over.set()
    stack.stop()


def stored(stack: Stack) -> set[int]:
    with closing(open_store(stack.settings.database_url)) as store:
        return {int(row.values[0]) for row in store.rows_since(0, 1_000_000)}


def test_what_was_acknowledged_outlives_kills(plant: tuple[Stack, Sender]) -> None:
    stack, sender = plant
    stack.start_ingest()
    thread = threading.Thread(target=sender.go_on)
    thread.start()
    for n in range(1, 4):
        wait_until(lambda: len(sender.safe) >= 5 * n, 30, "readings are taken")  # noqa: B023
        stack.kill("ingest")
        stack.start_ingest()
    wait_until(lambda: len(sender.safe) >= 20, 30, "readings are taken again")
    sender.over.set()
    thread.join(35)
    wait_until(lambda: set(sender.safe) <= stored(stack), 10, "all are stored")


def test_what_was_acknowledged_while_the_store_was_away_is_on_disk(
    plant: tuple[Stack, Sender], tmp_path: Path
) -> None:
    stack, sender = plant
    stack.start_ingest()
    sender.send(0)
    path = stack.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        for n in range(1, 4):
            sender.send(n)
        stack.kill("ingest")
        lock.execute("ROLLBACK")
    assert sender.safe == [0, 1, 2, 3]
    assert stored(stack) == {0}
    stack.start_ingest()
    wait_until(lambda: stored(stack) == {0, 1, 2, 3}, 15, "what was on disk is stored")
