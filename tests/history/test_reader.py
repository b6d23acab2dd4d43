"""Questions about the past are capped in rows and in time, and never change the store."""

from __future__ import annotations

import time
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest

from data import history
from data.errors import HistoryBusy, HistoryTooLarge, HistoryTooSlow, StoreError
from data.history import Questions, Reader, capped, open_history, postgres, sqlite
from data.shifts import ShiftPlan
from data.telemetry import open_store

pytestmark = pytest.mark.both_stores

PLAN = ShiftPlan.parse("Early 06:00, Late 14:00", ZoneInfo("UTC"))
#: Goes on for hours.
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
NUMBERS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n"
)


@pytest.fixture
def questions(store_url: str) -> Questions:
    open_store(store_url).close()
    return open_history(store_url, PLAN)


def set_deadline(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    for module in (capped, sqlite, postgres):
        monkeypatch.setattr(module, "DEADLINE_S", seconds)


def numbers(reader: Reader, count: int) -> int:
    return len(reader.all(NUMBERS, count, cap=100))


def endless(reader: Reader) -> int:
    return int(reader.all(ENDLESS)[0][0])


def slow_in_sum(reader: Reader) -> None:
    for _ in range(1000):
        reader.all("SELECT count(*) FROM (" + NUMBERS + ") AS found", 1_000_000)


def test_rows_up_to_the_cap_are_given_and_one_more_is_refused(questions: Questions) -> None:
    assert questions.ask(numbers, 100) == 100
    with pytest.raises(HistoryTooLarge, match="more than 100 rows"):
        questions.ask(numbers, 101)


@pytest.mark.parametrize("question", [endless, slow_in_sum])
def test_a_question_ends_at_its_deadline(
    questions: Questions, monkeypatch: pytest.MonkeyPatch, question: object
) -> None:
    set_deadline(monkeypatch, 0.2)
    with pytest.raises(HistoryTooSlow, match=r"longer than 0\.2 s"):
        questions.ask(question)  # type: ignore[arg-type]


def test_a_question_cannot_write(questions: Questions) -> None:
    with pytest.raises(StoreError, match=r"read-?only"):
        questions.ask(lambda reader: reader.all("DELETE FROM malfunctions"))


def test_a_store_that_is_away_is_told(store_url: str) -> None:
    with pytest.raises(StoreError, match="cannot open"):
        open_history(f"{store_url}none", PLAN).ask(numbers, 1)


def test_sql_knows_the_plants_shifts(questions: Questions) -> None:
    hour = 3_600_000
    found = questions.ask(
        lambda reader: reader.all("SELECT shift_of(?), shift_of(?)", 7 * hour, 15 * hour)
    )
    assert found == [("Early", "Late")]


def test_too_many_questions_at_once_are_told_to_come_again(
    questions: Questions, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_deadline(monkeypatch, 0.3)
    running = Barrier(history.AT_ONCE + 1)

    def hold(_reader: Reader) -> None:
        running.wait()
        time.sleep(0.8)

    holders = [Thread(target=questions.ask, args=(hold,)) for _ in range(history.AT_ONCE)]
    for holder in holders:
        holder.start()
    running.wait()
    with pytest.raises(HistoryBusy):
        questions.ask(numbers, 1)
    for holder in holders:
        holder.join()
    assert questions.ask(numbers, 1) == 1
