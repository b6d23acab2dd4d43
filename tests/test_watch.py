"""The monitor in the workers: durable before it is shown, and nothing acknowledged is lost."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from redis import Redis

from data.alarms.events import AlarmKey, Condition, Kind
from data.commands import Action
from data.errors import StoreError
from data.extruders import JOB_IN_PRODUCTION
from data.journal import Journal, open_journal
from data.journal.recording import record_command
from data.notifier.routes import Routes
from data.refresh import Refresher
from data.settings import Settings
from data.telemetry import TelemetryStore
from data.window_cache import Keys, Status, connect
from data.window_cache.writer import WindowWriter
from data.worker import build_refresher
from tests.rows import plant, row

KEY = AlarmKey(1, "MeltPressure", Condition.H)


@pytest.fixture
def settings(redis_url: str, store_url: str) -> Settings:
    return Settings.from_env({"REDIS_URL": redis_url, "DATABASE_URL": store_url})


@pytest.fixture
def journal(store_url: str, store: TelemetryStore) -> Iterator[Journal]:
    with closing(open_journal(store_url)) as opened:
        yield opened


class Plant:
    """One extruder whose readings are stored and refreshed by any of some workers."""

    def __init__(self, settings: Settings, store: TelemetryStore, journal: Journal) -> None:
        self.settings, self.store, self.journal = settings, store, journal
        self.client: Redis = connect(settings.redis_url)
        self.windows = WindowWriter(connect(settings.redis_url), Keys())
        self.now = (int(time.time()) - 55) * 1000
        store.put_catalogue(plant(1), "test", "")

    def worker(self) -> Refresher:
        windows = WindowWriter(connect(self.settings.redis_url), Keys())
        return build_refresher(self.settings, windows, Routes())

    def feed(self, workers: list[Refresher], seconds: int, bar: float) -> None:
        for second in range(seconds):
            self.now += 1000
            self.store.append([row(self.now, 1, bar, 200.0, float(JOB_IN_PRODUCTION))])
            self.refresh(workers[second % len(workers)])

    def refresh(self, worker: Refresher) -> str:
        outcome = worker.refresh().result
        if outcome == "rebuild":
            worker.rebuild()
            outcome = worker.refresh().result
        return outcome

    def ask(self, action: Action, **fields: Any) -> dict[str, Any]:
        raw = {"id": f"{action}-1", "action": action, "who": "Ana", "comment": "seen", **fields}
        return record_command(self.journal, [self.windows], raw)

    def state(self) -> str:
        told = json.loads(self.client.get(Keys().alarms) or b'{"alarms": []}')
        return next((a["state"] for a in told["alarms"] if a["id"] == str(KEY)), "NORMAL")

    def kinds(self) -> list[Kind]:
        return [event.kind for event in reversed(self.journal.events(100)) if event.key == KEY]


@pytest.fixture
def line(settings: Settings, store: TelemetryStore, journal: Journal) -> Plant:
    return Plant(settings, store, journal)


def test_an_alarm_is_in_the_journal_and_on_the_screen(line: Plant) -> None:
    worker = line.worker()
    line.feed([worker], 3, 250)
    line.feed([worker], 20, 310)
    assert line.state() == "UNACKNOWLEDGED"
    assert line.kinds() == [Kind.ACTIVE]
    history = json.loads(line.client.get(Keys().history))
    assert history["events"][0]["label"] == "Melt pressure"
    assert json.loads(line.client.get(Keys().health))["labels"] == {}


def test_workers_that_take_turns_tell_what_one_worker_tells(line: Plant) -> None:
    workers = [line.worker(), line.worker(), line.worker()]
    line.feed(workers, 3, 250)
    line.feed(workers, 20, 310)
    line.feed(workers, 20, 250)
    assert line.kinds() == [Kind.ACTIVE, Kind.CLEARED]
    (active, cleared) = [e.ts for e in reversed(line.journal.events(9)) if e.key == KEY]
    assert (cleared - active) == 20_000


def test_an_acknowledgement_is_durable_before_it_is_answered(line: Plant) -> None:
    worker = line.worker()
    line.feed([worker], 20, 310)
    answer = line.ask(Action.ACKNOWLEDGE, alarms=[str(KEY)])
    assert answer == {"recorded": True, "id": "acknowledge-1"}
    assert [one.id for one in line.journal.pending_commands()] == ["acknowledge-1"]
    line.feed([worker], 1, 310)
    assert line.state() == "ACKNOWLEDGED"
    assert line.journal.pending_commands() == []
    assert line.windows.pending_commands() == []


@pytest.mark.parametrize("lost", ["after the answer", "after it was obeyed"])
def test_nothing_acknowledged_is_lost_with_redis(line: Plant, lost: str) -> None:
    line.feed([line.worker()], 20, 310)
    worker = line.worker()
    line.ask(Action.ACKNOWLEDGE, alarms=[str(KEY)])
    if lost == "after it was obeyed":
        line.feed([worker], 5, 310)
    line.client.flushall()
    line.feed([line.worker()], 5, 310)
    assert line.state() == "ACKNOWLEDGED"
    assert line.kinds() == [Kind.ACTIVE, Kind.ACKNOWLEDGED]


def test_what_changed_while_redis_was_away_is_told_when_it_is_back(line: Plant) -> None:
    line.feed([line.worker()], 20, 310)
    line.client.flushall()
    for _ in range(30):
        line.now += 1000
        line.store.append([row(line.now, 1, 250.0, 200.0, float(JOB_IN_PRODUCTION))])
    line.refresh(line.worker())
    assert line.state() == "RETURNED_UNACKNOWLEDGED"


def test_a_shelved_alarm_stays_shelved_without_redis(line: Plant) -> None:
    worker = line.worker()
    line.feed([worker], 20, 310)
    line.ask(Action.SHELVE, alarms=[str(KEY)], minutes=60)
    line.feed([worker], 2, 310)
    line.client.flushall()
    line.feed([line.worker()], 2, 310)
    assert line.state() == "SHELVED"


def test_a_person_changes_limits_with_name_and_reason(line: Plant) -> None:
    worker = line.worker()
    line.feed([worker], 20, 310)
    line.ask(
        Action.SET_LIMITS, extruder=1, product=0, signal="MeltPressure", limits={"h": 330.0},
        comment="agreed with process engineering",
    )  # fmt: skip
    line.feed([worker], 2, 310)
    limits = line.store.catalogue().extruders[0].limits_for(0)["MeltPressure"]
    assert (limits.h, limits.hh) == (330.0, 350.0)
    line.feed([worker], 20, 310)
    assert line.state() == "RETURNED_UNACKNOWLEDGED"


def test_what_cannot_be_made_durable_is_not_shown(line: Plant) -> None:
    worker = line.worker()
    line.feed([worker], 15, 310)
    assert line.state() == "NORMAL"
    line.now += 1000
    line.store.append([row(line.now, 1, 310.0, 200.0, float(JOB_IN_PRODUCTION))])
    line.store.append([row(line.now + 1000, 1, 310.0, 200.0, float(JOB_IN_PRODUCTION))])
    with closing(locked(line)):
        with pytest.raises(StoreError):
            worker.refresh()
        assert line.state() == "NORMAL"
    worker.refresh()
    assert line.state() == "UNACKNOWLEDGED"
    assert line.kinds() == [Kind.ACTIVE]


def locked(line: Plant) -> Any:
    """Another process that holds the store's write lock."""
    import sqlite3

    other = sqlite3.connect(line.settings.database_url.removeprefix("sqlite:///"))
    other.execute("BEGIN IMMEDIATE")
    return other


def test_a_card_carries_what_its_extruder_tells(line: Plant) -> None:
    line.feed([line.worker()], 20, 310)
    card = json.loads(line.client.hget(Keys().summaries, "1"))
    assert card["alarms"] == {"unacked": 1, "active": 1, "priority": 3}


def test_the_same_state_is_not_read_again_by_the_worker_that_wrote_it(line: Plant) -> None:
    worker = line.worker()
    line.feed([worker], 3, 250)
    line.client.set(Keys().monitor, b"not read")
    line.feed([worker], 1, 250)
    assert Status.from_hash(line.client.hgetall(Keys().status)).monitor
    assert line.client.get(Keys().monitor) != b"not read"
