"""Retention: what is too old goes bit by bit; what is needed stays."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from redis import Redis

from data import jobs, retention
from data.command_queue import job_queue
from data.journal import Batch, Frame, open_journal
from data.malfunctions.malfunction import Malfunction
from data.notifier.routes import Routes
from data.refresh import Refresher
from data.retention import DAY_MS, STEP_ROWS, Retention
from data.rollups import HOUR_MS, MINUTE_MS, Rollups, roll_up
from data.settings import Settings
from data.telemetry import TelemetryStore, open_store
from data.window_cache import KINDS, Keys, connect
from data.window_cache.writer import WindowWriter
from data.windows import unroll
from data.worker import build_refresher
from tests.rolled import stored
from tests.rows import plant, row
from tests.workers import work

pytestmark = pytest.mark.both_stores

NOW = int(time.time() * 1000) // HOUR_MS * HOUR_MS
DAYS = 10


@pytest.fixture
def settings(redis_url: str, store_url: str) -> Settings:
    read = Settings.from_env({"REDIS_URL": redis_url, "DATABASE_URL": store_url})
    return replace(read, retain_raw_days=2, retain_minutes_days=4, retain_hours_days=8)


@pytest.fixture
def trimmer(settings: Settings) -> Retention:
    return Retention(lambda: open_store(settings.database_url), settings, budget_s=60)


@pytest.fixture
def hasty(settings: Settings) -> Retention:
    """One that has time for one step only."""
    return Retention(lambda: open_store(settings.database_url), settings, budget_s=0)


@pytest.fixture
def filled(store: TelemetryStore) -> TelemetryStore:
    """Two extruders with a reading every ten minutes for ten days, all rolled up."""
    store.put_catalogue(plant(2), "test", "")
    times = range(NOW - DAYS * DAY_MS, NOW + 1, 10 * MINUTE_MS)
    store.append([row(ts, e, 1.0, 2.0, 2.0) for ts in times for e in (1, 2)])
    rolled_up_to(store, store.last_seq())
    return store


def rolled_up_to(store: TelemetryStore, seq: int) -> None:
    start = min(store.rollup_seqs())
    rows = [r for r in store.rows_since(start, 1_000_000) if r.seq <= seq]
    assert store.merge_rollups(roll_up(rows, MINUTE_MS), len(rows), start, seq)


def oldest(store: TelemetryStore, extruder: int = 1) -> int:
    return store.reading_spans(NOW)[extruder][0]


def test_every_level_is_kept_as_long_as_it_says(
    filled: TelemetryStore, trimmer: Retention, store_url: str
) -> None:
    assert not trimmer.trim(NOW)
    assert [oldest(filled, e) for e in (1, 2)] == [NOW - 2 * DAY_MS] * 2
    for period_ms, days in ((MINUTE_MS, 4), (HOUR_MS, 8)):
        kept = stored(store_url, period_ms)
        assert kept.keys[:, 1].min() == NOW - days * DAY_MS
        assert len(kept) == 2 * (days * DAY_MS // max(period_ms, 10 * MINUTE_MS) + 1)


def test_nothing_goes_where_a_level_is_kept_for_ever(
    filled: TelemetryStore, settings: Settings, store_url: str
) -> None:
    for_ever = replace(settings, retain_raw_days=0, retain_minutes_days=0, retain_hours_days=0)
    assert not Retention(lambda: open_store(store_url), for_ever).trim(NOW)
    assert oldest(filled) == NOW - DAYS * DAY_MS
    assert stored(store_url, MINUTE_MS).keys[:, 1].min() == NOW - DAYS * DAY_MS


def test_what_the_rollups_do_not_hold_yet_stays(store: TelemetryStore, trimmer: Retention) -> None:
    store.put_catalogue(plant(1), "test", "")
    store.append([row(NOW - days * DAY_MS, 1, 1.0, 1.0, 2.0) for days in (9, 8, 7, 0)])
    rolled_up_to(store, 1)
    assert not trimmer.trim(NOW)
    assert [r.seq for r in store.rows_since(0, 9)] == [2, 3, 4]
    rolled_up_to(store, 4)
    assert not trimmer.trim(NOW)
    assert [r.seq for r in store.rows_since(0, 9)] == [4]


@pytest.mark.parametrize(
    ("ended", "framed", "kept"),
    [
        (None, False, "since before the onset"),
        (NOW - 1000, False, "since before the onset"),
        (NOW - 1000, True, "two days"),
    ],
)
def test_what_the_frame_of_a_malfunction_needs_stays(
    filled: TelemetryStore, trimmer: Retention, store_url: str,
    ended: int | None, framed: bool, kept: str,
) -> None:  # fmt: skip
    onset = NOW - 5 * DAY_MS
    one = Malfunction("1-1", 1, onset, onset, onset, ended=ended)
    with closing(open_journal(store_url)) as journal:
        journal.write(Batch(NOW, malfunctions=[one]))
        if framed:
            journal.save_frame(Frame(one.id, onset, NOW, 1000, (), []))
    assert not trimmer.trim(NOW)
    half_an_hour_before = onset - 30 * MINUTE_MS
    two_days = NOW - 2 * DAY_MS
    assert oldest(filled) == (half_an_hour_before if kept != "two days" else two_days)
    assert oldest(filled, 2) == two_days


def test_an_extruder_that_fell_silent_keeps_its_last_day(
    store: TelemetryStore, trimmer: Retention, settings: Settings, redis_url: str
) -> None:
    last = NOW - 6 * DAY_MS
    store.put_catalogue(plant(1), "test", "")
    times = range(last - 2 * DAY_MS, last + 1, MINUTE_MS)
    store.append([row(ts, 1, ts % 97, 200.0, 2.0) for ts in times])
    rolled_up_to(store, store.last_seq())
    before = rings(settings, redis_url)
    assert not trimmer.trim(NOW)
    assert oldest(store) == last - DAY_MS
    assert (store.last_ts(1), store.last_seq()) == (last, len(times))
    for old, new in zip(before, rings(settings, redis_url), strict=True):
        np.testing.assert_array_equal(old, new)


def rings(settings: Settings, redis_url: str) -> list[np.ndarray]:
    """All of an extruder's windows, rebuilt from the store."""
    with connect(redis_url) as client:
        client.flushall()
        refresher(settings).rebuild()
        blobs = [client.get(Keys().ring(1, kind)) for kind in KINDS]
        return [unroll(blob).values for blob in blobs]  # type: ignore[arg-type]


