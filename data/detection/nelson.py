"""Nelson's rules 1–8 (Nelson, Journal of Quality Technology 16, 1984), on averaged data only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: Above this lag-one autocorrelation the rules alarm on healthy data (DOMAIN.md: 342 false
#: points in 1,000 at 0.9); chart residuals or average longer instead. ±2/√n is pure chance.
MAX_AUTOCORRELATION = 0.3
ENOUGH = 20

_Points = npt.NDArray[np.floating]
_Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Refused:
    """Why the rules say nothing about these data."""

    reason: str


def nelson(means: _Points, healthy: _Points) -> dict[int, list[int]] | Refused:
    """Indices of `means` at which each rule 1…8 is broken, by rule; only rules that are.

    Both are averages over equal times, oldest first, without NaN; `healthy` (n,) gives centre and
    standard deviation. Refused when it has too few points, does not vary, or is autocorrelated,
    which makes the rules' probabilities void.
    """
    if len(healthy) < ENOUGH:
        return Refused(f"{len(healthy)} healthy averages are too few, {ENOUGH} are needed")
    sigma = float(np.std(healthy, ddof=1))
    if sigma <= 0:
        return Refused("the healthy signal does not vary")
    rho = autocorrelation(healthy)
    if rho > MAX_AUTOCORRELATION + 2 / np.sqrt(len(healthy)):
        return Refused(f"autocorrelation {rho:.2f} is too high: average over a longer time")
    z = (np.asarray(means, float) - float(np.mean(healthy))) / sigma
    broken = {rule: np.flatnonzero(marks).tolist() for rule, marks in _rules(z).items()}
    return {rule: points for rule, points in broken.items() if points}


def autocorrelation(x: _Points) -> float:
    """Lag-one autocorrelation of the differences from a straight line through x."""
    t = np.arange(len(x))
    rest = x - np.polyval(np.polyfit(t, x, 1), t)
    total = float((rest**2).sum())
    return float((rest[1:] * rest[:-1]).sum()) / total if total > 0 else 0.0


def _rules(z: _Points) -> dict[int, _Marks]:
    step = np.diff(z, prepend=np.nan)
    turn = np.concatenate([[False], step[1:] * step[:-1] < 0])
    return {
        1: np.abs(z) > 3,
        2: _run(z > 0, 9) | _run(z < 0, 9),
        3: _run(step > 0, 5) | _run(step < 0, 5),  # six points are five steps
        4: _run(turn, 12),  # fourteen points turn twelve times
        5: _of(z > 2, 2, 3) | _of(z < -2, 2, 3),
        6: _of(z > 1, 4, 5) | _of(z < -1, 4, 5),
        7: _run(np.abs(z) < 1, 15),
        8: _run(np.abs(z) > 1, 8),
    }


def _run(marks: _Marks, length: int) -> _Marks:
    """True where the last `length` marks are all set."""
    return _of(marks, length, length)


def _of(marks: _Marks, least: int, length: int) -> _Marks:
    """True where at least `least` of the last `length` marks are set."""
    sums = np.convolve(marks.astype(int), np.ones(length, int))[: len(marks)]
    found: _Marks = (sums >= least) & (marks if least < length else True)
    return found
