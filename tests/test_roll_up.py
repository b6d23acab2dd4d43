"""Rolling up: every reading is in the rollups once, whoever is killed when, corrected or late."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest.mock import patch

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import roll_up
from data.roll_up import RollUp
from data.rollups import HOUR_MS, MINUTE_MS
from data.rollups import roll_up as rolled_up
from data.telemetry import TelemetryStore, open_store
from data.window_cache import Keys
from data.window_cache.writer import Commit
from tests.rolled import assert_rollups_equal_the_readings, stored
from tests.rows import row

pytestmark = pytest.mark.both_stores

START = 1_795_000_000_000 // HOUR_MS * HOUR_MS


class Left:
    """What the last commit left in Redis."""

    def __init__(self) -> None:
        self.state: bytes | None = None
        self.mark = 0

    def rollups(self) -> bytes | None:
        return self.state


class Plant:
    """Workers that take turns on one store. `minute` is the wall clock's."""

    def __init__(self, url: str) -> None:
        self.url, self.left, self.minute = url, Left(), 0
        self.store = open_store(url)
        self.opened = 0

    def worker(self) -> RollUp:
        return RollUp(self._open, self.left)  # type: ignore[arg-type]

    def _open(self) -> TelemetryStore:
        self.opened += 1
        return open_store(self.url)

    def tick(self, worker: RollUp, commits: bool = True) -> None:
        """A refresh; one that does not commit was killed just before, or fenced."""
        rows = self.store.rows_since(self.left.mark, 20_000)
        commit = Commit(Keys())
        with patch.object(roll_up, "_minute", lambda: self.minute):
            worker.take(rows, self.left.mark, rows[-1].seq if rows else self.left.mark)
        worker.publish(commit)
        if commits:
            states = [b for b in commit.arguments if isinstance(b, bytes)]
            self.left.state = states[0] if states else self.left.state
            self.left.mark = rows[-1].seq if rows else self.left.mark

    def finish(self) -> None:
        """Let everything be rolled up."""
        for _ in range(2):
            self.tick(self.worker())
            self.minute += 1
        self.tick(self.worker())
        assert min(self.store.rollup_seqs()) == self.store.last_seq() == self.left.mark

    def check(self) -> None:
        assert_rollups_equal_the_readings(self.url)


@contextmanager
def a_plant() -> Iterator[Plant]:
    with tempfile.TemporaryDirectory() as folder:
        running = Plant(f"sqlite:///{Path(folder) / 'telemetry.sqlite'}")
        try:
            yield running
        finally:
            running.store.close()


@pytest.fixture
def line(store_url: str) -> Iterator[Plant]:
    running = Plant(store_url)
    yield running
    running.store.close()


def second(n: int, *values: float | None, extruder: int = 1) -> object:
    return row(START + 1000 * n, extruder, *values)


stamps = st.integers(0, 40).map(lambda n: START + 5_000 * n)
rows = st.builds(
    row, stamps, st.integers(1, 2), st.one_of(st.none(), st.integers(0, 9).map(float)),
    st.one_of(st.none(), st.integers(0, 9).map(float)),
)  # fmt: skip
steps = st.one_of(
    st.tuples(st.just("append"), st.lists(rows, min_size=1, max_size=6)),
    st.tuples(st.sampled_from(["tick", "fenced", "kill", "kill when flushed"]), st.integers(0, 1)),
    st.tuples(st.sampled_from(["minute", "lose Redis"]), st.none()),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, max_size=25), st.sampled_from([1, 5_000]))
def test_every_reading_is_rolled_up_once_whatever_happens(
    story: list[tuple[str, object]], step_rows: int
) -> None:
    with a_plant() as line, patch.object(roll_up, "STEP_ROWS", step_rows):
        workers = [line.worker(), line.worker()]
        for what, of in story:
            if what == "append":
                line.store.append(list({(r.extruder, r.ts): r for r in of}.values()))  # type: ignore[attr-defined]
            elif what == "minute":
                line.minute += 1
            elif what == "lose Redis":
                line.left.state, line.left.mark = None, line.store.last_seq()
            else:
                line.minute += what == "kill when flushed"
                line.tick(workers[of], commits=what == "tick")  # type: ignore[call-overload]
                if what.startswith("kill"):
                    workers[of] = line.worker()  # type: ignore[call-overload]
            line.check()
        line.finish()
        line.check()


def test_the_store_is_written_once_a_minute(line: Plant) -> None:
    worker = line.worker()
    line.tick(worker)
    line.opened = 0
    for n in range(180):
        line.minute = n // 60
        line.store.append([second(n, float(n))])
        line.tick(worker)
    assert line.opened == 2
    line.check()
    assert stored(line.url, MINUTE_MS).records["count"].tolist() == [[60], [60]]
    assert stored(line.url, HOUR_MS).records["count"].tolist() == [[120]]


