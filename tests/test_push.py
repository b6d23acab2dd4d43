"""Push: one subscription for all viewers, nothing lost, nothing buffered without bound."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import numpy as np
import pytest

from data.window_cache import Keys, connect
from data.window_codec import WindowMessage, decode
from routes.push import QUEUE_EVENTS, Viewer, event
from tests.browser.plants import live_plant
from tests.stack import Stack, wait_until


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with live_plant(tmp_path_factory.mktemp("push"), EXTRUDERS="3") as running:
        yield running


class Listener(threading.Thread):
    """Reads a stream of events until told to stop."""

    def __init__(self, url: str, last_event_id: int | None = None) -> None:
        super().__init__(daemon=True)
        self.events: list[tuple[str, str, str]] = []
        self._url, self._done = url, threading.Event()
        self._headers = {} if last_event_id is None else {"Last-Event-ID": str(last_event_id)}
        self.start()

    def run(self) -> None:
        with (
            suppress(httpx.HTTPError),
            httpx.stream("GET", self._url, headers=self._headers, timeout=10) as response,
        ):
            fields: dict[str, str] = {}
            for line in response.iter_lines():
                if self._done.is_set():
                    return
                key, _, value = line.partition(": ")
                fields[key] = value
                if not line:
                    if "event" in fields:
                        event_id = fields.get("id", "")
                        self.events.append((fields["event"], fields["data"], event_id))
                    fields = {}

    def stop(self) -> None:
        self._done.set()

    def of(self, kind: str) -> list[str]:
        return [data for one, data, _ in self.events if one == kind]

    def windows(self) -> list[WindowMessage]:
        return [decode(base64.b64decode(data)) for data in self.of("window")]


@pytest.fixture
def listen(stack: Stack) -> Iterator[Callable[..., Listener]]:
    opened: list[Listener] = []

    def open_one(path: str, last_event_id: int | None = None) -> Listener:
        opened.append(Listener(stack.url + path, last_event_id))
        return opened[-1]

    yield open_one
    for listener in opened:
        listener.stop()


def test_pushed_deltas_join_without_a_gap_and_equal_the_window(
    stack: Stack, listen: Callable[..., Listener]
) -> None:
    listener = listen("/windows/2/events")
    wait_until(lambda: len(listener.windows()) >= 6, 15, "six events")
    values: dict[int, np.ndarray] = {}
    newest = None
    for message in listener.windows():
        assert newest is None or message.first_ts <= newest + message.step_ms
        for n, row in enumerate(message.values):
            values[message.first_ts + n * message.step_ms] = row
        newest = message.first_ts + (len(message.values) - 1) * message.step_ms
    whole = decode(httpx.get(f"{stack.url}/windows/2").content)
    for n, row in enumerate(whole.values):
        ts = whole.first_ts + n * whole.step_ms
        if ts in values:
            np.testing.assert_array_equal(row, values[ts])
    assert len(values) >= 14, "ten steps on joining and one more each second"


def test_later_events_carry_only_what_is_new(listen: Callable[..., Listener]) -> None:
    listener = listen("/windows/1/events")
    wait_until(lambda: len(listener.windows()) >= 5, 15, "five events")
    assert [len(m.values) for m in listener.windows()[2:5]] == [2, 2, 2]


def test_five_viewers_share_one_subscription(stack: Stack, listen: Callable[..., Listener]) -> None:
    viewers = [listen(f"/windows/{n % 3 + 1}/events") for n in range(4)] + [listen("/plant/events")]
    wait_until(lambda: all(len(v.events) >= 2 for v in viewers), 15, "all are fed")
    with connect(stack.settings.redis_url) as client:
        assert client.pubsub_numsub(Keys().commits) == [(Keys().commits.encode(), 1)]


def test_the_plant_is_pushed_as_cards(listen: Callable[..., Listener]) -> None:
    listener = listen("/plant/events")
    wait_until(lambda: len(listener.of("plant")) >= 3, 15, "three events")
    heads = [json.loads(data)["cards"][0]["head"] for data in listener.of("plant")]
    assert heads[-1] > heads[0]


def test_a_viewer_that_missed_seconds_gets_them_and_one_that_missed_more_reads_a_snapshot(
    stack: Stack, listen: Callable[..., Listener]
) -> None:
    head = decode(httpx.get(f"{stack.url}/windows/1/delta").content).head_ts
    soon = listen("/windows/1/events", head - 4000)
    late = listen("/windows/1/events", head - 60_000)
    wait_until(lambda: soon.events and late.events, 10, "first events")
    assert soon.events[0][0] == "window"
    assert soon.windows()[0].first_ts <= head - 4000
    assert late.events[0][0] == "snapshot"


def test_lost_redis_is_told_at_once_and_pushing_goes_on_after(
    stack: Stack, listen: Callable[..., Listener]
) -> None:
    listener = listen("/windows/1/events")
    wait_until(lambda: listener.of("window"), 10, "fed")
    stack.kill("redis")
    wait_until(lambda: listener.of("trouble"), 5, "trouble is told")
    assert "Redis" in json.loads(listener.of("trouble")[0])["error"]
    stack.start_redis()
    before = len(listener.of("window"))
    wait_until(lambda: len(listener.of("window")) > before + 1, 30, "fed again")


def test_silence_is_told_from_loss_by_beats(stack: Stack, listen: Callable[..., Listener]) -> None:
    listener = listen("/windows/1/events")
    wait_until(lambda: listener.of("window"), 10, "fed")
    stack.kill("worker")
    wait_until(lambda: len(listener.of("beat")) >= 2, 15, "beats")
    stack.start_worker()


def test_a_slow_viewer_is_sent_to_the_snapshot_and_costs_no_memory() -> None:
    async def overrun() -> list[bytes]:
        viewer = Viewer()
        for n in range(1000):
            viewer.put(event("window", "x" * 100, n))
        waiting = viewer._queue.qsize()
        assert waiting <= QUEUE_EVENTS
        assert viewer.dropped > 900
        return [await viewer.next() for _ in range(waiting)]

    queued = asyncio.run(overrun())
    assert event("snapshot", "{}") in queued
