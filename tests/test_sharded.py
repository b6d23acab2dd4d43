"""A plant in several shards: each reading once, one picture for the screens, however split."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from data.alarms.events import AlarmKey, Condition, Kind
from data.extruders import JOB_IN_PRODUCTION
from data.journal import open_journal
from data.journal.recording import record_command
from data.notifier.routes import Routes
from data.refresh import Refresher
from data.rollups import MINUTE_MS, roll_up
from data.settings import Settings
from data.shards import shard_of, shards
from data.telemetry import TelemetryStore
from data.window_cache import Keys, connect, connect_async
from data.window_cache.layout import Layout
from data.window_cache.reader import CatalogueReader, WindowReader
from data.window_cache.writer import WindowWriter
from data.windows import build, unroll
from data.worker import build_refresher
from tests.redis_cluster import running_cluster
from tests.rolled import assert_rollups_equal_the_readings
from tests.rows import plant, row

pytestmark = pytest.mark.anyio

EXTRUDERS = 6
NOW = int(time.time()) * 1000 - 60_000
HIGH = [AlarmKey(e, "MeltPressure", Condition.H) for e in range(1, EXTRUDERS + 1)]


class Sharded:
    """A plant whose shards are refreshed one after the other."""

    def __init__(self, redis_url: str, store_url: str, store: TelemetryStore) -> None:
        self.url, self.store_url, self.store = redis_url, store_url, store
        env = {"REDIS_URL": redis_url, "DATABASE_URL": store_url, "QUEUE_URL": "redis://nowhere"}
        self.settings = replace(Settings.from_env(env), window_s=60)
        self.client = connect(redis_url)
        self.now = NOW

    def split(self, of: int) -> None:
        """Start workers for another number of shards."""
        assert Layout(self.client, of).is_ours()
        self.writers = [WindowWriter(self.client, Keys(shard)) for shard in shards(of)]
        self.refreshers = [build_refresher(self.settings, one, Routes()) for one in self.writers]
        self.reader = WindowReader(connect_async(self.url), of)

    def second(self, bar: float = 250.0) -> int:
        """A second of all extruders; how many rows the shards took in, all together."""
        self.now += 1000
        producing = float(JOB_IN_PRODUCTION)
        extruders = range(1, EXTRUDERS + 1)
        self.store.append([row(self.now, e, bar + e, 200.0, producing) for e in extruders])
        return sum(self.refresh(one) for one in self.refreshers)

    @staticmethod
    def refresh(refresher: Refresher) -> int:
        outcome = refresher.refresh()
        if outcome.result == "rebuild":
            assert refresher.rebuild().result == "done"
            outcome = refresher.refresh()
        assert outcome.result == "done"
        return outcome.rows

    async def assert_windows_equal_the_store(self) -> None:
        for extruder in self.store.catalogue().extruders:
            spec = self.settings.ring_spec(len(extruder.signals))
            expected = unroll(build(self.store.rows_between(extruder.id, 0, 2**62), spec))
            blob, status = await self.reader.ring(extruder.id)
            assert blob is not None
            assert status.backlog == 0
            np.testing.assert_array_equal(unroll(blob).values, expected.values)


@pytest.fixture(params=["valkey", "cluster"])
def redis(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A single server, and a real cluster of three."""
    if request.param == "valkey":
        yield request.getfixturevalue("redis_url")
    else:
        with running_cluster(tmp_path_factory.mktemp("cluster")) as url:
            yield url


@pytest.fixture
def line(redis: str, store_url: str, store: TelemetryStore) -> Sharded:
    store.put_catalogue(plant(EXTRUDERS), "test", "")
    running = Sharded(redis, store_url, store)
    running.split(3)
    return running


async def test_each_row_is_taken_in_by_one_shard_and_seen_as_one_plant(line: Sharded) -> None:
    line.second()  # builds
    assert [line.second() for _ in range(5)] == [EXTRUDERS] * 5
    await line.assert_windows_equal_the_store()
    cards, status = await line.reader.summaries()
    assert sorted(json.loads(card)["id"] for card in cards) == list(range(1, EXTRUDERS + 1))
    assert status.watermark == line.store.last_seq()
    assert [e.id for e in (await line.reader.catalogue()).extruders] == list(
        range(1, EXTRUDERS + 1)
    )
    assert CatalogueReader(line.client, 3)() == await line.reader.catalogue()


async def test_windows_of_extruders_in_several_shards_come_in_one_answer(line: Sharded) -> None:
    for _ in range(3):
        line.second()
    wanted = [5, 1, 3]
    windows, _ = await line.reader.tails(wanted, lambda _e, _h: 2)
    assert {e: w.values[-1, 0] for e, w in windows.items()} == {e: 250.0 + e for e in wanted}


