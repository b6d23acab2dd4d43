"""Rate of change, and when it reaches a limit, with the uncertainty of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: A slope nearer to zero than this many of its own standard errors is no slope.
SIGNIFICANT = 4.0
#: Half the width of a likely range, in standard errors: holds the truth nine times in ten.
LIKELY = 2.5
#: Points that a slope needs.
ENOUGH = 10


@dataclass(frozen=True)
class Trend:
    """A straight line through recent means: `level` at its end, `slope` per minute, the standard
    errors of both; autocorrelation of what is left over is allowed for."""

    level: float
    slope: float
    level_error: float
    slope_error: float

    @property
    def significant(self) -> bool:
        """True if there is a slope at all."""
        return abs(self.slope) > SIGNIFICANT * self.slope_error > 0


@dataclass(frozen=True)
class TimeToLimit:
    """Minutes until a limit is reached: the likely range."""

    early_min: float
    late_min: float


def trend_of(means: npt.NDArray[np.floating]) -> Trend | None:
    """Least squares through (n,) means, one per minute, oldest first, NaN for none.

    None with fewer than ENOUGH numbers. The errors are widened by √((1+ρ)/(1−ρ)), ρ being the
    lag-one autocorrelation of the residuals (Bayley & Hammersley 1946).
    """
    t = np.arange(len(means)) - (len(means) - 1.0)
    there = np.isfinite(means)
    if there.sum() < ENOUGH:
        return None
    t, y = t[there], means[there].astype(float)
    centre = t.mean()
    spread = ((t - centre) ** 2).sum()
    slope = float(((t - centre) * y).sum() / spread)
    level = float(y.mean() - slope * centre)
    rest = y - level - slope * t
    deviation = np.sqrt((rest**2).sum() / (len(y) - 2)) * _widening(rest)
    at_end = np.sqrt(1 / len(y) + centre**2 / spread)
    return Trend(level, slope, float(deviation * at_end), float(deviation / np.sqrt(spread)))


def time_to_limit(trend: Trend, limit: float, horizon_min: float = 240) -> TimeToLimit | None:
    """When the trend reaches a limit, None if it does not go there for certain enough.

    Certain enough: the slope is significant, and even the slower end of its range arrives
    within `horizon_min`.
    """
    way = limit - trend.level
    if not trend.significant or way * trend.slope <= 0:
        return None
    fast, slow = (abs(trend.slope) + k * trend.slope_error for k in (LIKELY, -LIKELY))
    near, far = (max(0.0, abs(way) + k * trend.level_error) for k in (-LIKELY, LIKELY))
    late = far / slow
    return TimeToLimit(near / fast, late) if late <= horizon_min else None


def _widening(rest: npt.NDArray[np.floating]) -> float:
    total = float((rest**2).sum())
    rho = float((rest[1:] * rest[:-1]).sum()) / total if total > 0 else 0.0
    rho = min(max(rho, 0.0), 0.9)
    return float(np.sqrt((1 + rho) / (1 - rho)))
