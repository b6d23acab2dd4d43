"""Autocorrelated measurement noise: AR(1) series, one per extruder and signal."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class AutoregressiveNoise:
    """x' = φ x + √(1 − φ²) e, so that every series keeps the given standard deviation.

    `phi` and `sigma` are (k,); `values` is (n, k) in the unit of sigma. It starts in its
    stationary distribution, so the first minute looks like any other.
    """

    def __init__(self, rng: np.random.Generator, n: int, phi: Floats, sigma: Floats) -> None:
        self._rng = rng
        self._phi = phi
        self._fresh = sigma * np.sqrt(1.0 - phi**2)
        self.values: Floats = sigma * rng.standard_normal((n, len(phi)))

    def step(self) -> Floats:
        """Advance by one second; returns `values`."""
        fresh = self._rng.standard_normal(self.values.shape)
        self.values = self._phi * self.values + self._fresh * fresh
        return self.values
