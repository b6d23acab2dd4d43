"""The auditor of the faults notices what is lost, twice, or was never there."""

from __future__ import annotations

import math
from contextlib import closing

import pytest

from data.commands import command_from_dict
from data.journal import Batch, open_journal
from data.telemetry import TelemetryStore
from tests.faults.ledger import lost_commands, lost_readings, wrong_values
from tests.faults.observer import Observer, Seen
from tests.faults.verdict import judge, measured
from tests.raw_sql import sql
from tests.rows import row

pytestmark = pytest.mark.both_stores

NOW = 1_800_000_000_000
NOTE = {"action": "annotate", "who": "Ana", "kind": "note", "extruder": 1, "comment": "Screen"}


def test_a_second_that_is_missing_is_lost(store: TelemetryStore, store_url: str) -> None:
    store.append([row(NOW + 1000 * n, 1, float(n)) for n in range(5)])
    assert lost_readings(store_url, [1], NOW) == 0
    sql(store_url, "DELETE FROM readings WHERE ts = ?", NOW + 2000)
    assert lost_readings(store_url, [1], NOW) == 1


def test_what_the_store_does_not_hold_is_wrong_and_a_gap_is_not(
    store: TelemetryStore, store_url: str
) -> None:
    store.append([row(NOW, 1, 200.0, 210.0)])
    shown = {NOW: (0.0, 210.0), NOW + 1000: (math.nan, 210.0)}
    assert wrong_values(store_url, 1, shown) == 2


def test_a_command_counts_once_it_is_done_and_its_note_is_there(
    store: TelemetryStore, store_url: str
) -> None:
    with closing(open_journal(store_url)) as journal:
        for id_ in ("a", "b", "c"):
            journal.record_command(command_from_dict({**NOTE, "id": id_}, ts=NOW))
        journal.write(Batch(NOW, applied_commands=["a", "b"]))
    sql(store_url, "DELETE FROM annotations WHERE id = 'b'")
    assert lost_commands(store_url, ["a", "b", "c", "never"]) == ["b", "c", "never"]


def test_a_missed_limit_is_named() -> None:
    observer = Observer("http://127.0.0.1:1", "none")
    ages = [(0.0, 1.0), (1.0, 1.0), (20.0, 9.0), (21.0, 1.0)]
    observer.seen += [Seen("/plant", at, 0.1, 200, 900.0, 900.0, age) for at, age in ages]
    observer.seen.append(Seen("/plant", 22.0, 6.0, 200))
    found = measured("none", 1, observer)
    judge(found, 15)
    assert found.missed == [
        "an answer took 6.0 s",
        "no fresh readings for 20 s",
        "9.0 s old without a mark",
        "no command was confirmed",
    ]
