"""What a source has delivered reaches the store, whatever happens to the store meanwhile."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest

from data.errors import StoreError
from data.extruders import Catalogue
from data.ingest.backlog import Backlog
from data.ingest.feed import feed
from data.sqlite_file import BUSY_TIMEOUT_S
from data.telemetry import TelemetryStore, open_store
from data.windows import Row
from tests.ingest.made_files import Read, long_csv, made_csv, made_mapping, second

ROOT = Path(__file__).parents[2]


class Listed:
    """A source of given batches."""

    name = "listed"

    def __init__(self, catalogue: Catalogue, batches: Sequence[Sequence[Row]]) -> None:
        self._catalogue = catalogue
        self._batches = batches

    def catalogue(self) -> Catalogue:
        return self._catalogue

    def stream(self, stop: Event) -> Iterator[Sequence[Row]]:
        for batch in self._batches:
            if stop.is_set():
                return
            yield batch


def listed(folder: Path, rows: int = 4) -> Listed:
    mapping = made_mapping(folder)
    read = Read(made_csv(folder, *(f"{second(n)},{n},1" for n in range(rows))), mapping)
    return Listed(mapping.catalogue(), [[row] for row in read.rows])


def test_a_source_is_stored_with_its_catalogue(
    tmp_path: Path, store: TelemetryStore, store_url: str
) -> None:
    feed(listed(tmp_path), partial(open_store, store_url), Event(), Backlog())
    assert store.last_seq() == 4
    assert [extruder.name for extruder in store.catalogue().extruders] == ["One"]


def test_a_stopped_feed_takes_no_more(
    tmp_path: Path, store: TelemetryStore, store_url: str
) -> None:
    stop = Event()
    stop.set()
    feed(listed(tmp_path), partial(open_store, store_url), stop, Backlog())
    assert store.last_seq() == 0


class LockedAfter(Listed):
    """Locks the store's file from another connection before its second batch."""

    def __init__(self, inner: Listed, url: str) -> None:
        super().__init__(inner.catalogue(), inner._batches)
        self._other = sqlite3.connect(
            url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False
        )

    def stream(self, stop: Event) -> Iterator[Sequence[Row]]:
        for index, batch in enumerate(super().stream(stop)):
            if index == 1:
                self._other.execute("BEGIN IMMEDIATE")
                Thread(target=self._unlock_after_a_failure).start()
            yield batch

    def _unlock_after_a_failure(self) -> None:
        time.sleep(BUSY_TIMEOUT_S + 0.5)
        self._other.execute("ROLLBACK")


def test_rows_that_the_store_refused_are_stored_once_it_works_again(
    tmp_path: Path, store: TelemetryStore, store_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        source = LockedAfter(listed(tmp_path), store_url)
        feed(source, partial(open_store, store_url), Event(), Backlog())
    assert [row.values[0] for row in store.rows_since(0, 10)] == [0, 1, 2, 3]
    assert caplog.text.count("trying again until it works") == 1
    assert caplog.text.count("the store works again") == 1


def test_a_catalogue_that_contradicts_the_store_is_refused(tmp_path: Path, store_url: str) -> None:
    connect = partial(open_store, store_url)
    feed(listed(tmp_path), connect, Event(), Backlog())
    other = made_mapping(tmp_path, extruder='product = { code = 1, name = "pipe" }').catalogue()
    with pytest.raises(StoreError, match="must stay first"):
        feed(Listed(other, []), connect, Event(), Backlog())


class Breaking(Listed):
    """Fails after its last batch."""

    def stream(self, stop: Event) -> Iterator[Sequence[Row]]:
        yield from super().stream(stop)
        raise ConnectionResetError("the broker went away")


def test_what_a_source_delivered_before_it_failed_is_stored(
    tmp_path: Path, store: TelemetryStore, store_url: str
) -> None:
    inner = listed(tmp_path)
    source = Breaking(inner.catalogue(), inner._batches)
    with pytest.raises(ConnectionResetError, match="the broker"):
        feed(source, partial(open_store, store_url), Event(), Backlog())
    assert store.last_seq() == 4


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_ingest_process_replays_until_it_is_told_to_stop(
    tmp_path: Path, store_url: str, number: int
) -> None:
    replay, mapping = long_csv(tmp_path, 200), made_mapping(tmp_path).path
    settings = {"REPLAY": str(replay), "MAPPING": str(mapping), "DATABASE_URL": store_url}
    store = open_store(store_url)
    running = subprocess.Popen(
        [sys.executable, "-m", "data.ingest", "run"],
        cwd=ROOT, env={**os.environ, **settings}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while store.last_seq() < 200:
        time.sleep(0.01)
    running.send_signal(number)
    _, said = running.communicate()
    assert running.returncode == 0
    assert "Traceback" not in said
    assert said.count(f"replay of {replay} at 1 ×") == 2
    store.close()


def test_a_restarted_replay_does_not_rewrite_what_is_stored(tmp_path: Path, store_url: str) -> None:
    replay, mapping = long_csv(tmp_path, 1000), made_mapping(tmp_path).path
    settings = {"REPLAY": str(replay), "MAPPING": str(mapping), "DATABASE_URL": store_url}
    store = open_store(store_url)
    seen = [0]
    for _ in range(2):
        running = subprocess.Popen(
            [sys.executable, "-m", "data.ingest", "run"],
            cwd=ROOT, env={**os.environ, **settings}, stderr=subprocess.PIPE,
        )  # fmt: skip
        while store.last_seq() <= seen[-1] + 1:
            time.sleep(0.01)
        running.terminate()
        running.communicate()
        seen.append(store.last_seq())
    times = [row.ts for row in store.rows_since(0, 10_000)]
    assert times == sorted(set(times))
    store.close()
