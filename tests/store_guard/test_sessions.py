"""Statements that run away in a real PostgreSQL are cancelled, and others are not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg.errors import QueryCanceled

from data.store_guard import MinuteCheck
from data.store_guard.checks import SHOWN_MS, TROUBLE_MS, merged, minute_check, of_stopped
from data.store_guard.postgres_sessions import findings, notes
from data.store_guard.stores import asking
from data.telemetry import open_store
from tests.raw_sql import sql

NOW = 1_772_514_724_000
LIMIT_S = 0.2
#: Works, as pg_sleep does not, until somebody stops it.
LOOP = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def url(postgres_url: str) -> str:
    open_store(postgres_url).close()
    return postgres_url


class Running:
    """A statement at work in a session and a thread of its own."""

    def __init__(self, db: psycopg.Connection[tuple[Any, ...]], statement: str) -> None:
        self.error: Exception | None = None
        self._db, self._statement = db, statement
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._db.execute(self._statement)  # type: ignore[call-overload]
        except psycopg.Error as error:
            self.error = error

    def ended(self, within_s: float) -> bool:
        self._thread.join(within_s)
        return not self._thread.is_alive()


@contextmanager
def running(url: str, statement: str, first: str = "", **options: Any) -> Iterator[Running]:
    with psycopg.connect(url, autocommit=True, **options) as db:
        if first:
            db.execute(first)  # type: ignore[call-overload]
        one = Running(db, statement)
        wait_until_it_works(url, db.info.backend_pid)
        try:
            yield one
        finally:
            sql(url, "SELECT pg_terminate_backend(?)", db.info.backend_pid)
            one.ended(10)


def wait_until_it_works(url: str, pid: int) -> None:
    asked = (
        "SELECT 1 FROM pg_stat_activity WHERE pid = ? AND state = 'active'"
        " AND clock_timestamp() - query_start > interval '0.3 s'"
    )
    while not sql(url, asked, pid):
        pass


def check(url: str, limit_s: float = LIMIT_S, last: MinuteCheck | None = None) -> MinuteCheck:
    return minute_check(url, limit_s, NOW, last)


@pytest.mark.parametrize("statement", [LOOP, "SELECT pg_sleep(600)"])
def test_a_statement_that_runs_away_is_cancelled_and_told(url: str, statement: str) -> None:
    with running(url, statement, application_name="report tool") as one:
        told = check(url)
        assert one.ended(10)
        assert isinstance(one.error, QueryCanceled)
    (finding,) = told.findings
    assert "meltwatch (report tool)" in finding.text
    assert statement in finding.text and "cancelled" in finding.text
    assert [stopped.times for stopped in told.stopped] == [1]


def test_a_trigger_that_loops_for_ever_does_not_hold_the_store_for_ever(url: str) -> None:
    sql(url, "CREATE FUNCTION looping() RETURNS trigger LANGUAGE plpgsql AS"
             " $$BEGIN LOOP PERFORM 1; END LOOP; END$$")  # fmt: skip
    sql(url, "CREATE TRIGGER audit BEFORE INSERT ON meta FOR EACH ROW EXECUTE FUNCTION looping()")
    with running(url, "INSERT INTO meta VALUES ('x', 1)") as one:
        told = check(url)
        assert one.ended(10)
        assert isinstance(one.error, QueryCanceled)
    assert {finding.key.partition(":")[0] for finding in told.findings} == {"trigger", "runaway"}


def test_the_same_statement_again_is_the_same_finding(url: str) -> None:
    told = None
    for _ in range(2):
        with running(url, LOOP):
            told = check(url, last=told)
    assert told is not None
    assert len(told.findings) == 1
    assert [stopped.times for stopped in told.stopped] == [2]


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("CREATE TABLE slow AS SELECT 1 FROM pg_sleep(600)", ""),
        ("  analyze (verbose) readings; SELECT pg_sleep(600)", ""),
        ("COPY (SELECT pg_sleep(600)) TO '/dev/null'", ""),
        ("SELECT pg_sleep(600)", "SELECT pg_advisory_lock(1)"),
    ],
)
def test_upkeep_and_upgrades_may_take_their_time(url: str, statement: str, first: str) -> None:
    with running(url, statement, first) as one:
        assert check(url).stopped == ()
        assert not one.ended(0.2)


def test_no_limit_cancels_nothing(url: str) -> None:
    with running(url, LOOP) as one:
        assert check(url, limit_s=0).stopped == ()
        assert not one.ended(0.2)


def test_what_waits_for_a_lock_is_not_cancelled_but_who_holds_it_is_told(url: str) -> None:
    with psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE meta")
        with running(url, "SELECT * FROM meta") as waiting:
            told = check(url)
            assert told.stopped == ()
            assert not waiting.ended(0.2)
        assert [finding.key for finding in told.findings] == ["locked"]
        with asking(url) as ask:
            limited = lambda text, *values: ask(text, *(v and 0.1 for v in values))  # noqa: E731
            (one,) = findings(limited)
            assert "done nothing" in one.text
        assert str(holder.info.backend_pid) in one.mend


@pytest.fixture
def other(url: str) -> Iterator[str]:
    """The URL of a user who may use the store, and nothing else."""
    sql(url, "CREATE ROLE plain LOGIN")
    sql(url, "GRANT ALL ON ALL TABLES IN SCHEMA public TO plain")
    yield url.replace("meltwatch@", "plain@")
    sql(url, "DROP OWNED BY plain")
    sql(url, "DROP ROLE plain")


def test_what_the_user_may_not_stop_is_told_with_the_statement_that_stops_it(
    url: str, other: str
) -> None:
    sql(url, "GRANT pg_read_all_stats TO plain")
    with running(url, LOOP) as one:
        told = check(other)
        (finding,) = told.findings
        assert "may not stop it" in finding.text and told.stopped == ()
        sql(url, finding.mend)
        assert one.ended(10)


def test_what_the_user_may_not_see_is_said(url: str, other: str) -> None:
    with asking(other) as ask:
        (note,) = notes(ask)
        assert "GRANT pg_read_all_stats, pg_signal_backend TO plain" in note
    with asking(url) as ask:
        assert list(notes(ask)) == []
    with running(url, LOOP):
        assert check(other).findings == ()


def test_what_was_stopped_is_trouble_for_an_hour_and_shown_for_a_day(url: str) -> None:
    with running(url, LOOP):
        stopped = check(url).stopped
    assert of_stopped(stopped, NOW + TROUBLE_MS - 1) and not of_stopped(stopped, NOW + TROUBLE_MS)
    assert merged(stopped, (), NOW + SHOWN_MS - 1) == stopped
    assert merged(stopped, (), NOW + SHOWN_MS) == ()
