"""Nelson's rules, and when they must not be asked."""

from __future__ import annotations

import numpy as np
import pytest

from data.detection.nelson import Refused, nelson
from tests.detection.series import noise

#: Twenty points that break no rule.
CALM = [
    0.5,
    -0.5,
    1.2,
    -0.3,
    0.4,
    0.2,
    -1.1,
    0.6,
    -0.2,
    -0.7,
    0.9,
    -0.4,
    0.1,
    0.3,
    -0.6,
    1.1,
    -0.9,
    0.2,
    0.4,
    -0.8,
]

PATTERNS = {
    1: [3.2],
    2: [0.2, 0.5, 0.1, 0.6, 0.4, 0.7, 0.2, 0.3, 0.5],
    3: [-1.5, -0.9, -0.4, 0.1, 0.8, 1.4],
    4: [0.5, -0.5] * 7,
    5: [2.3, 0.1, 2.2],
    6: [1.2, 1.4, 0.2, 1.3, 1.1],
    7: [0.2, -0.3, 0.4, 0.3, -0.2, -0.1, 0.5, 0.2, -0.4, -0.3, 0.1, 0.2, -0.2, 0.3, 0.4],
    8: [1.2, -1.3, 1.4, 1.2, -1.1, -1.5, 1.3, -1.2],
}


#: Healthy averages with centre 100 and standard deviation 2, not autocorrelated.
_DRAWN = np.random.default_rng(5).normal(0, 1, 200)
HEALTHY = 100 + 2 * (_DRAWN - _DRAWN.mean()) / _DRAWN.std(ddof=1)


def broken_by(z: list[float]) -> dict[int, list[int]]:
    found = nelson(np.array(z) * 2 + 100, HEALTHY)
    assert not isinstance(found, Refused)
    return found


def test_a_calm_chart_breaks_no_rule() -> None:
    assert broken_by(CALM) == {}


@pytest.mark.parametrize("rule", PATTERNS)
def test_each_rule_sees_its_pattern_and_where_it_is_complete(rule: int) -> None:
    found = broken_by(CALM + PATTERNS[rule])
    assert len(CALM) + len(PATTERNS[rule]) - 1 in found[rule]


def test_raw_seconds_are_refused_with_the_reason() -> None:
    refused = nelson(np.zeros(9), noise(600, 0.9))
    assert isinstance(refused, Refused)
    assert "autocorrelation 0." in refused.reason
    assert "average over a longer time" in refused.reason


def test_the_same_readings_averaged_are_accepted_and_calm() -> None:
    averaged = noise(60 * 200, 0.9, seed=3).reshape(200, 60).mean(axis=1)
    found = nelson(averaged, averaged)
    assert not isinstance(found, Refused)
    assert sum(map(len, found.values())) <= 10


def test_too_few_averages_are_refused() -> None:
    refused = nelson(np.zeros(5), HEALTHY[:5])
    assert isinstance(refused, Refused)
    assert "5 healthy averages" in refused.reason


def test_a_constant_signal_is_refused() -> None:
    assert isinstance(nelson(np.ones(30), np.ones(30)), Refused)