def test_workers_that_take_turns_read_nothing_again(line: Plant) -> None:
    workers = [line.worker(), line.worker(), line.worker()]
    line.tick(workers[0])
    with patch.object(RollUp, "_step", side_effect=AssertionError("read again")):
        for n in range(180):
            line.minute = n // 60
            line.store.append([second(n, float(n))])
            line.tick(workers[n % 3])
    line.check()
    assert min(line.store.rollup_seqs()) == 120


def test_an_import_of_old_readings_goes_to_the_store_at_once(line: Plant) -> None:
    worker = line.worker()
    line.store.append([second(n, 1.0) for n in range(60)])
    line.tick(worker)
    line.store.append([second(60 * n - 86_400, 2.0) for n in range(20)])
    line.tick(worker)
    assert min(line.store.rollup_seqs()) == 80
    line.check()


def test_a_late_reading_is_merged_into_the_minute_that_is_stored(line: Plant) -> None:
    line.store.append([second(n, 1.0) for n in (0, 1, 3)])
    line.finish()
    line.store.append([second(2, 9.0)])
    line.finish()
    (record,) = stored(line.url, MINUTE_MS).records[0].tolist()
    assert record == (1.0, 9.0, 3.0, 4, 0)
    line.check()


def test_a_correction_replaces_what_it_corrects(line: Plant) -> None:
    line.store.append([second(n, 1.0, 100.0) for n in range(3)])
    line.finish()
    line.store.append([second(0, 5.0, None)])
    line.check()  # the corrected reading has left the rollups, its successor is not in yet
    line.finish()
    first, other = stored(line.url, MINUTE_MS).records[0].tolist()
    assert first[3:] == other[3:] == (3, 0)
    assert (first[:2], other[:2]) == ((1.0, 5.0), (100.0, 100.0))
    line.check()


def test_a_correction_of_what_is_only_in_hand_is_counted_once(line: Plant) -> None:
    worker = line.worker()
    line.tick(worker)
    line.store.append([second(0, 1.0, None)])
    line.tick(worker)
    line.store.append([second(0, None, 7.0)])  # the other signals of the same second
    line.tick(worker)
    line.finish()
    assert stored(line.url, MINUTE_MS).records["count"].tolist() == [[1, 1]]
    line.check()


def test_a_correction_of_a_minute_whose_readings_are_gone_is_added(line: Plant) -> None:
    """What it corrects is not known any more: see docs on retention."""
    line.store.append([second(0, 1.0), second(100_000, 1.0)])
    line.finish()
    assert line.store.delete_readings({1: START + MINUTE_MS}, 10) == 1
    line.store.append([second(0, 3.0)])
    line.finish()
    assert stored(line.url, MINUTE_MS).records[0, 0].tolist() == (1.0, 3.0, 2.0, 2, 0)


def test_an_old_store_is_caught_up_in_bounded_steps(line: Plant) -> None:
    line.store.append([second(n, float(n % 7)) for n in range(400)])
    line.left.mark = line.store.last_seq()
    worker = line.worker()
    with patch.object(roll_up, "STEP_ROWS", 150), patch.object(roll_up, "CATCH_UP_S", 0.0):
        for expected in (150, 300, 402):  # two of the new ones have been taken in since
            line.store.append([second(400 + expected, 1.0)])
            line.tick(worker)
            assert min(line.store.rollup_seqs()) == expected
            line.check()
    line.finish()
    line.check()


def test_a_store_that_refuses_does_not_stop_the_refresh(line: Plant) -> None:
    worker = line.worker()
    line.tick(worker)
    line.store.append([second(0, 1.0)])
    line.tick(worker)
    line.minute += 1
    with writing(line.url):
        started = time.monotonic()
        line.tick(worker)
        line.tick(worker)  # held off: it does not wait again
        assert time.monotonic() - started < 4
    with patch.object(worker, "_held_off_until", 0.0):
        line.tick(worker)
    assert min(line.store.rollup_seqs()) == 1
    line.finish()
    line.check()


@contextmanager
def writing(url: str) -> Iterator[None]:
    """Another process is in the middle of a write."""
    if url.startswith("sqlite:"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
    else:
        with psycopg.connect(url) as db:
            db.execute("SELECT seq FROM reading_seq FOR UPDATE")
            yield


def test_rollups_that_do_not_follow_on_are_refused(line: Plant) -> None:
    line.store.append([second(n, 1.0) for n in range(3)])
    minutes = rolled_up(line.store.rows_since(0, 3), MINUTE_MS)
    for count, start, end in ((3, 1, 3), (2, 0, 3), (3, 0, 2)):
        assert not line.store.merge_rollups(minutes, count, start, end)
    assert min(line.store.rollup_seqs()) == len(stored(line.url, MINUTE_MS)) == 0
    assert line.store.merge_rollups(minutes, 3, 0, 3)
    assert not line.store.merge_rollups(minutes, 3, 0, 3)
    line.check()
