"""Rate of change and time to limit, honest about what they do not know."""

from __future__ import annotations

import numpy as np

from data.detection.trend import Trend, time_to_limit, trend_of
from tests.detection.series import noise


def test_the_slope_of_a_clean_line_is_exact() -> None:
    trend = trend_of(3.0 + 0.25 * np.arange(30))
    assert trend is not None
    assert abs(trend.slope - 0.25) < 1e-9
    assert abs(trend.level - (3.0 + 0.25 * 29)) < 1e-9


def test_gaps_do_not_bend_the_line() -> None:
    line = 3.0 + 0.25 * np.arange(30)
    line[[3, 4, 5, 17]] = np.nan
    trend = trend_of(line)
    assert trend is not None
    assert abs(trend.slope - 0.25) < 1e-9


def test_a_few_points_give_no_trend() -> None:
    assert trend_of(np.arange(9.0)) is None


def test_the_range_of_the_time_to_limit_holds_the_truth_nine_times_in_ten() -> None:
    inside = told = 0
    for seed in range(200):
        series = 10 + 0.5 * np.arange(40) + noise(40, 0.6, 0.5, seed)
        trend = trend_of(series)
        assert trend is not None
        when = time_to_limit(trend, 60.0)
        if when is not None:
            told += 1
            truth = (60 - (10 + 0.5 * 39)) / 0.5
            inside += when.early_min <= truth <= when.late_min
    assert told > 150
    assert inside / told > 0.9


def test_healthy_noise_is_seldom_told_as_a_trend() -> None:
    told = sum(
        time_to_limit(trend, 60.0) is not None
        for seed in range(500)
        if (trend := trend_of(50 + noise(60, 0.6, 0.5, seed))) is not None
    )
    assert told <= 10


def test_a_trend_away_from_the_limit_never_reaches_it() -> None:
    assert time_to_limit(Trend(50, -1.0, 0.1, 0.01), 60) is None
    assert time_to_limit(Trend(50, 1.0, 0.1, 0.01), 40) is None


def test_what_lies_beyond_the_horizon_is_not_told() -> None:
    assert time_to_limit(Trend(0, 0.1, 0.01, 0.001), 60, horizon_min=240) is None
