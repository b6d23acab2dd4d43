"""What only the PostgreSQL store does: partitions, order of commits, upgrades, limits of time."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from threading import Thread, Timer

import numpy as np
import psycopg
import pytest

from data import postgres as pg
from data.errors import StoreError
from data.rollups import HOUR_MS, MINUTE_MS, roll_up
from data.telemetry import Appended, open_store
from tests import postgres_server
from tests.raw_sql import sql as sql_rows
from tests.rows import plant, row

DAY_MS = 24 * HOUR_MS
TODAY = 1_795_000_000_000 // DAY_MS * DAY_MS
PARTITIONS = (
    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'readings'::regclass"
    " ORDER BY 1"
)


def partitions(url: str) -> list[str]:
    return [name for (name,) in sql_rows(url, PARTITIONS)]


def test_writers_at_once_never_commit_a_seq_after_a_greater_one(postgres_url: str) -> None:
    """A reader that follows the watermark while they write sees every row once, in order."""
    open_store(postgres_url).close()

    def write(extruder: int) -> None:
        with closing(open_store(postgres_url)) as store:
            for n in range(100):
                store.append([row(TODAY + n, extruder, 1.0), row(TODAY + n, -extruder, 1.0)])

    writers = [Thread(target=write, args=(n,)) for n in (1, 2, 3)]
    for one in writers:
        one.start()
    seen: list[int] = []
    with closing(open_store(postgres_url, readonly=True)) as reader:
        while any(one.is_alive() for one in writers) or seen[-1:] != [reader.last_seq()]:
            seen += [r.seq for r in reader.rows_since(seen[-1] if seen else 0, 50)]
    assert seen == list(range(1, 601))


def test_a_writer_that_gives_up_leaves_no_gap(postgres_url: str) -> None:
    with closing(open_store(postgres_url)) as store:
        store.append([row(TODAY, 1, 1.0)])
        with pytest.raises(StoreError):
            store.append([row(TODAY + 1, 1, 1.0), row(10**17, 1, 1.0)])
        store.append([row(TODAY + 2, 1, 1.0)])
        assert [r.seq for r in store.rows_since(0, 9)] == [1, 2]


def test_a_second_writer_waits_no_longer_than_the_lock_timeout(postgres_url: str) -> None:
    with closing(open_store(postgres_url)) as store, psycopg.connect(postgres_url) as other:
        other.execute("SELECT seq FROM reading_seq FOR UPDATE")
        started = time.monotonic()
        with pytest.raises(StoreError, match="lock timeout"):
            store.append([row(TODAY, 1, 1.0)])
        assert time.monotonic() - started < pg.LOCK_TIMEOUT_MS / 1000 + 1


def test_a_runaway_statement_is_cancelled(postgres_url: str) -> None:
    with closing(pg.connect(f"{postgres_url}?options=-c%20statement_timeout%3D100")) as db:
        with pytest.raises(StoreError, match="statement timeout"):
            pg.query(db, "SELECT pg_sleep(?)", 5)
        assert pg.query(db, "SELECT 1") == [(1,)]


def test_a_store_works_again_after_its_connection_was_lost(postgres_url: str) -> None:
    with closing(open_store(postgres_url)) as store, psycopg.connect(postgres_url) as other:
        store.append([row(TODAY, 1, 1.0)])
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with pytest.raises(StoreError):
            store.append([row(TODAY + 1, 1, 1.0)])
        assert store.append([row(TODAY + 1, 1, 1.0)]) == Appended(stored=1)
        assert store.last_seq() == 2


def test_a_frozen_writer_loses_its_lock_and_writes_nothing(postgres_url: str) -> None:
    url = f"{postgres_url}?options=-c%20idle_in_transaction_session_timeout%3D200"
    with closing(open_store(url)) as store, closing(pg.connect(url)) as frozen:
        with pytest.raises(StoreError), pg.transaction(frozen):
            pg.query(frozen, "UPDATE reading_seq SET seq = 99")
            time.sleep(0.5)
        store.append([row(TODAY, 1, 1.0)])
        assert store.last_seq() == 1


def test_the_day_after_has_its_partition_before_its_first_reading(postgres_url: str) -> None:
    with closing(open_store(postgres_url)) as store:
        store.append([row(TODAY + 1, 1, 1.0)])
        assert partitions(postgres_url) == ["readings_20261118", "readings_20261119"]
        store.append([row(TODAY - 1, 1, 1.0), row(TODAY + DAY_MS, 1, 2.0)])
        assert len(partitions(postgres_url)) == 4
        assert [r.ts - TODAY for r in store.rows_between(1, 0, TODAY * 2)] == [-1, 1, DAY_MS]


def test_a_partition_is_made_while_others_read(postgres_url: str) -> None:
    with closing(open_store(postgres_url)) as store, psycopg.connect(postgres_url) as reader:
        store.append([row(TODAY, 1, 1.0)])
        reader.execute("SELECT * FROM readings").fetchall()  # its transaction is open
        store.append([row(TODAY + 5 * DAY_MS, 1, 1.0)])
        assert store.last_seq() == 2


def test_a_day_that_is_wholly_due_is_dropped_whole(postgres_url: str) -> None:
    with closing(open_store(postgres_url)) as store:
        rows = [row(TODAY + 60_000 * n, e, 1.0) for n in range(1500) for e in (1, 2)]
        store.append(rows)
        assert store.delete_readings({1: TODAY + DAY_MS, 2: TODAY + DAY_MS}, 10) == 0
        assert store.merge_rollups(roll_up(rows, MINUTE_MS), 3000, 0, 3000)
        assert store.delete_readings({1: TODAY + DAY_MS, 2: TODAY + DAY_MS}, 10) == 10
        assert partitions(postgres_url) == ["readings_20261119", "readings_20261120"]
        assert store.delete_readings({1: TODAY + DAY_MS, 2: TODAY + DAY_MS}, 10) == 0
        assert store.reading_spans(2 * TODAY)[1] == (TODAY + DAY_MS, TODAY + 1499 * 60_000)


def test_a_day_that_somebody_needs_is_deleted_in_steps(postgres_url: str) -> None:
    with closing(open_store(postgres_url)) as store:
        rows = [row(TODAY + 60_000 * n, e, 1.0) for n in range(20) for e in (1, 2)]
        store.append(rows)
        assert store.merge_rollups(roll_up(rows, MINUTE_MS), 40, 0, 40)
        steps = [store.delete_readings({1: TODAY + DAY_MS}, 15) for _ in range(3)]
        assert steps == [15, 5, 0]
        assert {r.extruder for r in store.rows_since(0, 99)} == {2}


def test_a_day_that_is_being_read_is_dropped_later(postgres_url: str) -> None:
    with closing(open_store(postgres_url)) as store, psycopg.connect(postgres_url) as reader:
        rows = [row(TODAY, 1, 1.0)]
        store.append(rows)
        assert store.merge_rollups(roll_up(rows, MINUTE_MS), 1, 0, 1)
        reader.execute("SELECT * FROM readings").fetchall()
        assert store.delete_readings({1: TODAY + DAY_MS}, 10) == 0
        reader.rollback()
        assert store.delete_readings({1: TODAY + DAY_MS}, 10) == 1


def test_a_question_of_one_day_looks_at_no_other(postgres_url: str) -> None:
    with closing(open_store(postgres_url)) as store:
        store.append([row(TODAY + n * DAY_MS, 1, 1.0) for n in range(30)])
    where = f"extruder = 1 AND ts >= {TODAY} AND ts < {TODAY + DAY_MS}"
    plan = sql_rows(postgres_url, f"EXPLAIN SELECT seq FROM readings WHERE {where} ORDER BY ts")
    text = "\n".join(line for (line,) in plan)
    assert "readings_20261118" in text
    assert "readings_20261119" not in text


def test_rows_of_no_signals_and_of_every_bit_come_back(postgres_url: str) -> None:
    odd = row(TODAY, 1, 0.0, 0.0, 0.0, 0.0)
    odd.values[:] = np.array([0x7FC12345, 0x80000000, 1, 0xFF800000], np.uint32).view(np.float32)
    with closing(open_store(postgres_url)) as store:
        store.append([odd, row(TODAY, 2)])
        back, nothing = store.rows_since(0, 9)
    assert back.values.tobytes() == odd.values.tobytes()
    assert len(nothing.values) == len(nothing.quality) == 0


def test_processes_that_start_at_once_make_one_schema(postgres_url: str) -> None:
    failed: list[BaseException] = []
    ready = threading.Barrier(4)

    def start() -> None:
        ready.wait()
        try:
            open_store(postgres_url).close()
        except BaseException as error:
            failed.append(error)

    starting = [Thread(target=start) for _ in range(4)]
    for one in starting:
        one.start()
    for one in starting:
        one.join()
    assert failed == []
    assert sql_rows(postgres_url, "SELECT version_num FROM alembic_version") == [
        (pg.SCHEMA_VERSION,)
    ]


def test_a_reader_that_starts_first_waits_for_the_schema(postgres_url: str) -> None:
    writer = Timer(0.3, lambda: open_store(postgres_url).close())
    writer.start()
    with closing(open_store(postgres_url, readonly=True)) as reader:
        assert reader.last_seq() == 0
    writer.join()


def test_the_newest_migration_is_the_version_that_is_expected() -> None:
    versions = Path(pg.__file__).parent / "migrations" / "versions"
    newest = max(path.name for path in versions.glob("[0-9]*.py"))
    assert newest.startswith(f"{pg.SCHEMA_VERSION}_")


def test_errors_do_not_tell_the_password() -> None:
    with pytest.raises(StoreError, match="cannot open") as caught:
        open_store("postgresql://plant:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)


def test_marks_in_quotes_and_percent_signs_are_no_parameters(postgres_url: str) -> None:
    with closing(pg.connect(postgres_url)) as db:
        assert pg.query(db, """SELECT '?%' AS "a?", 9 % ?::int""", 7) == [("?%", 2)]


@pytest.mark.parametrize(
    ("url", "driver", "other"),
    [("sqlite:///{}", "data.sqlite_file", "psycopg"), ("{}", "psycopg", "data.sqlite_file")],
)
def test_only_the_chosen_driver_is_loaded(
    tmp_path: Path, postgres_url: str, url: str, driver: str, other: str
) -> None:
    named = url.format(postgres_url if url == "{}" else tmp_path / "telemetry.sqlite")
    code = (
        "import sys; from data.telemetry import open_store; open_store(sys.argv[1]).close();"
        "print(*(name in sys.modules for name in sys.argv[2:]))"
    )
    command = [sys.executable, "-c", code, named, driver, other]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip), ("1", pytest.fail)])
def test_a_missing_server_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type
) -> None:
    monkeypatch.setattr(postgres_server, "find_initdb", lambda: None)
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome.Exception, match="apt-get install postgresql"):  # type: ignore[attr-defined]
        postgres_server.need_initdb()


def test_the_catalogue_of_a_thousand_extruders_is_put_in_time(postgres_url: str) -> None:
    with closing(open_store(postgres_url)) as store:
        store.put_catalogue(plant(1000), "test", "")
        assert len(store.catalogue().extruders) == 1000


@pytest.mark.parametrize("readonly", [False, True])
def test_a_newer_schema_is_refused_unless_it_works_with_this_version(
    postgres_url: str, readonly: bool
) -> None:
    open_store(postgres_url).close()
    for comment in ("NULL", "'works with 9998'"):
        with psycopg.connect(postgres_url) as db:
            db.execute("UPDATE alembic_version SET version_num = '9999'")
            db.execute(f"COMMENT ON TABLE alembic_version IS {comment}")  # type: ignore[call-overload]
        with pytest.raises(StoreError, match="use the newer Meltwatch"):
            open_store(postgres_url, readonly)
    with psycopg.connect(postgres_url) as db:
        pg.tell_works_with(db)
    open_store(postgres_url, readonly).close()
