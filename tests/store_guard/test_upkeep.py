"""A database that does not clean up behind itself, and a file that readers hold."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from data.store_guard import Finding, postgres_upkeep, sqlite_upkeep
from data.store_guard.stores import asking
from data.telemetry import TelemetryStore, open_store
from tests.raw_sql import sql
from tests.rows import plant, row


@pytest.fixture
def url(postgres_url: str) -> str:
    with closing(open_store(postgres_url)) as store:
        store.put_catalogue(plant(1), "test", "test")
        store.append([row(1_000, 1, 1.0)])
    return postgres_url


def found(url: str) -> list[Finding]:
    with asking(url) as ask:
        return list(postgres_upkeep.upkeep(ask))


def test_a_new_database_is_kept_up(url: str) -> None:
    assert found(url) == []


@pytest.mark.parametrize("option", ["autovacuum_enabled", "toast.autovacuum_enabled"])
def test_autovacuum_that_is_switched_off_for_a_table_is_found(url: str, option: str) -> None:
    for table in ("readings_19700101", "minute_rollups"):
        sql(url, f"ALTER TABLE {table} SET ({option} = off)")
    lost = found(url)
    prefix = option.removesuffix("autovacuum_enabled")
    assert {one.key for one in lost} == {
        f"autovacuum:{prefix}minute_rollups", f"autovacuum:{prefix}readings_19700101"
    }  # fmt: skip
    for one in lost:
        sql(url, one.mend)
    assert found(url) == []


def test_autovacuum_that_is_off_for_the_server_is_found(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("ALTER SYSTEM SET autovacuum = off")
        db.execute("SELECT pg_reload_conf()")
        try:
            wait_for(url, "off")
            (one,) = found(url)
            for statement in one.mend.splitlines():
                db.execute(statement)  # type: ignore[call-overload]
            wait_for(url, "on")
            assert found(url) == []
        finally:
            db.execute("ALTER SYSTEM RESET autovacuum")
            db.execute("SELECT pg_reload_conf()")


def wait_for(url: str, value: str) -> None:
    while sql(url, "SHOW autovacuum") != [(value,)]:
        pass


def test_dead_rows_that_pile_up_are_found(url: str) -> None:
    sql(url, "ALTER TABLE commands SET (autovacuum_enabled = off)")
    sql(url, "INSERT INTO commands (id, ts, who, body)"
             " SELECT n::text, n, '', '' FROM generate_series(1, 60000) AS n")  # fmt: skip
    sql(url, "DELETE FROM commands")
    sql(url, "SELECT pg_stat_force_next_flush()")
    (dead,) = (one for one in found(url) if one.key == "dead rows:commands")
    assert "60,000 dead rows" in dead.text and "never cleaned up" in dead.text
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(dead.mend)  # type: ignore[call-overload]
    assert [one.key for one in found(url)] == ["autovacuum:commands"]


@pytest.fixture
def file(store: TelemetryStore, store_url: str) -> Iterator[Path]:
    yield Path(store_url.removeprefix("sqlite:///"))


def of_file(path: Path) -> list[Finding]:
    with asking(f"sqlite:///{path}") as ask:
        return list(sqlite_upkeep.upkeep(ask, path))


def test_a_new_file_is_kept_up(file: Path) -> None:
    assert of_file(file) == []


def test_a_log_that_a_reader_holds_is_found(
    file: Path, store: TelemetryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_upkeep, "LONGEST_LOG", 8 * sqlite_upkeep.MIB)
    numbers = [float(n) for n in range(100)]
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM meta").fetchall()
        for start in range(0, 20_000, 1_000):
            store.append([row(start + n, 1, *numbers) for n in range(1_000)])
        (one,) = of_file(file)
    assert one.key == "log"
    assert f"{file}-wal" in one.mend
    shorten = one.mend.splitlines()[-1]
    sql(f"sqlite:///{file}", shorten)
    assert of_file(file) == []


def test_without_the_log_readers_and_writers_wait(file: Path, store: TelemetryStore) -> None:
    store.close()
    sql(f"sqlite:///{file}", "PRAGMA journal_mode = DELETE")
    # A worker that opens the file puts this right: only a reader sees it.
    (one,) = of_file(file)
    sql(f"sqlite:///{file}", one.mend)
    assert of_file(file) == []
