"""Frozen sensors are told from signals that are constant because all is well."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from data.detection.sensors import FrozenDetector
from data.quality import Quality
from tests.recordings import liveline

PRODUCING = np.array([True])


def detector_of(extruders: int, signals: int) -> FrozenDetector:
    """Scales from −100,000 to 100,000."""
    ends = np.full((extruders, signals), 100_000, np.float32)
    return FrozenDetector(-ends, ends)


def watch(detector: FrozenDetector, values: np.ndarray, quality: int = 0) -> list[bool]:
    """Whether the one signal was frozen after each of its readings."""
    frozen = []
    for value in values:
        codes = np.array([[quality]], np.uint8)
        detector.take(np.array([[value]], np.float32), codes, PRODUCING)
        frozen.append(bool(detector.frozen[0, 0]))
    return frozen


def lively(n: int, seed: int = 0) -> np.ndarray:
    return np.round(200 + np.random.default_rng(seed).normal(0, 1, n), 1)


def test_a_lively_signal_that_stops_is_frozen_after_two_minutes() -> None:
    detector = detector_of(1, 1)
    assert not any(watch(detector, lively(2000)))
    frozen = watch(detector, np.full(300, 203.4))
    assert 118 <= frozen.index(True) <= 122


def test_a_signal_that_was_always_constant_is_healthy() -> None:
    assert not any(watch(detector_of(1, 1), np.full(7200, 60.0)))


def test_a_signal_that_steps_every_ten_minutes_may_rest_for_an_hour() -> None:
    steps = np.repeat(np.arange(100.0), 600)
    detector = detector_of(1, 1)
    watch(detector, steps)
    assert not any(watch(detector, np.full(3600, 42.0)))


def test_a_controller_at_its_stop_is_not_frozen() -> None:
    one = np.full((1, 1), 100.0, np.float32)
    detector = FrozenDetector(-one, one)
    watch(detector, np.clip(lively(2000) - 130, 0.1, 99.9))
    assert not any(watch(detector, np.full(600, 100.0)))


def test_a_signal_that_moves_again_is_not_frozen() -> None:
    detector = detector_of(1, 1)
    watch(detector, lively(2000))
    assert watch(detector, np.full(300, 203.4))[-1]
    assert not watch(detector, lively(2))[-1]


def test_a_failed_sensor_is_missing_and_not_frozen() -> None:
    detector = detector_of(1, 1)
    watch(detector, lively(2000))
    assert not any(watch(detector, np.full(300, np.nan), Quality.BAD_SENSOR_FAILURE))


def test_a_standing_extruder_is_not_judged() -> None:
    detector = detector_of(1, 1)
    watch(detector, lively(2000))
    detector.forget(np.array([True]))
    assert not any(watch(detector, np.full(600, 0.0)))


def test_a_recorded_healthy_line_is_hardly_ever_called_frozen(recorded: Path) -> None:
    """The rule "60 s unchanged" flags 94 % of these rows (DOMAIN.md)."""
    values, quality = liveline(recorded)
    detector = detector_of(*values.shape[1:])
    producing = np.ones(values.shape[1], bool)
    flagged = 0
    for one, codes in zip(values, quality, strict=True):
        detector.take(one, codes, producing)
        flagged += bool(detector.frozen.any())
    assert flagged / len(values) < 0.05
