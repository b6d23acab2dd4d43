"""What somebody did to a real store is found, and what the finding says mends it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from data.alarms.events import Priority
from data.store_guard import Finding
from data.store_guard.checks import minute_check
from data.store_guard.needed import needed
from data.telemetry import TelemetryStore, open_store
from tests.raw_sql import sql
from tests.rows import plant, row

DAY = 86_400_000


def found(url: str) -> tuple[Finding, ...]:
    return minute_check(url, 0, 0, None).findings


def only(url: str) -> Finding:
    (one,) = found(url)
    return one


def run(url: str, script: str) -> None:
    """As a person would: statement by statement, each by itself."""
    if url.startswith("sqlite:"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            file.executescript(script)
        return
    with psycopg.connect(url, autocommit=True) as db:
        for statement in script.split(";"):
            if statement.strip():
                db.execute(statement)  # type: ignore[call-overload]


@pytest.fixture
def filled(store: TelemetryStore, store_url: str) -> Iterator[str]:
    """URL of a store with readings of two days."""
    store.put_catalogue(plant(1), "test", "test")
    store.append([row(ts, 1, 1.0) for ts in (1_000, 2_000, DAY + 1_000)])
    yield store_url


@pytest.mark.both_stores
def test_a_missing_index_is_named_with_the_statement_that_restores_it(filled: str) -> None:
    sql(filled, "DROP INDEX alarm_events_by_extruder")
    one = only(filled)
    assert one.key == "index:alarm_events.alarm_events_by_extruder"
    assert one.priority is Priority.CRITICAL
    assert "alarm_events_by_extruder of alarm_events" in one.text
    assert one.mend.startswith("CREATE INDEX") and one.mend.endswith(";")
    run(filled, one.mend)
    assert found(filled) == ()


@pytest.mark.both_stores
def test_every_index_that_can_be_dropped_is_missed_and_comes_back(filled: str) -> None:
    kind = "postgres" if filled.startswith("postgres") else "sqlite"
    for index in needed(kind):
        if not dropped(filled, index.table, index.name, index.constraint):
            continue
        run(filled, only(filled).mend)
        assert found(filled) == (), index.name


def dropped(url: str, table: str, name: str, constraint: str) -> bool:
    """False for what SQLite keeps by itself."""
    if constraint:
        run(url, f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE")
        return True
    if url.startswith("sqlite:") and not sql(url, "SELECT sql FROM sqlite_schema WHERE name = ?"
                                             " AND sql IS NOT NULL", name):  # fmt: skip
        return False
    run(url, f"DROP INDEX {name}")
    return True


@pytest.mark.parametrize("table", ["readings", "minute_rollups"])
def test_a_table_that_was_made_anew_without_its_keys_is_found(filled: str, table: str) -> None:
    run(filled, f"PRAGMA legacy_alter_table = ON; CREATE TABLE copy AS SELECT * FROM {table};"
                f"DROP TABLE {table};"
                f"ALTER TABLE copy RENAME TO {table}")  # fmt: skip
    lost = found(filled)
    assert {one.text.split(" of ")[1].split(" is ")[0] for one in lost} >= {
        f"{table} (extruder, ts)"
    }
    for one in lost:
        run(filled, one.mend)
    assert found(filled) == ()


@pytest.mark.both_stores
def test_a_trigger_is_named_with_the_statement_that_drops_it(filled: str) -> None:
    body = "BEGIN UPDATE meta SET value = value; END"
    if filled.startswith("postgres"):
        sql(filled, "CREATE FUNCTION looping() RETURNS trigger LANGUAGE plpgsql AS"
                          " $$BEGIN LOOP NULL; END LOOP; END$$")  # fmt: skip
        body = "FOR EACH ROW EXECUTE FUNCTION looping()"
    sql(filled, f"CREATE TRIGGER audit AFTER INSERT ON readings {body}")
    one = only(filled)
    assert (one.key, one.priority) == ("trigger:readings.audit", Priority.CRITICAL)
    if filled.startswith("postgres"):
        assert "looping()" in one.text
    run(filled, one.mend)
    assert found(filled) == ()


def test_a_trigger_of_one_partition_is_found_and_of_all_is_told_once(
    postgres_url: str,
) -> None:
    with closing(open_store(postgres_url)) as store:
        store.put_catalogue(plant(1), "test", "test")
        store.append([row(1_000, 1, 1.0)])
    sql(postgres_url, "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS"
                            " $$BEGIN RETURN NEW; END$$")  # fmt: skip
    each = "BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION nothing()"
    run(postgres_url, f"CREATE TRIGGER one {each.format('readings_19700101')}")
    assert only(postgres_url).key == "trigger:readings_19700101.one"
    run(postgres_url, "DROP TRIGGER one ON readings_19700101")
    run(postgres_url, f"CREATE TRIGGER all_ {each.format('readings')}")
    assert only(postgres_url).key == "trigger:readings.all_"


@pytest.fixture
def in_postgres(postgres_url: str) -> str:
    with closing(open_store(postgres_url)) as store:
        store.put_catalogue(plant(1), "test", "test")
        store.append([row(ts, 1, 1.0) for ts in (1_000, DAY + 1_000)])
    return postgres_url


def test_a_rule_and_an_event_trigger_are_found(in_postgres: str) -> None:
    run(in_postgres, "CREATE RULE away AS ON DELETE TO alarm_events DO INSTEAD NOTHING")
    sql(in_postgres, "CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS"
                           " $$BEGIN NULL; END$$")  # fmt: skip
    run(in_postgres, "CREATE EVENT TRIGGER watching ON ddl_command_start EXECUTE FUNCTION watch()")
    lost = found(in_postgres)
    assert {one.key for one in lost} == {"rule:alarm_events.away", "event trigger:watching"}
    for one in lost:
        run(in_postgres, one.mend)
    assert found(in_postgres) == ()


def test_an_index_that_leaves_out_a_partition_is_found(in_postgres: str) -> None:
    run(in_postgres, "DROP INDEX readings_by_seq;"
                     "CREATE INDEX readings_by_seq ON ONLY readings (seq);"
                     "CREATE INDEX first ON readings_19700101 (seq);"
                     "ALTER INDEX readings_by_seq ATTACH PARTITION first")  # fmt: skip
    lost = found(in_postgres)
    assert [one.key for one in lost] == [
        "index:readings.readings_by_seq.readings_19700102",
        "index:readings.readings_by_seq.readings_19700103",
    ]
    for one in lost:
        run(in_postgres, one.mend)
    assert found(in_postgres) == ()


def test_an_index_of_all_partitions_comes_back_without_holding_up_the_writer(
    in_postgres: str,
) -> None:
    run(in_postgres, "DROP INDEX readings_by_seq")
    mend = only(in_postgres).mend
    assert "ON ONLY readings" in mend and mend.count("CONCURRENTLY") == 3
    run(in_postgres, mend)
    assert found(in_postgres) == ()
    with closing(open_store(in_postgres)) as store:  # also of the days to come
        store.append([row(5 * DAY, 1, 1.0)])
    assert found(in_postgres) == ()


def test_an_invalid_index_is_found(in_postgres: str) -> None:
    run(in_postgres, "UPDATE pg_index SET indisvalid = false"
                     " WHERE indexrelid = 'alarm_events_by_ts'::regclass")  # fmt: skip
    lost = found(in_postgres)
    assert {one.key for one in lost} == {
        "index:alarm_events.alarm_events_by_ts",
        "invalid:alarm_events_by_ts",
    }
    invalid = next(one for one in lost if one.key.startswith("invalid"))
    run(in_postgres, invalid.mend)
    assert found(in_postgres) == ()


def test_a_day_that_was_detached_is_found(in_postgres: str) -> None:
    run(in_postgres, "ALTER TABLE readings DETACH PARTITION readings_19700101")
    one = only(in_postgres)
    assert "1970-01-01" in one.text
    run(in_postgres, one.mend)
    assert found(in_postgres) == ()
    with closing(open_store(in_postgres, readonly=True)) as store:
        assert len(store.rows_since(0, 10)) == 2
