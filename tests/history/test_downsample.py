"""Points are merged by time without losing an extreme, and gaps stay gaps."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data.history.downsample import (
    Points,
    bad_share,
    longest_step,
    merge,
    width_of,
    with_gaps,
)


def points(times: list[int], values: list[float], bad: list[int] | None = None) -> Points:
    """Readings: NaN is one that did not count."""
    value = np.array(values, float)
    count = np.isfinite(value).astype(np.int64)
    marks = np.zeros(len(times), np.int64) if bad is None else np.array(bad, np.int64)
    return Points(np.array(times, np.int64), value, value, value, count, marks)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 5_000),
            st.one_of(st.just(float("nan")), st.floats(-1e6, 1e6, width=32)),
            st.integers(0, 1),
        ),
        unique_by=lambda one: one[0],
        max_size=60,
    ),
    st.integers(1, 900),
)
def test_each_column_has_what_a_loop_over_its_readings_finds(
    readings: list[tuple[int, float, int]], width: int
) -> None:
    readings.sort()
    times, values, bad = ([one[n] for one in readings] for n in range(3))
    merged = merge(points(times, values, bad), width)
    columns = sorted({ts // width for ts, _, _ in readings})
    assert merged.times.tolist() == [column * width for column in columns]
    for i, column in enumerate(columns):
        inside = [(v, b) for ts, v, b in readings if ts // width == column]
        good = [v for v, _ in inside if np.isfinite(v)]
        assert merged.count[i] == len(good)
        assert merged.bad[i] == sum(b for _, b in inside)
        if good:
            assert (merged.low[i], merged.high[i]) == (min(good), max(good))
            assert np.isclose(merged.mean[i], np.mean(good), rtol=1e-6, atol=1e-6)
        else:
            assert np.isnan([merged.low[i], merged.high[i], merged.mean[i]]).all()


@given(st.integers(1, 10**11), st.integers(1, 4000), st.sampled_from([1, 60_000, 3_600_000]))
def test_a_point_is_whole_steps_wide_and_there_are_no_more_than_columns(
    span: int, columns: int, step: int
) -> None:
    width = width_of(span, columns, step)
    assert width % step == 0 and width >= step
    assert -(-span // width) <= columns


def test_merging_in_two_steps_is_merging_at_once() -> None:
    rng = np.random.default_rng(1)
    fine = points(list(range(0, 600_000, 1000)), rng.normal(200, 3, 600).tolist())
    twice, once = merge(merge(fine, 60_000), 300_000), merge(fine, 300_000)
    assert np.array_equal(twice.times, once.times) and np.array_equal(twice.count, once.count)
    assert np.array_equal(twice.low, once.low) and np.array_equal(twice.high, once.high)
    assert np.allclose(twice.mean, once.mean)


def test_a_silence_gets_an_empty_point_and_a_late_reading_none() -> None:
    times = [0, 1000, 2100, 3000, 60_000, 61_000]
    shown = with_gaps(points(times, [1.0] * 6), longest_step(np.array(times)))
    assert shown.times.tolist() == [0, 1000, 2100, 3000, 31_500, 60_000, 61_000]
    assert np.isnan(shown.mean[4]) and shown.count[4] == 0


def test_two_readings_far_apart_do_not_tell_what_a_gap_is() -> None:
    assert longest_step(np.array([0, 60_000])) == float("inf")


def test_the_share_of_bad_readings_is_of_all_that_were_reported() -> None:
    merged = merge(points([0, 1, 2, 3], [1.0, np.nan, np.nan, 2.0], [0, 1, 0, 0]), 10)
    assert bad_share(merged).tolist() == [1 / 3]
    assert bad_share(points([0], [np.nan], [0])).tolist() == [0]
