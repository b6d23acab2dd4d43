"""Notes and annotations are kept once, when their command is applied."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from data.commands import command_from_dict
from data.journal import Batch, Journal, open_journal
from tests.journal.samples import malfunction
from tests.raw_sql import sql

pytestmark = pytest.mark.both_stores


@pytest.fixture
def journal(store_url: str) -> Any:
    with closing(open_journal(store_url)) as opened:
        yield opened


def apply(journal: Journal, ts: int = 50, **fields: object) -> None:
    journal.record_command(command_from_dict({"who": "Ana", **fields}, ts))
    for _ in range(2):  # a tick that is repeated changes nothing
        journal.write(Batch(ts + 1, applied_commands=[str(fields["id"])]))


def test_a_note_with_its_text_is_an_action_on_the_malfunction(journal: Journal) -> None:
    one = malfunction(1_000_000)
    journal.write(Batch(1, malfunctions=[one]))
    apply(
        journal, id="n1", action="note_malfunction", malfunction=one.id, comment="see the log",
        attachment_name="log.txt", attachment="line 1\nline 2",
    )  # fmt: skip
    (action,) = journal.malfunction_actions(one.id)
    assert (action.who, action.action, action.text) == ("Ana", "note_malfunction", "see the log")
    assert (action.attachment_name, action.attachment) == ("log.txt", "line 1\nline 2")


def test_an_annotation_is_kept_and_when_removed_it_is_still_there(
    journal: Journal, store_url: str
) -> None:
    apply(
        journal, id="a1", action="annotate", kind="golden", extruder=3, product=1, start=10,
        end=20, comment="steady",
    )  # fmt: skip
    columns = 'kind, extruder, signal, product, start, "end", text, who, removed, removed_by'
    assert sql(store_url, f"SELECT {columns} FROM annotations") == [
        ("golden", 3, "", 1, 10, 20, "steady", "Ana", None, "")
    ]
    apply(journal, 70, id="a2", action="remove_annotation", annotation="a1", who="Ben")
    assert sql(store_url, "SELECT id, removed, removed_by FROM annotations") == [("a1", 70, "Ben")]
    apply(journal, 90, id="a3", action="remove_annotation", annotation="a1", who="Cem")
    assert sql(store_url, "SELECT removed_by FROM annotations") == [("Ben",)]


def test_other_commands_leave_no_annotation(journal: Journal, store_url: str) -> None:
    apply(journal, id="c1", action="acknowledge", alarms=["3|MainDrive.Load|HH"])
    assert sql(store_url, "SELECT count(*) FROM annotations") == [(0,)]


def test_product_and_hours_of_a_malfunction_can_be_asked_in_sql(
    journal: Journal, store_url: str
) -> None:
    journal.write(Batch(1, malfunctions=[malfunction(1_000_000, product=2)]))
    assert sql(store_url, "SELECT product, hours FROM malfunctions") == [(2, 0.0)]
