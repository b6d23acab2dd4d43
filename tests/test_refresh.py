"""The refresh on a real store and a real Valkey: windows equal the store, whatever happens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from redis import Redis

from data.notifier.routes import Routes
from data.quality import Quality
from data.refresh import MOST_BUILT, Refresher
from data.settings import Settings
from data.telemetry import TelemetryStore
from data.window_cache import DAY, SPARK, Keys, connect
from data.window_cache.writer import WindowWriter
from data.windows import build, unroll
from data.worker import build_refresher
from tests.rows import SIGNALS, plant, row

NOW = int(time.time()) * 1000


@pytest.fixture
def settings(redis_url: str, store_url: str) -> Settings:
    return replace(
        Settings.from_env({"REDIS_URL": redis_url, "DATABASE_URL": store_url}), window_s=60
    )


@pytest.fixture
def refresher(settings: Settings) -> Refresher:
    return worker(settings)


@pytest.fixture
def client(redis_url: str) -> Redis:
    return connect(redis_url)


def worker(settings: Settings) -> Refresher:
    """A worker process's refresher: nothing is shared with another's."""
    windows = WindowWriter(connect(settings.redis_url), Keys())
    return build_refresher(settings, windows, Routes())


def assert_rings_equal_the_store(
    client: Redis, store: TelemetryStore, settings: Settings, extruders: int
) -> None:
    for extruder in range(1, extruders + 1):
        signals = len(store.catalogue().extruders[extruder - 1].signals)
        expected = build(store.rows_between(extruder, 0, 2**62), settings.ring_spec(signals))
        ours = unroll(client.get(Keys().ring(extruder)))
        theirs = unroll(expected)
        assert ours.header.head_ts == theirs.header.head_ts
        np.testing.assert_array_equal(ours.values, theirs.values)
        np.testing.assert_array_equal(ours.quality, theirs.quality)


def test_an_empty_redis_is_rebuilt_and_then_followed(
    store: TelemetryStore, refresher: Refresher, client: Redis, settings: Settings
) -> None:
    store.put_catalogue(plant(3), "test", "")
    store.append([row(NOW - 1000 * t, e, t, e, 2.0) for t in range(100) for e in (1, 2, 3)])
    assert refresher.refresh().result == "rebuild"
    assert refresher.rebuild().result == "done"
    assert_rings_equal_the_store(client, store, settings, 3)
    store.append([row(NOW + 1000, e, 5.0, 6.0, 2.0) for e in (1, 2, 3)])
    assert (refresher.refresh().rows, refresher.refresh().rows) == (3, 0)
    assert_rings_equal_the_store(client, store, settings, 3)


def test_late_readings_and_corrections_reach_the_window(
    store: TelemetryStore, refresher: Refresher, client: Redis, settings: Settings
) -> None:
    store.put_catalogue(plant(1), "test", "")
    store.append([row(NOW - 1000 * t, 1, t, 0.0, 2.0) for t in (0, 1, 2, 5, 9)])
    refresher.rebuild()
    store.append([row(NOW - 4000, 1, 4.0, 0.0, 2.0), row(NOW - 2000, 1, None, 77.0, None)])
    store.append([row(NOW - 500_000, 1, 9.0, 9.0, 2.0)])
    refresher.refresh()
    assert_rings_equal_the_store(client, store, settings, 1)


def test_two_workers_take_each_row_in_once(
    store: TelemetryStore, settings: Settings, client: Redis
) -> None:
    store.put_catalogue(plant(2), "test", "")
    first, second = worker(settings), worker(settings)
    first.rebuild()
    taken = 0
    for t in range(10):
        store.append([row(NOW + 1000 * t, e, t, t, 2.0) for e in (1, 2)])
        taken += first.refresh().rows + second.refresh().rows
    assert taken == 20
    assert_rings_equal_the_store(client, store, settings, 2)


def test_a_store_that_was_restored_from_a_backup_is_followed_at_once(
    store: TelemetryStore, refresher: Refresher, client: Redis, settings: Settings
) -> None:
    store.put_catalogue(plant(1), "test", "")
    store.append([row(NOW - 5000, 1, 1.0, 1.0, 2.0)])
    refresher.rebuild()
    client.set(Keys().watermark, 900)  # what the lost store had reached
    store.append([row(NOW, 1, 7.0, 1.0, 2.0)])
    assert refresher.refresh().result == "rebuild"
    assert refresher.rebuild().result == "done"
    assert_rings_equal_the_store(client, store, settings, 1)
    assert client.get(Keys().watermark) == b"2"


def test_a_held_lease_keeps_others_out(refresher: Refresher, client: Redis) -> None:
    client.set(Keys().lease, "another", px=5000)
    assert refresher.refresh().result == "busy"
    assert refresher.rebuild().result == "busy"


def test_a_lease_is_renewed_by_its_holder_only(client: Redis) -> None:
    ours = WindowWriter(client, Keys())
    assert ours.take_lease("ours")
    client.pexpire(Keys().lease, 100)
    assert not ours.renew("another")
    assert client.pttl(Keys().lease) <= 100
    assert ours.renew("ours")
    assert client.pttl(Keys().lease) > 2000


def test_a_refresh_that_takes_longer_than_a_lease_keeps_it(
    store: TelemetryStore, refresher: Refresher, client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put_catalogue(plant(1), "test", "")
    refresher.refresh(), refresher.rebuild()
    store.append([row(NOW, 1, 1.0, 2.0, 3.0)])
    left: list[int] = []

    def slow(stage: Callable[..., None]) -> Callable[..., None]:
        def staged(*given: Any) -> None:
            left.append(client.pttl(Keys().lease))
            client.pexpire(Keys().lease, 1500)
            stage(*given)

        return staged

    watch, rings = refresher._watch, refresher._rings
    monkeypatch.setattr(watch, "take", slow(watch.take))
    monkeypatch.setattr(rings, "lay_in", slow(rings.lay_in))
    monkeypatch.setattr(watch, "publish", slow(watch.publish))
    assert refresher.refresh().rows == 1
    assert len(left) == 3
    assert min(left) > 2000


def test_a_worker_that_wakes_after_another_took_over_writes_nothing(
    store: TelemetryStore, settings: Settings, client: Redis
) -> None:
    store.put_catalogue(plant(1), "test", "")
    store.append([row(NOW, 1, 1.0, 1.0, 2.0)])
    frozen = WindowWriter(client, Keys())
    assert frozen.take_lease("frozen")
    stale = frozen.begin()
    stale.whole(1, "ring", b"old")
    client.delete(Keys().lease)  # its lease ran out while it slept
    worker(settings).rebuild()
    assert not frozen.commit(stale, "frozen", None, 1)
    assert_rings_equal_the_store(client, store, settings, 1)


def test_a_lost_ring_or_a_new_signal_is_rebuilt_when_the_catalogue_changes(
    store: TelemetryStore, refresher: Refresher, client: Redis, settings: Settings
) -> None:
    store.put_catalogue(plant(2, SIGNALS[:2]), "test", "")
    store.append([row(NOW, e, 1.0, 1.0) for e in (1, 2)])
    refresher.rebuild()
    store.put_catalogue(plant(3), "test", "a third extruder and a signal")
    store.append([row(NOW + 1000, e, 2.0, 2.0, 2.0) for e in (1, 3)])
    refresher.refresh()
    assert_rings_equal_the_store(client, store, settings, 3)
    assert json.loads(client.get(Keys().catalogue))["version"] == 2


def test_more_missing_rings_than_one_refresh_can_build_are_built_by_a_rebuild(
    store: TelemetryStore, refresher: Refresher, client: Redis, settings: Settings
) -> None:
    many = MOST_BUILT + 5
    refresher.rebuild()  # of a store without a catalogue: what a plant's first start sees
    store.put_catalogue(plant(many), "test", "the source has said what there is")
    store.append([row(NOW + 1000 * t, e, t, e, 2.0) for t in range(3) for e in range(1, many + 1)])
    assert refresher.refresh().result == "rebuild"
    assert refresher.rebuild().result == "done"
    assert json.loads(client.get(Keys().catalogue))["version"] == 1
    assert worker(settings).refresh().rows == 3 * many
    assert_rings_equal_the_store(client, store, settings, many)


def test_a_retired_extruder_leaves_the_screens(
    store: TelemetryStore, refresher: Refresher, client: Redis
) -> None:
    store.put_catalogue(plant(2), "test", "")
    store.append([row(NOW, e, 1.0, 1.0, 2.0) for e in (1, 2)])
    refresher.rebuild()
    store.put_catalogue(plant(1), "test", "", complete=True)
    refresher.refresh()
    assert client.hkeys(Keys().summaries) == [b"1"]
    assert client.get(Keys().ring(2)) is None


def test_a_stamp_far_ahead_does_not_push_the_real_readings_out(
    store: TelemetryStore, refresher: Refresher, client: Redis
) -> None:
    store.put_catalogue(plant(1), "test", "")
    store.append([row(NOW, 1, 1.0, 1.0, 2.0)])
    refresher.rebuild()
    store.append([row(NOW + 7_200_000, 1, 9.0, 9.0, 2.0)])
    refresher.refresh()
    assert unroll(client.get(Keys().ring(1))).header.head_ts == NOW
    assert client.hget(Keys().status, "rows_ahead") == b"1"


def test_the_coarse_ring_holds_every_fifteenth_second(
    store: TelemetryStore, refresher: Refresher, client: Redis
) -> None:
    start = NOW // 60_000 * 60_000 - 60_000
    store.put_catalogue(plant(1), "test", "")
    store.append([row(start + 1000 * t, 1, t, 0.0, 2.0) for t in range(30)])
    refresher.rebuild()
    store.append([row(start + 1000 * t, 1, t, 0.0, 2.0) for t in range(30, 60)])
    refresher.refresh()
    window = unroll(client.get(Keys().ring(1, SPARK)))
    assert window.values[:, 0].tolist() == [0.0, 15.0, 30.0, 45.0]


def test_the_day_ring_holds_every_tenth_second_of_the_gauge_signals(
    store: TelemetryStore, refresher: Refresher, client: Redis
) -> None:
    start = NOW // 60_000 * 60_000 - 7_200_000
    store.put_catalogue(plant(1), "test", "")
    store.append([row(start + 1000 * t, 1, t, 5.0, 2.0) for t in range(3600)])
    refresher.rebuild()
    store.append([row(start + 1000 * t, 1, t, 5.0, 2.0) for t in range(3600, 3700)])
    refresher.refresh()
    window = unroll(client.get(Keys().ring(1, DAY)))
    assert window.values.shape == (8640, 2)
    assert window.values[-370:, 0].tolist() == [10.0 * n for n in range(370)]
    assert np.isnan(window.values[:-370]).all()


def test_the_card_tells_what_is_worst_and_the_status_what_was_done(
    store: TelemetryStore, refresher: Refresher, client: Redis
) -> None:
    store.put_catalogue(plant(1), "test", "")
    refresher.rebuild()
    store.append([row(NOW, 1, 360.0, 200.0, 2.0)])
    refresher.refresh()
    card = json.loads(client.hget(Keys().summaries, "1"))
    assert card["worst"] == {
        "slot": 0, "value": 360.0, "limit": "HH", "bound": 350.0, "severity": 2,
    }  # fmt: skip
    assert card["gauges"] == [360.0, 200.0]
    status = WindowWriter(client, Keys()).status()
    assert (status.watermark, status.rows, status.backlog) == (1, 1, 0)
    assert status.last_success >= NOW


def test_limits_are_suppressed_during_start_up(
    store: TelemetryStore, refresher: Refresher, client: Redis
) -> None:
    store.put_catalogue(plant(1), "test", "")
    refresher.rebuild()
    store.append([row(NOW, 1, 360.0, 200.0, 1.0)])
    refresher.refresh()
    card = json.loads(client.hget(Keys().summaries, "1"))
    assert (card["worst"], card["severity"], card["suppressed"]) == (None, 0, True)


def test_a_tick_costs_three_statements_however_many_extruders(
    store: TelemetryStore, refresher: Refresher, settings: Settings, client: Redis
) -> None:
    store.put_catalogue(plant(20), "test", "")
    refresher.rebuild()
    store.append([row(NOW, e, 1.0, 1.0, 2.0) for e in range(1, 21)])
    refresher.refresh()
    before = WindowWriter(client, Keys()).status().statements_total
    store.append([row(NOW + 1000, e, 1.0, 1.0, 2.0) for e in range(1, 21)])
    refresher.refresh()
    assert WindowWriter(client, Keys()).status().statements_total - before == 3


def test_the_card_names_the_first_signal_of_bad_quality(
    store: TelemetryStore, refresher: Refresher, client: Redis
) -> None:
    store.put_catalogue(plant(1), "test", "")
    refresher.rebuild()
    broken = row(NOW, 1, 100.0, float("nan"), 2.0)
    broken.quality[:] = [Quality.GOOD, Quality.BAD_SENSOR_FAILURE, Quality.GOOD]
    store.append([broken])
    refresher.refresh()
    card = json.loads(client.hget(Keys().summaries, "1"))
    assert (card["bad"], card["bad_first"]) == (1, [1, Quality.BAD_SENSOR_FAILURE])
    assert card["gauges"] == [100.0, None]
