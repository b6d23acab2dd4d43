"""What waits for the store: memory first, then disk, and the order of delivery throughout."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

import pytest

from data.ingest import backlog as backlog_module
from data.ingest.backlog import Backlog
from data.ingest.spool import Spool
from data.windows import Row
from tests.ingest.spooled import bits, on_disk, rows_of
from tests.stack import wait_until


@contextmanager
def waiting(folder: Path, numbers: range, keep_free: int = 0) -> Iterator[Backlog]:
    """A backlog that was given the rows of these numbers."""
    with closing(Spool(folder, 1 << 20, keep_free)) as spool:
        backlog = Backlog(spool)
        for n in numbers:
            backlog.put(rows_of(n))
        yield backlog


def all_of(numbers: range) -> list[Row]:
    return [row for n in numbers for row in rows_of(n)]


def the_rest(backlog: Backlog) -> list[Row]:
    backlog.end()
    rows: list[Row] = []
    while piece := backlog.take():
        rows += piece.rows
        backlog.done(piece.number)
    return rows


def test_a_store_that_works_costs_no_write(tmp_path: Path) -> None:
    with waiting(tmp_path, range(0)) as backlog:
        for n in range(50):
            backlog.put(rows_of(n))
            piece = backlog.take() or pytest.fail()
            assert bits(piece.rows) == bits(rows_of(n))
            backlog.done(piece.number)
            backlog.spill()
        assert os.listdir(tmp_path) == []


def test_what_waits_for_less_than_a_second_stays_in_memory(tmp_path: Path) -> None:
    with waiting(tmp_path, range(3)) as backlog:
        backlog.spill(after_s=60)
        assert (backlog.on_disk, backlog.state().memory_rows) == (False, 6)


def test_new_rows_stay_behind_those_on_disk(tmp_path: Path) -> None:
    with waiting(tmp_path, range(5)) as backlog:
        backlog.spill(0)
        for n in range(5, 8):
            backlog.put(rows_of(n))
        assert bits((backlog.take() or pytest.fail()).rows) == bits(all_of(range(5)))
        assert bits(the_rest(backlog)) == bits(all_of(range(8)))
        assert (backlog.on_disk, backlog.state().memory_rows) == (False, 0)


def test_rows_that_are_being_stored_are_put_on_disk_and_leave_it_once_they_are_stored(
    tmp_path: Path,
) -> None:
    with waiting(tmp_path, range(3)) as backlog:
        piece = backlog.take() or pytest.fail()
        backlog.spill(0)  # the store is slow
        assert bits(on_disk(tmp_path)) == bits(piece.rows)
        backlog.done(piece.number)
        assert on_disk(tmp_path) == []


def test_rows_that_were_stored_while_they_were_written_to_disk_leave_it(tmp_path: Path) -> None:
    with waiting(tmp_path, range(3)) as backlog:
        spool = backlog.spool or pytest.fail()
        append = spool.append

        def slowly(number: int, delivered: int, rows: list[Row]) -> None:
            backlog.done(number)
            append(number, delivered, rows)

        spool.append = slowly  # type: ignore[method-assign,assignment]
        backlog.spill(0)
        assert (backlog.on_disk, on_disk(tmp_path)) == (False, [])


def test_a_backlog_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    with waiting(tmp_path, range(3)) as backlog:
        backlog.close()
    with waiting(tmp_path, range(3, 5)) as backlog:
        assert bits(the_rest(backlog)) == bits(all_of(range(5)))


def test_what_a_refusing_disk_does_not_take_stays_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with waiting(tmp_path, range(3), keep_free=1 << 60) as backlog:
        backlog.spill(0)
        backlog.spill(0)
        assert caplog.text.count("too little free space") == 1
        assert bits(the_rest(backlog)) == bits(all_of(range(3)))


def test_of_what_neither_store_nor_disk_take_the_oldest_are_lost_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(backlog_module, "MEMORY_ROWS", 10)
    with waiting(tmp_path, range(3), keep_free=1 << 60) as backlog:
        backlog.spill(0)
        for n in range(3, 9):
            backlog.put(rows_of(n))
        assert backlog.state().dropped_rows == 8
        assert bits(the_rest(backlog)) == bits(all_of(range(4, 9)))
    assert "rows are lost: neither store nor disk take them" in caplog.text


def test_a_disk_that_hangs_does_not_hold_back_a_live_source_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog_module, "HOLD_ROWS", 4)
    monkeypatch.setattr(backlog_module, "HOLD_S", 0.1)
    with waiting(tmp_path, range(20)) as backlog:  # and nobody spills
        assert backlog.state().memory_rows == 40


def test_a_source_that_can_wait_is_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog_module, "HOLD_ROWS", 4)
    backlog = Backlog()
    source = Thread(target=lambda: [backlog.put(rows_of(n)) for n in range(20)])
    source.start()
    wait_until(lambda: backlog.state().memory_rows == 4, 5, "two batches wait")
    source.join(0.1)
    assert source.is_alive()
    taken = []
    while source.is_alive() or backlog.state().memory_rows:
        piece = backlog.take() or pytest.fail()
        taken += piece.rows
        backlog.done(piece.number)
    assert bits(taken) == bits(all_of(range(20)))


def test_rows_that_are_lost_at_the_end_are_counted(tmp_path: Path) -> None:
    with waiting(tmp_path, range(3)) as backlog:
        spool = backlog.spool or pytest.fail()

        def refuse(*_: object) -> None:
            raise OSError(errno.EIO, "broken")

        spool.append = refuse  # type: ignore[method-assign]
        backlog.close()
        assert backlog.state().dropped_rows == 6
