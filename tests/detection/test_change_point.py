"""Onsets: own least squares against ruptures, and the ramps that ruptures has no name for."""

from __future__ import annotations

import numpy as np
import pytest
import ruptures

from data.detection.change_point import change_point
from tests.detection.series import noise


@pytest.mark.parametrize("at", [8, 25, 40, 52])
@pytest.mark.parametrize("seed", range(3))
def test_a_step_is_dated_as_ruptures_dates_it(at: int, seed: int) -> None:
    series = noise(60, 0.2, 1.0, seed)
    series[at:] += 5
    expected = ruptures.Dynp(model="l2", min_size=3, jump=1).fit(series).predict(n_bkps=1)[0]
    found = change_point(series)
    assert found is not None
    assert abs(found.index - expected) <= 1


@pytest.mark.parametrize("seed", range(10))
def test_the_foot_of_a_ramp_is_dated_within_minutes(seed: int) -> None:
    series = 200 + noise(60, 0.3, 1.0, seed)
    series[35:] += 0.8 * np.arange(25)
    found = change_point(series)
    assert found is not None
    assert abs(found.index - 35) <= 6
    assert found.earliest <= found.index


def test_the_earliest_onset_is_earlier_where_the_ramp_is_faint() -> None:
    steep, faint = (200 + noise(60, 0.0, 1.0, 4) for _ in range(2))
    steep[35:] += 5.0 * np.arange(25)
    faint[35:] += 0.3 * np.arange(25)
    sure, unsure = change_point(steep), change_point(faint)
    assert sure is not None
    assert unsure is not None
    assert sure.index - sure.earliest <= unsure.index - unsure.earliest


def test_noise_alone_has_no_onset() -> None:
    found = [change_point(noise(60, 0.0, 1.0, seed)) for seed in range(50)]
    assert sum(one is not None for one in found) <= 5


def test_missing_minutes_keep_the_index_of_the_series() -> None:
    series = noise(60, 0.0, 0.1, 1)
    series[30:] += 5
    series[10:20] = np.nan
    found = change_point(series)
    assert found is not None
    assert found.index == 30


def test_a_handful_of_means_tells_nothing() -> None:
    assert change_point(np.array([1.0, 1, 1, 5, 5, 5])) is None