def refresher(settings: Settings) -> Refresher:
    return build_refresher(settings, WindowWriter(connect(settings.redis_url), Keys()), Routes())


def test_a_stamp_from_the_future_does_not_hide_the_last_day(
    store: TelemetryStore, trimmer: Retention
) -> None:
    last = NOW - 6 * DAY_MS
    times = [last - 2 * DAY_MS, last, NOW + 100 * DAY_MS]
    store.append([row(ts, 1, 1.0, 1.0, 2.0) for ts in times])
    rolled_up_to(store, 3)
    assert not trimmer.trim(NOW)
    assert [r.ts for r in store.rows_since(0, 9)] == times[1:]


def test_much_goes_in_small_steps_within_the_time(
    store: TelemetryStore, trimmer: Retention, hasty: Retention
) -> None:
    times = [NOW - 5 * DAY_MS + 1000 * n for n in range(3 * STEP_ROWS)]
    store.append([row(ts, 1, 1.0) for ts in [*times, NOW]])
    silent = [row(ts, 2, 1.0) for ts in times[::100]]  # its last day stays, and so do partitions
    store.append(silent)
    rolled_up_to(store, store.last_seq())
    assert hasty.trim(NOW)
    assert len(store.rows_since(0, 99_999)) == 2 * STEP_ROWS + 1 + len(silent)
    assert not trimmer.trim(NOW)
    assert len(store.rows_since(0, 99_999)) == 1 + len(silent)


def test_rollups_outlive_their_readings_and_take_in_more(
    filled: TelemetryStore, trimmer: Retention, store_url: str
) -> None:
    minutes = by_key(stored(store_url, MINUTE_MS))
    trimmer.trim(NOW)
    for key, signals in by_key(stored(store_url, MINUTE_MS)).items():
        assert minutes[key] == signals
    filled.append([row(NOW - 3 * DAY_MS, 1, 9.0, 9.0, 2.0)])  # of a minute that was trimmed
    rolled_up_to(filled, filled.last_seq())
    (pressure, *_) = by_key(stored(store_url, HOUR_MS))[1, NOW - 3 * DAY_MS]
    assert pressure == (1.0, 9.0, pytest.approx(15 / 7), 7, 0)


def by_key(rollups: Rollups) -> dict[tuple[int, int], list[tuple[float, ...]]]:
    keys = rollups.keys[:, :2].tolist()
    return dict(zip(map(tuple, keys), rollups.records.tolist(), strict=True))


@pytest.fixture
def at_work(settings: Settings, hasty: Retention) -> Redis:
    windows = WindowWriter(connect(settings.redis_url), Keys())
    client = connect(settings.queue_url)
    jobs.use(
        [refresher(settings)], [windows], job_queue(client),
        lambda: open_journal(settings.database_url),
        lambda: open_store(settings.database_url, readonly=True),
        hasty,
    )  # fmt: skip
    return client


def test_the_job_asks_for_itself_again_until_nothing_is_due(
    filled: TelemetryStore, at_work: Redis, redis_url: str
) -> None:
    queue, minute = job_queue(at_work), int(time.time() / 60)
    with patch.object(retention, "STEP_ROWS", 500):
        for _ticker in range(2):
            jobs.enqueue_trim(queue, minute)
        assert queue.job_ids == [f"trim-{minute}-0"]
        with patch.object(jobs, "time") as clock:  # the minute is not over before the test is
            clock.time.return_value = NOW / 1000
            jobs.enqueue_trim(queue, NOW // MINUTE_MS)
            work(redis_url)
    assert [oldest(filled, e) for e in (1, 2)] == [NOW - 2 * DAY_MS] * 2
    assert not at_work.exists("rq:queue:meltwatch")


def test_a_minute_that_is_over_leaves_the_rest_to_the_next(
    filled: TelemetryStore, at_work: Redis
) -> None:
    with patch.object(retention, "STEP_ROWS", 10):
        assert jobs.trim(1, 0) == "more is due"
    assert job_queue(at_work).job_ids == []
