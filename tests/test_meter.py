"""What is asked of the store is counted at the lowest place, by job, on both stores."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from data.history import Reader, open_history
from data.journal import open_journal
from data.meter import Tally, asked, metered, received, size_of, take
from data.settings import Settings
from data.telemetry import TelemetryStore, open_store
from tests.rows import plant, row

NOW = int(time.time()) * 1000


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    take()
    yield
    take()


def test_a_value_weighs_its_length_and_a_number_eight_bytes() -> None:
    rows = [(1, 2.5, b"abc", "text", None), (2, 0.5, b"", "x", b"12345")]
    assert size_of(rows) == 4 * 8 + 3 + 5 + 5


def test_columns_that_a_driver_gives_as_lists_weigh_eight_bytes_per_element() -> None:
    assert size_of([([1.0, 2.0],), ([3.0],), (None,)]) == 24


def test_a_column_of_mixed_kinds_does_not_break_the_query() -> None:
    assert size_of([("text",), (3,)]) == 16


def test_tallies_are_by_job_and_begin_anew_when_taken() -> None:
    with metered("refresh"):
        asked(2)
        received([(1, b"ab")])
    asked()
    assert take() == {"refresh": Tally(2, 1, 1, 10), "other": Tally(1)}
    assert take() == {}


def test_the_outermost_job_counts() -> None:
    with metered("notifier"), metered("history"):
        asked()
    assert take() == {"notifier": Tally(1)}


def test_a_job_that_fails_gives_its_name_back() -> None:
    with pytest.raises(ValueError), metered("trim"):
        raise ValueError
    asked()
    assert take() == {"other": Tally(1)}


def test_threads_count_under_their_own_jobs() -> None:
    def work(job: str) -> None:
        with metered(job):
            for _ in range(1000):
                asked()

    threads = [threading.Thread(target=work, args=(f"job{n % 2}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert take() == {"job0": Tally(4000), "job1": Tally(4000)}


@pytest.mark.both_stores
def test_readings_are_counted_with_their_bytes(store: TelemetryStore) -> None:
    store.append([row(1000 * n, 1, 1.0, 2.0, 3.0) for n in range(50)])
    take()
    with metered("refresh"):
        assert len(store.rows_since(0, 100)) == 50
    counted = take()["refresh"]
    assert counted[:3] == (1, 1, 50)
    # seq, extruder and time; then 4 bytes per value packed, or an array as PostgreSQL sends it.
    assert counted.bytes in (50 * (24 + 3 * 4), 50 * (24 + 20 + 3 * 8))


@pytest.mark.both_stores
def test_what_a_quiet_refresh_asks_is_three_statements(store: TelemetryStore) -> None:
    store.append([row(1000, 1, 1.0)])
    take()
    before = store.statements
    store.catalogue_version(), store.rows_since(1, 10), store.last_seq()
    assert take()["other"].statements == store.statements - before == 3


@pytest.mark.both_stores
def test_writes_count_as_statements_and_read_no_rows(store: TelemetryStore, store_url: str) -> None:
    store.append([row(0, 1, 1.0)])  # PostgreSQL has made the day's partition
    take()
    with metered("ingest"):
        store.append([row(1000, 1, 1.0), row(2000, 1, 1.0)])
    (counted,) = take().values()
    if store_url.startswith("sqlite"):
        assert counted == Tally(statements=2)
    else:  # locks, looks the rows up, knows the partitions, takes two numbers, copies
        assert (counted.statements, counted.rows) == (5, 2)


@pytest.mark.both_stores
def test_connecting_and_transactions_count_nothing(store: TelemetryStore, store_url: str) -> None:
    take()
    open_store(store_url, readonly=True).close()
    open_store(store_url).close()
    assert take() == {}


@pytest.mark.both_stores
def test_rollups_catalogue_and_journal_are_counted_too(
    store: TelemetryStore, store_url: str
) -> None:
    with metered("ingest"):
        store.put_catalogue(plant(2), "test", "")
    assert take()["ingest"].statements > 4
    journal = open_journal(store_url)
    with metered("command"):
        assert journal.pending_commands() == []
    journal.close()
    assert take() == {"command": Tally(1, 1)}


@pytest.mark.both_stores
def test_questions_about_the_past_are_the_jobs_of_history(
    store: TelemetryStore, store_url: str
) -> None:
    store.append([row(NOW, 1, 1.0), row(NOW + 1000, 1, 1.0)])
    take()

    def question(reader: Reader) -> int:
        return len(reader.all("SELECT ts FROM readings WHERE extruder = ?", 1))

    history = open_history(store_url, Settings.from_env({}).shifts)
    assert history.ask(question) == 2
    assert take() == {"history": Tally(1, 1, 2, 16)}
