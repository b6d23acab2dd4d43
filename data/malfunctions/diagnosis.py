"""Which cause explains what is seen? Ranked, each with its evidence, or "cannot tell".

The fit of a cause is the cosine between what is seen and its signature, as vectors over all
features: evidence that the signature lacks counts against it, as does what it expects in vain.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from data.malfunctions.malfunction import Evidence, RankedCause
from data.malfunctions.observation import TELLING, Observation
from data.malfunctions.signatures import SIGNATURES, Signature

#: A fit below this explains too little; two fits nearer than MARGIN cannot be told apart (D).
LEAST_FIT, MARGIN = 0.55, 0.03
#: How sharply likelihood follows fit (D).
SHARPNESS = 12.0
#: Causes that are shown at most, and the least likelihood for it.
SHOWN, LEAST_LIKELIHOOD = 4, 0.03
#: Features that every extruder can show, and that are seen only when they are there.
MARKS = frozenset({"sensor_failed", "dead_heater", "dark", "output_drop", "output_creep"})


def rank(seen: Observation) -> tuple[RankedCause, ...]:
    """Causes by likelihood, most probable first; empty when nothing can be told.

    Likelihoods are a softmax over the fits, "cannot tell" taking its share with LEAST_FIT.
    """
    fits = {cause: fit(one.moves, seen.strength) for cause, one in SIGNATURES.items()}
    order = sorted(fits, key=lambda cause: -fits[cause])
    best, second = fits[order[0]], fits[order[1]]
    if best < LEAST_FIT or best - second < MARGIN:
        return ()
    weights = {cause: float(np.exp(SHARPNESS * (value - best))) for cause, value in fits.items()}
    total = sum(weights.values()) + float(np.exp(SHARPNESS * (LEAST_FIT - best)))
    return tuple(
        _ranked(cause, weights[cause] / total, seen)
        for cause in order[:SHOWN]
        if weights[cause] / total >= LEAST_LIKELIHOOD
    )


def fit(moves: Mapping[str, float], strength: Mapping[str, float]) -> float:
    """Cosine −1…1 between a signature and the strengths seen; 0 when nothing is seen.

    Features that this extruder does not have count little against a signature: the fourth root
    of the share of it that can be seen.
    """
    visible = {n: weight for n, weight in moves.items() if n in strength or n in MARKS}
    whole, there = (sum(w**2 for w in part.values()) for part in (moves, visible))
    length = np.sqrt(there * sum(s**2 for s in strength.values()))
    if length == 0:
        return 0.0
    dot = sum(weight * strength.get(name, 0.0) for name, weight in visible.items())
    return float(dot / length * (there / whole) ** 0.25)


def _ranked(cause: str, likelihood: float, seen: Observation) -> RankedCause:
    signature = SIGNATURES[cause]
    return RankedCause(
        cause, signature.label, round(likelihood, 3), signature.check, _evidence(signature, seen)
    )


def _evidence(signature: Signature, seen: Observation) -> tuple[Evidence, ...]:
    """What is seen, strongest first: it supports the cause if the signature expects it so."""
    telling = [name for name, s in seen.strength.items() if abs(s) >= TELLING]
    telling.sort(key=lambda name: -abs(seen.strength[name]))
    return tuple(
        Evidence(seen.text[name], signature.moves.get(name, 0.0) * seen.strength[name] > 0)
        for name in telling[:6]
    )