async def test_alarms_of_all_shards_are_one_list_and_acknowledged_at_once(line: Sharded) -> None:
    for bar in [250.0] * 3 + [310.0] * 20:
        line.second(bar)
    text, _ = await line.reader.alarms()
    alarms = [one for one in json.loads(text or b"")["alarms"] if one["condition"] == "H"]
    assert {one["extruder"] for one in alarms} == set(range(1, EXTRUDERS + 1))
    with closing(open_journal(line.store_url)) as journal:
        raw = {"id": "c1", "action": "acknowledge", "who": "Ana", "alarms": list(map(str, HIGH))}
        assert record_command(journal, line.writers, raw) == {"recorded": True, "id": "c1"}
        line.second(310.0)
        acknowledged = [e.key for e in journal.events(100) if e.kind is Kind.ACKNOWLEDGED]
        assert sorted(acknowledged, key=str) == sorted(HIGH, key=str), "each once"
        assert journal.pending_commands() == []
    text, _ = await line.reader.alarms()
    assert all(one["acked"] for one in json.loads(text or b"")["alarms"] if one["condition"] == "H")
    history, _ = await line.reader.history()
    times = [event["ts"] for event in json.loads(history or b"")["events"]]
    assert times == sorted(times, reverse=True)
    health, _ = await line.reader.health()
    assert json.loads(health or b"")["total"] == 0, "the minute is not over"


async def test_a_plant_that_changes_its_number_of_shards_loses_and_doubles_nothing(
    line: Sharded,
) -> None:
    for bar, of, seconds in ((310.0, 3, 12), (311.0, 2, 5), (312.0, 5, 5), (250.0, 1, 25)):
        line.split(of)
        for _ in range(seconds):
            line.second(bar)
        await line.assert_windows_equal_the_store()
        others = [key for key in line.client.scan_iter("mw:{*") if f"/{of}}}".encode() not in key]
        assert others == [], "windows of another number of shards are gone"
    with closing(open_journal(line.store_url)) as journal:
        kinds = [e.kind for e in reversed(journal.events(1000)) if e.key == HIGH[0]]
    assert kinds == [Kind.ACTIVE, Kind.CLEARED]


def test_a_worker_of_another_number_of_shards_stops(line: Sharded) -> None:
    earlier = Layout(line.client, 3)
    assert earlier.is_ours()
    assert Layout(line.client, 2).is_ours()
    assert not earlier.is_ours()


def test_a_shard_without_readings_keeps_up(
    redis: str, store_url: str, store: TelemetryStore
) -> None:
    """Else it would look through more and more of other shards' readings every second."""
    store.put_catalogue(plant(1), "test", "")
    line = Sharded(redis, store_url, store)
    line.split(2)
    for refresher in line.refreshers:
        line.refresh(refresher)
    store.append([row(NOW, 1, 1.0, 1.0, 2.0)])
    other = line.refreshers[1 - shard_of(1, 2).number]
    assert line.refresh(other) == 0
    assert [writer.watermark() for writer in line.writers].count(1) == 1


@pytest.mark.both_stores
class TestStores:
    """What depends on the kind of store, on a single Valkey."""

    @pytest.fixture(params=["valkey"])
    def redis(self, redis_url: str) -> str:
        return redis_url

    async def test_windows_equal_the_store(self, line: Sharded) -> None:
        assert [line.second() for _ in range(5)][1:] == [EXTRUDERS] * 4
        await line.assert_windows_equal_the_store()

    def test_rollups_stay_right_when_the_shards_change(self, line: Sharded) -> None:
        for of in (3, 2, 5, 1):
            line.split(of)
            for _ in range(4):
                line.second()
        held = line.store.rollup_seqs()
        assert max(held) > 0
        assert_rollups_equal_the_readings(line.store_url)

    def test_rollups_of_one_shard_may_be_behind(
        self, store_url: str, store: TelemetryStore
    ) -> None:
        rows = [row(NOW, e, 1.0, 2.0, 2.0) for e in range(1, EXTRUDERS + 1)]
        store.append(rows)
        mine = [r for r in store.rows_since(0, 99) if shard_of(r.extruder, 2).number == 1]
        buckets = shards(2)[1].buckets
        minutes = roll_up(mine, MINUTE_MS)
        assert not store.merge_rollups(minutes, len(mine) + 1, 0, len(rows), buckets)
        assert store.merge_rollups(minutes, len(mine), 0, len(rows), buckets)
        assert not store.merge_rollups(minutes, len(mine), 0, len(rows), buckets)
        assert set(store.rollup_seqs()) == {0, len(rows)}
        assert_rollups_equal_the_readings(store_url)
