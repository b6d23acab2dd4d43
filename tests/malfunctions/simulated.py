"""Malfunctions that the tracker sees in a simulated plant."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from data.detection.detectors import Detectors
from data.ingest.simulator import Simulator
from data.ingest.simulator.plant import SIGNALS
from data.malfunctions.malfunction import Malfunction
from data.malfunctions.scrap import Price
from data.malfunctions.tracker import Tracker
from tests.ingest.simulated import START_MS, quiet_plant

LEARN_S = 1800
PRICE = Price(1.5)


class Watched:
    """A quiet plant, its detectors and tracker; `seen` are the newest malfunctions by id."""

    def __init__(self, var_dir: Path, extruders: int = 1) -> None:
        self.plant: Simulator = quiet_plant(var_dir, extruders)
        self.found = Detectors(self.plant.catalogue().extruders, len(SIGNALS))
        self.tracker = Tracker(residence_s=180, price=lambda _product: PRICE)
        self.seen: dict[str, Malfunction] = {}
        self.now = START_MS

    def run(self, seconds: float) -> None:
        for rows in self.plant.simulate(round(seconds)):
            self.now += 1000
            values = np.array([row.values for row in rows])
            quality = np.array([row.quality for row in rows])
            block = self.found.step(self.now, values, quality, np.ones(len(rows), bool))
            if block is not None:
                for one in self.tracker.take(self.found, block):
                    self.seen[one.id] = one

    @property
    def only(self) -> Malfunction:
        (one,) = self.seen.values()
        return one
