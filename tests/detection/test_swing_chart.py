"""The variance detector finds what swings about an unchanged mean."""

from __future__ import annotations

import numpy as np

from data.detection.swing_chart import SwingChart
from tests.detection.series import noise


def out_at(series: np.ndarray) -> int | None:
    chart = SwingChart((1, 1))
    for block, value in enumerate(series):
        chart.take(block, np.array([[value]], np.float32), np.array([True]))
        if chart.out[0, 0]:
            return block
    return None


def healthy(n: int, seed: int = 0) -> np.ndarray:
    return 200 + noise(n, 0.4, 1.2, seed)


def test_a_day_of_healthy_noise_does_not_swing() -> None:
    for seed in range(5):
        assert out_at(healthy(8640, seed)) is None


def test_surging_is_found_within_three_minutes() -> None:
    series = healthy(400)
    t = np.arange(200)
    series[200:] += 18 * np.sin(2 * np.pi * t * 10 / 41)
    found = out_at(series)
    assert found is not None
    assert 200 < found <= 218


def test_a_slow_ramp_is_no_swing() -> None:
    series = healthy(600)
    series[200:] += 0.5 * np.arange(400)
    assert out_at(series) is None


def test_a_gap_starts_the_rolling_deviation_anew() -> None:
    series = healthy(300)
    series[200:205] = np.nan
    series[205:] += 50
    assert out_at(series) is None


def test_a_step_to_another_level_is_no_swing() -> None:
    for size in (-60, -20, 20, 60):
        series = healthy(400)
        series[200:] += size
        assert out_at(series) is None
