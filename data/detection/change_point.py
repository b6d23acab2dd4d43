"""When did it begin? A step or the foot of a ramp, fitted to the means before an alarm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: Points before and after a change that a fit needs.
EDGE = 3


@dataclass(frozen=True)
class ChangePoint:
    """Index of the first changed mean, and the earliest index that fits nearly as well."""

    index: int
    earliest: int


def change_point(means: npt.NDArray[np.floating]) -> ChangePoint | None:
    """The single change that fits (n,) means best, oldest first; NaN is left out.

    Both shapes of DOMAIN.md's onsets are tried: a step (level, then another level) and a ramp
    (level, then a line from it); least squares decides. `earliest` is the lowest index whose
    fit is no worse than the best by four residual variances (about two standard errors).
    None if there are too few numbers or nothing changes.
    """
    where = np.flatnonzero(np.isfinite(means))
    y = means[where].astype(float)
    if len(y) < 3 * EDGE:
        return None
    candidates = np.arange(EDGE, len(y) - 1)
    costs = np.minimum(_step_costs(y, candidates), _ramp_costs(y, candidates))
    best = int(np.argmin(costs))
    if costs[best] >= 0.8 * float(((y - y.mean()) ** 2).sum()):
        return None
    noise = max(float(costs[best]) / max(len(y) - 3, 1), 1e-12)
    near = np.flatnonzero(costs <= costs[best] + 4 * noise)
    return ChangePoint(int(where[candidates[best]]), int(where[candidates[near[0]]]))


def _step_costs(y: npt.NDArray[np.float64], at: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Squares left over by a step before each index `at`."""
    sums, squares = np.cumsum(y), np.cumsum(y**2)
    left, total = sums[at - 1], sums[-1]
    n = len(y)
    means = left**2 / at + (total - left) ** 2 / (n - at)
    costs: npt.NDArray[np.float64] = squares[-1] - means
    return costs


def _ramp_costs(y: npt.NDArray[np.float64], at: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Squares left over by a level that turns into a line at each index `at`."""
    t = np.arange(len(y))
    foot = np.maximum(t[None, :] - at[:, None] + 1, 0).astype(float)
    centred = foot - foot.mean(axis=1, keepdims=True)
    about = y - y.mean()
    slope = centred @ about / np.maximum((centred**2).sum(axis=1), 1e-12)
    costs: npt.NDArray[np.float64] = ((about - slope[:, None] * centred) ** 2).sum(axis=1)
    return costs
