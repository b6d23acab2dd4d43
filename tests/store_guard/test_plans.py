"""The product's own statements are explained, and what they read from end to end is told."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from data.history import Questions, open_history
from data.store_guard.plans import Plan, explained, findings, read_by_postgres, read_by_sqlite
from tests.history.shift_plant import PLAN
from tests.raw_sql import sql
from tests.store_guard.grown import grow

NOW = int(time.time() * 1000)


@pytest.fixture
def grown(store_url: str, tmp_path: Path) -> str:
    grow(store_url, tmp_path)
    return store_url


def history(url: str) -> Questions:
    return open_history(url, PLAN)


@pytest.mark.both_stores
def test_a_grown_store_uses_its_indexes(grown: str) -> None:
    plans = explained(history(grown), grown, NOW)
    assert findings(plans) == []
    asked = {plan.asker for plan in plans}
    assert asked >= {"the workers", "playback", "trends", "malfunctions", "the shift report"}
    assert len(plans) > 40


@pytest.mark.both_stores
def test_a_new_store_uses_its_indexes(store: object, store_url: str) -> None:
    assert findings(explained(history(store_url), store_url, NOW)) == []


@pytest.mark.both_stores
def test_what_an_index_is_missing_for_is_told(grown: str) -> None:
    if grown.startswith("postgres"):
        sql(grown, "DROP INDEX readings_by_seq")
        sql(grown, "ALTER TABLE minute_rollups DROP CONSTRAINT minute_rollups_pkey")
        wanted = {"scan:readings": "the workers", "scan:minute_rollups": "the shift report"}
    else:
        sql(grown, "DROP INDEX alarm_events_by_extruder")
        sql(grown, "DROP INDEX alarm_events_by_ts")
        wanted = {"scan:alarm_events": "the shift report"}
    found = {one.key: one.text for one in findings(explained(history(grown), grown, NOW))}
    assert found.keys() == wanted.keys()
    assert all(asker in found[key] for key, asker in wanted.items())


def test_no_statement_is_only_asked_and_not_explained(grown: str) -> None:
    """A question that fails half-way would leave the rest unexplained."""
    plans = explained(history(grown), grown, NOW)
    by_asker = {one.asker: [p.sql for p in plans if p.asker == one.asker] for one in plans}
    assert any("hour_rollups" in text for text in by_asker["trends"])
    assert any("minute_rollups" in text for text in by_asker["trends"])
    assert any('"values"' in text for text in by_asker["trends"])
    assert any("frames" in text for text in by_asker["the dossier"])


def test_sqlite_names_a_table_by_its_alias() -> None:
    text = "SELECT * FROM malfunctions m JOIN frames AS f ON f.malfunction = m.id WHERE m.kg > ?"
    assert set(read_by_sqlite(text, ["SCAN m", "SEARCH f USING INDEX x (malfunction=?)"])) == {
        "malfunctions"
    }
    # An index that SQLite makes for one statement reads all of the table to make it.
    built = "SEARCH f USING AUTOMATIC COVERING INDEX (malfunction=?)"
    assert set(read_by_sqlite(text, ["SEARCH m USING INDEX y (onset>?)", built])) == {"frames"}


def test_small_tables_may_be_read_whole() -> None:
    assert list(read_by_sqlite("SELECT * FROM extruders e ORDER BY e.id", ["SCAN e"])) == []
    assert list(read_by_postgres({"Node Type": "Seq Scan", "Relation Name": "products"})) == []


def test_a_partition_counts_as_the_readings() -> None:
    scan = {"Node Type": "Seq Scan", "Relation Name": "readings_20261125"}
    index = {"Node Type": "Index Scan", "Relation Name": "readings_20261126"}
    assert list(read_by_postgres({"Node Type": "Append", "Plans": [scan, index]})) == ["readings"]


def test_who_reads_a_table_whole_is_told_once() -> None:
    plans = [
        Plan("trends", "SELECT 1", frozenset({"readings"})),
        Plan("trends", "SELECT 2", frozenset({"readings"})),
        Plan("playback", "SELECT 3", frozenset({"readings"})),
    ]
    (one,) = findings(plans)
    assert one.text.endswith("by trends, playback.")
