"""The mean detector learns what is normal and finds small shifts soon."""

from __future__ import annotations

import numpy as np
import pytest

from data.detection.mean_chart import DECISION, LEARN_BLOCKS, MeanChart
from tests.detection.series import noise

DELTA = 1.0
PRODUCING = np.array([True])


def chart_of(series: np.ndarray) -> tuple[MeanChart, int | None]:
    """A chart that has seen the series, and the index at which it first was out of control."""
    chart = MeanChart((1, 1), np.array([DELTA], np.float32), np.zeros(1, np.float32))
    found = None
    for block, value in enumerate(series):
        chart.take(block, np.array([[value]], np.float32), PRODUCING)
        if found is None and chart.out[0, 0]:
            found = block
    return chart, found


def with_noise(shape: np.ndarray, seed: int = 1) -> np.ndarray:
    return 200 + shape + noise(len(shape), 0.7, 0.2, seed)


def test_a_day_of_healthy_noise_is_in_control() -> None:
    for seed in range(5):
        assert chart_of(with_noise(np.zeros(8640), seed))[1] is None


@pytest.mark.parametrize("sign", [1, -1])
def test_a_shift_of_one_delta_is_found_in_about_two_decisions(sign: int) -> None:
    shape = np.zeros(300)
    shape[150:] = sign * DELTA
    found = chart_of(with_noise(shape))[1]
    assert found is not None
    assert 150 + DECISION <= found <= 150 + 3 * DECISION


def test_the_last_zero_of_the_sum_dates_the_shift() -> None:
    shape = np.zeros(300)
    shape[150:] = 2 * DELTA
    chart, _ = chart_of(with_noise(shape))
    assert abs(int(chart.up_since[0, 0]) - 150) <= 2


def test_a_ramp_is_found_long_before_it_is_large() -> None:
    shape = np.maximum(np.arange(600) - 200, 0) * 0.02
    found = chart_of(with_noise(shape))[1]
    assert found is not None
    assert shape[found] < 2 * DELTA


def test_one_wild_block_is_no_shift() -> None:
    shape = np.zeros(300)
    shape[200] = 1000
    assert chart_of(with_noise(shape))[1] is None


def test_what_is_still_warming_up_is_not_learned_as_normal() -> None:
    warming = -20 * np.exp(-np.arange(2000) / 180)
    chart, found = chart_of(with_noise(warming))
    assert found is None
    assert abs(chart.mean[0, 0] - 200) < DELTA


def test_nothing_is_learned_or_judged_outside_production() -> None:
    chart = MeanChart((1, 1), np.ones(1, np.float32), np.zeros(1, np.float32))
    for block in range(LEARN_BLOCKS * 2):
        chart.take(block, np.array([[5.0]], np.float32), np.array([False]))
    assert not chart.known.any()


def test_a_gap_leaves_the_chart_as_it_is() -> None:
    chart, _ = chart_of(with_noise(np.zeros(100)))
    before = {name: array.copy() for name, array in chart.state().items()}
    chart.take(100, np.array([[np.nan]], np.float32), PRODUCING)
    for name, array in chart.state().items():
        np.testing.assert_array_equal(array, before[name], name)


def test_after_forgetting_a_new_level_is_normal() -> None:
    shape = np.zeros(600)
    chart, _ = chart_of(with_noise(shape[:200]))
    chart.forget(np.array([True]), np.array([30], np.int32))
    for block in range(200, 600):
        chart.take(block, np.array([[300.0 + block % 2]], np.float32), PRODUCING)
    assert not chart.out.any()
    assert abs(chart.mean[0, 0] - 300.5) < 0.1
