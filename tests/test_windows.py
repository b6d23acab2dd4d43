"""Rings: any order of arrival ends in the ring that the whole store would build."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.quality import Quality
from data.windows import (
    HEADER_SIZE,
    NEVER,
    Header,
    RingSpec,
    Row,
    Write,
    advance,
    build,
    correct,
    fold,
    record_row,
    split_late,
    unroll,
)
from tests.rows import row

SPEC = RingSpec(signals=2, slots=6, step_ms=1000)


def apply(blob: bytes, writes: list[Write]) -> bytes:
    changed = bytearray(blob)
    for write in writes:
        changed[write.offset : write.offset + len(write.data)] = write.data
    assert len(changed) == len(blob)
    return bytes(changed)


def take_in(blob: bytes, rows: list[Row], stored: dict[int, Row]) -> bytes:
    """One refresh: `stored` is the store by ts, rows already in it."""
    header = Header.unpack(blob)
    fresh, late = split_late(header, rows)
    start = header.spec.offset(header.spec.step_of(header.head_ts))
    now = record_row(header, blob[start : start + header.spec.record.itemsize])
    header, writes = advance(header, fresh, now)
    if late:
        steps = fold(stored.values(), header.spec)
        header, more = correct(header, {step: steps[step] for step in late})
        writes += more
    return apply(blob, writes)


cells = st.one_of(st.none(), st.floats(-1e6, 1e6, width=32))
readings = st.tuples(st.integers(0, 14_000), cells, cells)


@given(st.lists(st.lists(readings, max_size=4), max_size=8))
def test_any_order_of_arrival_ends_in_the_ring_built_from_the_store(
    ticks: list[list[tuple[int, float | None, float | None]]],
) -> None:
    blob, stored = build([], SPEC), {}
    for tick in ticks:
        batch = {ts: row(ts, 1, a, b) for ts, a, b in tick}
        batch = {ts: one for ts, one in batch.items() if ts not in stored}
        stored |= batch
        blob = take_in(blob, list(batch.values()), stored)
    expected, got = unroll(build(list(stored.values()), SPEC)), unroll(blob)
    assert got.header.head_ts == expected.header.head_ts
    np.testing.assert_array_equal(got.values, expected.values)
    np.testing.assert_array_equal(got.quality, expected.quality)


def test_an_empty_ring_has_no_steps() -> None:
    window = unroll(build([], SPEC))
    assert window.header.head_ts == NEVER
    assert len(window.values) == 0


def test_a_gap_is_nan_and_absent() -> None:
    blob = build([row(1000, 1, 1.0, 2.0)], SPEC)
    blob = take_in(blob, [row(4000, 1, 5.0, 6.0)], {})
    window = unroll(blob, last=4)
    np.testing.assert_array_equal(window.values[:, 0], np.array([1, np.nan, np.nan, 5], "f4"))
    assert list(window.quality[:, 0]) == [0, Quality.ABSENT, Quality.ABSENT, 0]


def test_a_gap_longer_than_the_window_clears_it() -> None:
    blob = build([row(1000 * t, 1, 1.0, 2.0) for t in range(6)], SPEC)
    blob = take_in(blob, [row(100_000, 1, 5.0, 6.0)], {})
    assert np.isnan(unroll(blob).values[:-1]).all()
    assert unroll(blob).values[-1].tolist() == [5.0, 6.0]


def test_a_later_reading_of_the_same_second_keeps_what_it_does_not_report() -> None:
    blob = build([row(1000, 1, 1.0, 2.0)], SPEC)
    blob = take_in(blob, [row(1400, 1, None, 9.0)], {})
    assert unroll(blob, last=1).values.tolist() == [[1.0, 9.0]]


def test_a_correction_raises_the_revision_and_nothing_else_does() -> None:
    blob = build([row(1000, 1, 1.0, 2.0), row(3000, 1, 1.0, 2.0)], SPEC)
    late = row(2000, 1, 7.0, 7.0)
    corrected = take_in(blob, [late], {2000: late})
    assert Header.unpack(corrected).revision == Header.unpack(blob).revision + 1
    forward = take_in(blob, [row(4000, 1, 1.0, 1.0)], {})
    assert Header.unpack(forward).revision == Header.unpack(blob).revision


def test_a_reading_older_than_the_window_changes_nothing() -> None:
    blob = build([row(100_000, 1, 1.0, 2.0)], SPEC)
    assert take_in(blob, [row(5000, 1, 9.0, 9.0)], {}) == blob


def test_rows_older_than_a_new_signal_are_padded() -> None:
    blob = build([row(1000, 1, 1.0), row(2000, 1, 1.0, 2.0)], SPEC)
    window = unroll(blob, last=2)
    assert window.quality[:, 1].tolist() == [Quality.ABSENT, Quality.GOOD]


def test_the_header_survives_packing() -> None:
    header = Header(SPEC, head_ts=1_795_000_000_123, revision=7)
    assert len(header.pack()) == HEADER_SIZE
    assert Header.unpack(header.pack()) == header
