"""The scrap clock: what a malfunction costs, from its onset until the product is good again.

DOMAIN.md: scrap kg = Σ throughput·Δt from true onset until in-spec plus residence time, split
start-up / out-of-spec / purge, less regrind; hours likewise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from data.extruders import NO_JOB, START_UP_ACTIVE
from data.malfunctions.malfunction import Scrap


@dataclass(frozen=True)
class Price:
    """What a kg is worth, in the plant's currency, and the share that comes back as regrind."""

    per_kg: float = 0.0
    regrind: float = 0.0


@dataclass(frozen=True)
class ScrapClock:
    """kg that passed since the onset, by what the extruder was doing, and hours."""

    production_kg: float = 0.0
    start_up_kg: float = 0.0
    purge_kg: float = 0.0
    hours: float = 0.0

    def run(self, job: int, kg_per_h: float, seconds: float) -> ScrapClock:
        """The clock after `seconds` of a job state at a throughput; NaN kg/h adds hours only."""
        hours = seconds / 3600
        kg = kg_per_h * hours if np.isfinite(kg_per_h) else 0.0
        start_up, purge = job == START_UP_ACTIVE, job == NO_JOB
        return ScrapClock(
            self.production_kg + (0.0 if start_up or purge else kg),
            self.start_up_kg + (kg if start_up else 0.0),
            self.purge_kg + (kg if purge else 0.0),
            self.hours + hours,
        )

    def scrap(self, spoils: bool, price: Price, final: bool) -> Scrap:
        """The cost so far. Production counts as out of spec only if the cause `spoils` it."""
        out_of_spec = self.production_kg if spoils else 0.0
        kg = (out_of_spec + self.start_up_kg + self.purge_kg) * (1 - price.regrind)
        return Scrap(
            kg=round(kg, 2),
            money=round(kg * price.per_kg, 2),
            out_of_spec_kg=round(out_of_spec, 2),
            start_up_kg=round(self.start_up_kg, 2),
            purge_kg=round(self.purge_kg, 2),
            hours=round(self.hours, 4),
            final=final,
        )


def since(onset: int, now: int, kg_per_h: Iterable[tuple[int, float]], job: int) -> ScrapClock:
    """The clock for the time before detection: from `onset` to `now` (ms).

    `kg_per_h` are (start of minute in ms, mean); a minute that is missing counts as the mean
    of the others.
    """
    known = [mean for start, mean in kg_per_h if start + 60_000 > onset and np.isfinite(mean)]
    return ScrapClock().run(job, float(np.mean(known)) if known else np.nan, (now - onset) / 1000)
