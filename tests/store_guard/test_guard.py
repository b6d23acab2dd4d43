"""What the guard finds is kept for screens and told once, whoever runs it."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from datetime import time as clock
from functools import partial
from pathlib import Path

import pytest

from data import jobs
from data.alarms.events import Priority
from data.command_queue import job_queue
from data.errors import StoreError
from data.journal import Delivery, open_journal
from data.notifier.delivery import deliver
from data.notifier.routes import STORE, Route, Routes, Shift
from data.settings import Settings
from data.store_guard.checks import AGAIN_MS, DAY_MS
from data.store_guard.guard import Guard
from data.store_guard.kept import kept
from data.store_guard.standing import stand
from data.store_guard.stores import asking
from data.telemetry import open_store
from data.window_cache import connect
from tests.notifier.made import NOW, route
from tests.notifier.servers import Mailbox
from tests.raw_sql import sql
from tests.stack import free_port
from tests.workers import work

MINUTE = 60_000
LOST = "DROP INDEX alarm_events_by_ts"
MENDED = "CREATE INDEX alarm_events_by_ts ON alarm_events (ts)"
ALL = route("supervisor", cleared=True)


class Plant:
    """A store, a Redis and routes; `check` is the guard of one worker."""

    def __init__(self, store_url: str, redis_url: str, *routes: Route) -> None:
        self.url, self.redis = store_url, connect(redis_url)
        self.routes = Routes(routes)
        env = {"DATABASE_URL": store_url, "REDIS_URL": redis_url, "PLANT_NAME": "Hall 2",
               "BASE_URL": "http://plant:8050", "PLANT_TZ": "Europe/Berlin"}  # fmt: skip
        self.settings = Settings.from_env(env)
        self.journal = partial(open_journal, store_url)
        open_store(store_url).close()

    def guard(self) -> Guard:
        return Guard(self.settings, self.redis, self.routes, self.journal)

    def check(self, now: int = NOW) -> int:
        return self.guard().check(now)

    def messages(self) -> list[Delivery]:
        with closing(self.journal()) as journal:
            return list(reversed(journal.recent_notifications(100)))

    def titles(self) -> list[str]:
        return [one.title for one in self.messages()]


@pytest.fixture
def plant(store_url: str, redis_url: str) -> Plant:
    return Plant(store_url, redis_url, ALL)


@pytest.mark.both_stores
def test_a_missing_index_is_told_once_and_once_that_it_is_back(plant: Plant) -> None:
    for minute in range(3):
        plant.check(NOW + minute * MINUTE)
    assert plant.titles() == []
    sql(plant.url, LOST)
    for minute in range(3, 6):
        assert plant.check(NOW + minute * MINUTE) == 1
    (told,) = plant.messages()
    assert told.title.startswith("Critical: store of Hall 2, The index alarm_events_by_ts")
    assert told.priority == Priority.CRITICAL
    assert "CREATE INDEX" in told.body and told.body.endswith("http://plant:8050/system")
    sql(plant.url, MENDED)
    for minute in range(6, 9):
        assert plant.check(NOW + minute * MINUTE) == 0
    assert [title.split(":")[0] for title in plant.titles()] == ["Critical", "Mended"]


@pytest.mark.both_stores
def test_what_is_lost_again_is_told_again(plant: Plant) -> None:
    for turn in range(2):
        sql(plant.url, LOST)
        plant.check(NOW + turn * 2 * MINUTE)
        sql(plant.url, MENDED)
        plant.check(NOW + (turn * 2 + 1) * MINUTE)
    assert len(plant.titles()) == 4


@pytest.mark.both_stores
def test_workers_that_find_it_at_once_tell_it_once(plant: Plant) -> None:
    sql(plant.url, LOST)
    plant.check(NOW - MINUTE)  # the first, so that the others need no check of the day
    sql(plant.url, "DELETE FROM notifications")
    sql(plant.url, "DELETE FROM meta WHERE key LIKE 'guard:%'")
    errors: list[Exception] = []

    def one(worker: int) -> None:
        try:
            plant.check(NOW + worker)
        except StoreError as error:  # busy: the next minute tries again
            errors.append(error)

    threads = [threading.Thread(target=one, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(errors) < len(threads)
    assert len(plant.titles()) == 1


def test_a_redis_that_was_emptied_makes_nobody_tell_it_again(plant: Plant) -> None:
    sql(plant.url, LOST)
    plant.check(NOW)
    plant.redis.flushall()
    plant.check(NOW + MINUTE)
    plant.redis.flushall()
    sql(plant.url, MENDED)
    plant.check(NOW + 2 * MINUTE)
    assert [title.split(":")[0] for title in plant.titles()] == ["Critical", "Mended"]


def test_a_crash_before_the_message_is_queued_loses_none(plant: Plant) -> None:
    sql(plant.url, LOST)
    with asking(plant.url, readonly=False) as ask:
        stand(ask, ["index:alarm_events.alarm_events_by_ts"], NOW)
    plant.check(NOW + MINUTE)
    plant.check(NOW + 2 * MINUTE)
    (told,) = plant.messages()
    assert f"|{NOW}|" in told.key


def test_who_is_off_duty_is_told_when_the_shift_begins(store_url: str, redis_url: str) -> None:
    early = Shift(frozenset(range(7)), clock(8), clock(14))
    plant = Plant(store_url, redis_url, route("early", shifts=(early,)))
    sql(plant.url, LOST)
    plant.check(NOW)  # 06:12 in Berlin
    assert plant.titles() == []
    plant.check(NOW + 2 * 60 * MINUTE)
    assert len(plant.titles()) == 1


def test_only_routes_that_are_about_the_store_are_told(store_url: str, redis_url: str) -> None:
    plant = Plant(
        store_url,
        redis_url,
        route("lines", events=frozenset({"alarm"})),
        route("medium", priorities=frozenset({Priority.MEDIUM})),
        route("on call", escalate_after_min=10.0),
        route("it", events=frozenset({STORE}), urls=("json://a", "json://b")),
    )
    sql(plant.url, LOST)
    plant.check()
    assert {one.route for one in plant.messages()} == {"it #1", "it #2"}
    sql(plant.url, MENDED)
    plant.check(NOW + MINUTE)
    assert len(plant.messages()) == 2  # `cleared` is not asked for


def test_the_message_arrives_by_mail_with_the_statement(store_url: str, redis_url: str) -> None:
    port = free_port()
    mailbox = Mailbox(port)
    plant = Plant(store_url, redis_url, route("it", urls=(mailbox.url,)))
    sql(plant.url, LOST)
    now = int(time.time() * 1000)
    plant.check(now)
    plant.check(now + 1)
    with mailbox.open(port), closing(plant.journal()) as journal:
        for _ in range(2):
            deliver(journal, plant.routes, now + 2)
    (mail,) = mailbox.mails
    assert "CREATE INDEX alarm_events_by_ts" in str(mail.get_payload(decode=True))


def test_screens_get_both_checks(plant: Plant) -> None:
    plant.check()
    minute, day = kept(plant.redis)
    assert minute is not None and day is not None
    assert (minute.checked, day.checked) == (NOW, NOW)
    assert day.statements > 10 and day.store.startswith("SQLite")


def test_plans_are_looked_at_once_a_day_and_when_something_changed(plant: Plant) -> None:
    def checked_day(now: int) -> int:
        plant.check(now)
        day = kept(plant.redis)[1]
        assert day is not None
        return day.checked - NOW

    assert checked_day(NOW) == 0
    assert checked_day(NOW + MINUTE) == 0
    sql(plant.url, LOST)
    assert checked_day(NOW + 2 * MINUTE) == 2 * MINUTE
    assert checked_day(NOW + 3 * MINUTE) == 2 * MINUTE
    later = NOW + 2 * MINUTE + DAY_MS
    assert checked_day(later) == later - NOW
    assert AGAIN_MS < DAY_MS


def test_the_minute_is_told_though_plans_cannot_be_had(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: object) -> None:
        raise StoreError("busy")

    monkeypatch.setattr("data.store_guard.guard.day_check", away)
    sql(plant.url, LOST)
    with pytest.raises(StoreError):
        plant.check()
    assert len(plant.titles()) == 1


def test_two_tickers_ask_for_one_check_a_minute(plant: Plant, redis_url: str) -> None:
    class Counting(Guard):
        asked: list[bool] = []  # noqa: RUF012  shared on purpose

        def check(self, now: int, whole: bool = False) -> int:
            self.asked.append(whole)
            return super().check(now, whole)

    guard = Counting(plant.settings, plant.redis, plant.routes, plant.journal)
    queue = job_queue(connect(redis_url))
    jobs.use([], [], queue, plant.journal, partial(open_store, plant.url), guard=guard)
    for minute in (1, 1, 2):
        jobs.enqueue_guard(queue, minute, whole=minute == 1)
        jobs.enqueue_guard(queue, minute, whole=minute == 1)
        work(redis_url)
    assert guard.asked == [True, False]
    assert kept(plant.redis)[0] is not None


def test_a_store_that_is_away_says_so(tmp_path: Path, redis_url: str) -> None:
    plant = Plant(f"sqlite:///{tmp_path / 'telemetry.sqlite'}", redis_url, ALL)
    (tmp_path / "telemetry.sqlite").write_bytes(b"no database at all, whatever it was before")
    with pytest.raises(StoreError):
        plant.check()
