"""Series as sensors give them: autocorrelated noise, steps, ramps."""

from __future__ import annotations

import numpy as np


def noise(n: int, phi: float, deviation: float = 1.0, seed: int = 0) -> np.ndarray:
    """AR(1) noise with this lag-one correlation and standard deviation."""
    rng = np.random.default_rng(seed)
    shocks = rng.normal(0, deviation * np.sqrt(1 - phi**2), n)
    out = np.empty(n)
    level = rng.normal(0, deviation)
    for i, shock in enumerate(shocks):
        level = phi * level + shock
        out[i] = level
    return out
