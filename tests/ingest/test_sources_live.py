"""From what a source hands in to the store: rows, what is not mapped, and when a sender is told."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from data.errors import StoreError
from data.extruders import Limits, Signal
from data.ingest.clock import now_ms
from data.ingest.sources import Found, FoundSignal, Reading
from data.quality import Quality
from data.telemetry import TelemetryStore, open_store
from data.window_cache.source_state import Condition
from data.windows import Row
from tests.ingest.sources_made import InHand, fed, running
from tests.stack import wait_until

Connect = Callable[[], TelemetryStore]


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    return partial(open_store, f"sqlite:///{tmp_path / 'store.sqlite'}")


def stored(connect: Connect) -> list[Row]:
    with closing(connect()) as store:
        return store.rows_since(0, 100_000)


def test_readings_of_about_one_time_are_one_row(tmp_path: Path, connect: Connect) -> None:
    kind = InHand()
    with fed(running(tmp_path, kind), connect):
        desk, kept = kind.reached(), threading.Event()
        now = now_ms() // 1000 * 1000
        desk.take([Reading("p", now + 10, 210.0)])
        desk.take([Reading("t", now + 60, 2050.0, Quality.BAD_SENSOR_FAILURE)], kept.set)
        assert kept.wait(10)
        (row,) = stored(connect)
    assert (row.extruder, row.ts) == (7, now)
    np.testing.assert_allclose(row.values, [210, 205])
    assert list(row.quality) == [Quality.GOOD, Quality.BAD_SENSOR_FAILURE]


def test_no_reading_replaces_another_and_the_same_one_is_there_once(
    tmp_path: Path, connect: Connect
) -> None:
    kind = InHand()
    with fed(running(tmp_path, kind), connect):
        desk, kept = kind.reached(), threading.Event()
        now = now_ms() // 1000 * 1000
        desk.take([Reading("p", now + n, float(n)) for n in (10, 20, 30)])
        desk.take([Reading("p", now + n, float(n)) for n in (10, 20, 30)], kept.set)
        assert kept.wait(10)
        again = threading.Event()
        desk.take([Reading("p", now + 20, 20.0)], again.set)
        assert again.wait(10)
        found = sorted((row.ts - now, row.values[0]) for row in stored(connect))
    assert found == [(0, 10), (20, 20), (30, 30)]


def test_a_row_keeps_its_readings_when_others_come_late(tmp_path: Path, connect: Connect) -> None:
    kind = InHand()
    with fed(running(tmp_path, kind), connect):
        now = now_ms() // 1000 * 1000
        late = [Reading("p", now + 10, 1.0), Reading("t", now + 60, 20.0), Reading("p", now, 3.0)]
        for reading in late:
            kept = threading.Event()
            kind.reached().take([reading], kept.set)
            assert kept.wait(10)
        rows = {row.ts - now: row for row in stored(connect)}
    np.testing.assert_allclose(rows[0].values, [3, 2])
    assert list(rows[10].values[:1]) == [1]
    assert set(rows) == {0, 10}


def test_what_is_no_number_is_a_failed_sensor(tmp_path: Path, connect: Connect) -> None:
    kind = InHand()
    with fed(running(tmp_path, kind), connect):
        kept = threading.Event()
        values = {"p": 1e300, "t": math.nan}
        kind.reached().take([Reading(a, now_ms(), v) for a, v in values.items()], kept.set)
        assert kept.wait(10)
        rows = stored(connect)
    assert {int(q) for row in rows for q in row.quality} <= {Quality.BAD_SENSOR_FAILURE, 255}
    assert all(np.isnan(row.values).all() for row in rows)


def test_what_is_not_mapped_is_told_and_can_be_mapped_by_hand(
    tmp_path: Path, connect: Connect
) -> None:
    kind = InHand()
    one = running(tmp_path, kind)
    with fed(one, connect):
        desk, kept = kind.reached(), threading.Event()
        desk.describe("x", "Extra", "A")
        desk.take([Reading("x", 5_000, 3.5)], kept.set)
        assert kept.wait(10)
        (told,) = one.state(now_ms()).unmapped
        assert (told.address, told.label, told.unit, told.value) == ("x", "Extra", "A", 3.5)
        signal = Signal("X", "Extra", "A", "Drive", 0, 10)
        one.live.map(FoundSignal("x", signal), 7, "", ())
        again = threading.Event()
        desk.take([Reading("x", now_ms(), 4.5)], again.set)
        assert again.wait(10)
        (row,) = stored(connect)
    assert list(row.values[2:]) == [4.5]
    assert list(row.quality) == [Quality.ABSENT, Quality.ABSENT, Quality.GOOD]


def test_found_extruders_keep_their_numbers_and_slots(tmp_path: Path, connect: Connect) -> None:
    def found(*names: str) -> list[Found]:
        signals = [
            FoundSignal(f"n/{name}", Signal(name, name, "bar", "Melt", 0, 9), Limits(h=5))
            for name in names
        ]
        return [Found("n", "New", signals)]

    for names in (("b",), ("a", "b")):
        kind = InHand()
        with fed(running(tmp_path, kind, ""), connect):
            kept = threading.Event()
            kind.reached().offer(found(*names))
            kind.reached().take([Reading("n/b", now_ms(), 1.0)], kept.set)
            assert kept.wait(10)
        with closing(connect()) as store:
            (extruder,) = store.catalogue().extruders
        assert extruder.id == 1001
        assert extruder.limits_for(0)["b"] == Limits(h=5)
    assert [signal.name for signal in extruder.signals] == ["b", "a"]


def test_a_lost_source_is_reached_again_and_says_why(tmp_path: Path, connect: Connect) -> None:
    kind = InHand()
    one = running(tmp_path, kind)
    with fed(one, connect):
        kind.reached()
        assert one.state(now_ms()).condition == Condition.RECEIVING
        assert one.state(now_ms() + 61_000).condition == Condition.SILENT
        kind.cut.set()
        wait_until(lambda: one.state(now_ms()).condition == Condition.LOST, 5, "it is lost")
        assert one.state(now_ms()).detail == "cut off"
        wait_until(lambda: kind.connections == 2, 10, "it is reached again")
        wait_until(lambda: one.state(now_ms()).condition == Condition.RECEIVING, 5, "it is back")


def test_a_sender_is_told_once_its_readings_are_on_disk(tmp_path: Path, connect: Connect) -> None:
    connect().close()
    for n in range(2):  # the second time the store was away from the beginning
        away = [False]

        def sometimes(away: list[bool] = away) -> TelemetryStore:
            if away[0]:
                raise StoreError("away")
            return connect()

        kind = InHand()
        one = running(tmp_path, kind)
        away[0] = n == 1
        with fed(one, sometimes):
            kept = threading.Event()
            kind.reached().take([Reading("p", 1_000 * n + 100, 1.0)], kept.set)
            assert kept.wait(15)
        if n:
            assert one.backlog.state().rows == 1
            assert one.live.since("p") == 1_100
    kind = InHand()
    one = running(tmp_path, kind)
    assert one.live.since("p") == 1_100
    with fed(one, connect):
        wait_until(lambda: len(stored(connect)) == 2, 15, "what was on disk is stored")


def test_a_source_is_read_before_the_store_was_ever_there(tmp_path: Path, connect: Connect) -> None:
    def away() -> TelemetryStore:
        raise StoreError("away")

    kind = InHand()
    with fed(running(tmp_path, kind), away):
        kept = threading.Event()
        kind.reached().take([Reading("p", 1_100, 1.0)], kept.set)
        assert kept.wait(15)
    with fed(running(tmp_path, InHand()), connect):
        wait_until(lambda: len(stored(connect)) == 1, 15, "what was on disk is stored")


def test_the_newest_reading_of_an_address_is_known(tmp_path: Path, connect: Connect) -> None:
    one = running(tmp_path, InHand(), newest=lambda: {7: 123_456})
    assert (one.live.since("p"), one.live.since("nowhere")) == (123_456, 0)
    one.close()
