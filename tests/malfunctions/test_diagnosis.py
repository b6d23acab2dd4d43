"""Causes are ranked by how well their signature fits, with the evidence for and against."""

from __future__ import annotations

import pytest

from data.malfunctions.diagnosis import fit, rank
from data.malfunctions.observation import Observation
from data.malfunctions.signatures import SIGNATURES


def seen(**strength: float) -> Observation:
    return Observation(strength, {name: f"{name} moves" for name in strength}, {})


@pytest.mark.parametrize("cause", SIGNATURES)
def test_a_textbook_picture_is_ranked_first_and_likely(cause: str) -> None:
    ranked = rank(seen(**{n: max(-1.0, min(1.0, w)) for n, w in SIGNATURES[cause].moves.items()}))
    assert ranked[0].cause == cause
    assert ranked[0].likelihood > 0.6


def test_likelihoods_fall_and_leave_room_for_cannot_tell() -> None:
    ranked = rank(seen(melt=1.0, pressure=-0.5, outputs_cooling=0.4, load=-0.3))
    likelihoods = [one.likelihood for one in ranked]
    assert likelihoods == sorted(likelihoods, reverse=True)
    assert sum(likelihoods) < 1


def test_nothing_seen_is_nothing_told() -> None:
    assert rank(seen()) == ()
    assert rank(seen(pressure=0.0)) == ()


def test_what_no_signature_has_cannot_be_told() -> None:
    assert rank(seen(vacuum=-1.0)) == ()


def test_two_causes_that_fit_alike_cannot_be_told_apart() -> None:
    assert rank(seen(sensor_failed=1.0, swing=1.0)) == ()


def test_evidence_says_what_speaks_for_a_cause_and_what_against() -> None:
    best = rank(seen(screen=1.0, pressure=0.6, bath=0.3))[0]
    told = {evidence.text: evidence.supports for evidence in best.evidence}
    assert told == {"screen moves": True, "pressure moves": True, "bath moves": False}


def test_a_signal_that_the_extruder_lacks_does_not_count_against_a_cause() -> None:
    moves = SIGNATURES["screen_clogging"].moves
    assert fit(moves, {"pressure": 1.0, "load": 0.4}) > fit(
        moves, {"pressure": 1.0, "load": 0.4, "screen": 0.0}
    )
