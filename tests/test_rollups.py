"""Rollups: any order and any grouping of readings ends in the same minutes and hours."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.quality import Quality
from data.rollups import (
    HOUR_MS,
    MINUTE_MS,
    MOST,
    NOTHING,
    RECORD,
    InHand,
    join,
    merge,
    pack,
    regroup,
    roll_up,
    signals_of,
    unpack,
)
from data.windows import Row
from tests.rolled import assert_same
from tests.rows import row

cells = st.one_of(st.none(), st.floats(-1e6, 1e6, width=32), st.just(math.nan))
readings = st.tuples(st.integers(1, 3), st.integers(0, 3 * HOUR_MS), st.lists(cells, max_size=3))


def of_quality(ts: int, quality: Quality, value: float = 5.0) -> Row:
    return Row(ts, 1, np.array([value], np.float32), np.array([quality], np.uint8))


def test_a_minute_holds_extremes_mean_and_counts() -> None:
    rows = [row(60_000, 1, 1.0, 10.0), row(61_000, 1, 4.0, None), row(119_999, 1, 1.0, 20.0)]
    rolled = roll_up([*rows, row(120_000, 1, 9.0, 9.0)], MINUTE_MS)
    assert rolled.keys.tolist() == [[1, 60_000, 2], [1, 120_000, 2]]
    assert rolled.records[0].tolist() == [(1.0, 4.0, 2.0, 3, 0), (10.0, 20.0, 15.0, 2, 0)]


def test_extruders_are_kept_apart_and_come_in_order() -> None:
    rolled = roll_up([row(0, 7, 1.0), row(0, 2, 3.0), row(30_000, 7, 2.0)], MINUTE_MS)
    assert rolled.keys[:, :2].tolist() == [[2, 0], [7, 0]]
    assert rolled.records["mean"].tolist() == [[3.0], [1.5]]


def test_bad_readings_are_counted_but_not_averaged() -> None:
    bad = [of_quality(n, q, 99.0) for n, q in enumerate(Quality) if 2 <= q < Quality.ABSENT]
    good = [of_quality(10, Quality.GOOD), of_quality(11, Quality.UNCERTAIN_LAST_USABLE_VALUE)]
    rolled = roll_up([*bad, *good, of_quality(12, Quality.ABSENT)], MINUTE_MS)
    assert rolled.records[0, 0].tolist() == (5.0, 5.0, 5.0, 2, 3)


def test_what_is_no_number_is_no_reading() -> None:
    rows = [row(n, 1, value) for n, value in enumerate((math.nan, math.inf, -math.inf))]
    (record,) = roll_up(rows, MINUTE_MS).records[0]
    assert math.isnan(record["min"]) and math.isnan(record["max"]) and math.isnan(record["mean"])
    assert (record["count"], record["bad"]) == (0, 0)


def test_counts_stop_at_their_greatest() -> None:
    one = roll_up([row(0, 1, 1.0)], MINUTE_MS).records[0].copy()
    one["count"] = one["bad"] = MOST - 1
    merged = merge(one, one)
    assert (merged["count"][0], merged["bad"][0]) == (MOST, MOST)
    assert merged["mean"][0] == 1.0


def test_the_mean_weighs_by_count() -> None:
    long = roll_up([row(n, 1, 10.0) for n in range(3)], MINUTE_MS).records[0]
    short = roll_up([row(0, 1, 2.0)], MINUTE_MS).records[0]
    assert merge(long, short)["mean"].tolist() == [8.0]


def test_a_signal_that_was_appended_later_keeps_its_own_readings() -> None:
    old, new = (roll_up([r], MINUTE_MS).records[0] for r in (row(0, 1, 1.0), row(1, 1, 3.0, 7.0)))
    for merged in (merge(old, new), merge(new, old)):
        assert merged.tolist() == [(1.0, 3.0, 2.0, 2, 0), (7.0, 7.0, 7.0, 1, 0)]


def test_no_rows_make_no_rollups() -> None:
    assert len(roll_up([], MINUTE_MS)) == len(regroup(NOTHING, HOUR_MS)) == len(join([])) == 0
    assert pack(NOTHING) == []
    assert len(unpack([])) == 0


def test_rollups_survive_packing_with_the_slots_that_each_has() -> None:
    rolled = roll_up([row(0, 1, 1.0), row(0, 2, 1.0, None, 3.0)], MINUTE_MS)
    packed = pack(rolled)
    assert [len(signals) for _, _, signals in packed] == [16, 48]
    assert signals_of(packed[1][2])["count"].tolist() == [1, 0, 1]
    assert_same(unpack(packed), rolled)


@given(st.lists(st.lists(readings, max_size=5), max_size=6), st.data())
def test_any_order_and_splitting_ends_in_the_same_rollups(
    ticks: list[list[tuple[int, int, list[float | None]]]], data: st.DataObject
) -> None:
    batches, seq = [], 0
    for tick in ticks:
        batches.append([row(ts, e, *v, seq=seq + n + 1) for n, (e, ts, v) in enumerate(tick)])
        seq += len(tick)
    every = data.draw(st.permutations([one for batch in batches for one in batch]))
    hand = InHand(0, 0, minute=0)
    for batch in batches:
        upto = batch[-1].seq if batch else hand.upto
        passed_on = InHand.unpack(hand.and_rows(batch, upto).pack())
        assert passed_on is not None
        hand = passed_on.and_rows(batch, upto)  # seen already
    assert (hand.rows, hand.upto) == (seq, seq)
    assert_same(hand.minutes, roll_up(every, MINUTE_MS))
    assert_same(regroup(hand.minutes, HOUR_MS), roll_up(every, HOUR_MS))


def test_a_state_of_another_version_is_refused() -> None:
    state = InHand(3, 3, minute=7).and_rows([row(0, 1, 1.0, seq=4)], 4).pack()
    for other in (b"", b"MWU0" + state[4:], state[:-1], state + b"x"):
        assert InHand.unpack(other) is None


def test_a_record_is_sixteen_bytes() -> None:
    assert RECORD.itemsize == 16
