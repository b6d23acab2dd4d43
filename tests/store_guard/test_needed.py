"""The record of needed indexes is that of a new store, of either kind."""

from __future__ import annotations

import pytest

from data.store_guard.checks import minute_check
from data.store_guard.needed import Index, absent, needed
from tests.store_guard.record import RECORDS, recorded

BY_TS = Index("events", "events_by_ts", "(ts)", unique=False)


@pytest.mark.both_stores
def test_the_record_is_that_of_a_new_store(store_url: str) -> None:
    kind = store_url.partition(":")[0].removesuffix("ql")
    kind = {"sqlite": "sqlite", "postgres": "postgres"}[kind]
    told = "the schema has changed: run python -m tests.store_guard.record"
    assert (RECORDS / f"needed_{kind}.json").read_text("utf-8") == recorded(store_url), told


@pytest.mark.both_stores
def test_a_new_store_has_all_that_it_needs(store_url: str) -> None:
    recorded(store_url)
    checked = minute_check(store_url, 0, 0, None)
    assert checked.findings == ()
    assert checked.indexes >= 40


def test_keys_are_needed_as_indexes_are() -> None:
    for kind in ("sqlite", "postgres"):
        wanted = {(one.table, one.unique) for one in needed(kind)}
        assert {("readings", True), ("minute_rollups", True), ("alarm_events", False)} <= wanted


def test_an_index_of_another_name_does_as_well() -> None:
    other = Index("events", "mine", "(ts)", unique=True)
    assert absent([BY_TS], [other]) == []


def test_other_columns_another_condition_or_a_lost_uniqueness_do_not() -> None:
    others = [
        Index("events", "events_by_ts", "(ts, extruder)", unique=False),
        Index("events", "part", "(ts) WHERE applied IS NULL", unique=False),
        Index("other", "events_by_ts", "(ts)", unique=False),
    ]
    assert absent([BY_TS], others) == [BY_TS]
    key = Index("events", "key", "(ts)", unique=True)
    assert absent([key], [BY_TS]) == [key]
