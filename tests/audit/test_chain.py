"""Whatever is changed in the audit journal is found."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from data.audit.chain import GENESIS, Row, chained, first_fault

TEXT = st.text(max_size=5)
FIELDS = ["ts", "actor", "event", "subject", "detail", "previous", "hash"]


def chain(texts: list[str]) -> list[Row]:
    rows: list[Row] = []
    for seq, text in enumerate(texts, 1):
        before = rows[-1].hash if rows else GENESIS
        rows.append(chained(Row(seq, seq * 1000, text, "role_set", "p-1", "{}", before)))
    return rows


@given(st.lists(TEXT, max_size=6))
def test_what_was_written_is_whole(texts: list[str]) -> None:
    assert first_fault(chain(texts)) == ""


@given(st.lists(TEXT, min_size=1, max_size=6), st.data())
def test_a_changed_field_is_found(texts: list[str], data: st.DataObject) -> None:
    rows = chain(texts)
    at = data.draw(st.integers(0, len(rows) - 1))
    field = data.draw(st.sampled_from(FIELDS))
    old = getattr(rows[at], field)
    rows[at] = replace(rows[at], **{field: old + 1 if field == "ts" else old + "x"})
    assert first_fault(rows) == f"row {at + 1} was changed"


@given(st.lists(TEXT, min_size=2, max_size=6), st.data())
def test_a_removed_row_is_found(texts: list[str], data: st.DataObject) -> None:
    rows = chain(texts)
    at = data.draw(st.integers(0, len(rows) - 2))
    del rows[at]
    assert first_fault(rows) == f"row {at + 1} is missing"


def test_missing_newest_rows_are_found_by_a_head_that_was_noted() -> None:
    rows = chain(["a", "b", "c"])
    head = (3, rows[2].hash)
    assert first_fault(rows, head) == ""
    assert first_fault(rows[:2]) == ""
    assert first_fault(rows[:2], head) == "row 3 is not the one that was noted"
    anew = chain(["a", "b", "d"])
    assert first_fault(anew, head) == "row 3 is not the one that was noted"
