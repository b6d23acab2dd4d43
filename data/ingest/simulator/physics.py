"""The whole simulated plant, all extruders at once, one second per step."""

from __future__ import annotations

import numpy as np

from data.ingest.simulator import plant
from data.ingest.simulator.cooling_and_feed import CoolingAndFeed
from data.ingest.simulator.effects import Effects
from data.ingest.simulator.job_states import JobBoard
from data.ingest.simulator.melt import MeltAndDrive
from data.ingest.simulator.noise import AutoregressiveNoise, Flags, Floats
from data.ingest.simulator.recipes import first_product, recipe_of, targets_of
from data.ingest.simulator.zones import Zones
from data.quality import Quality
from data.windows import Qualities, Values

#: Every eighth extruder is still heating up at the start, so many °C below set (D).
STARTING_EVERY, STARTING_OFFSET, STARTING_BELOW_C = 8, 4, 70.0

HOT_WITHIN_C, SPEC_WITHIN_C, SPEC_MELT_C, SPEC_SHARE = 4.0, 3.8, 4.0, 0.08

#: Standard deviation and lag-one correlation of each measurement (D). Those in RELATIVE are
#: shares of the value, so that a standing machine reads a clean zero; the others are in the
#: signal's unit.
RELATIVE = {
    plant.PRESSURE: (0.008, 0.90),
    plant.SCREEN: (0.02, 0.95),
    plant.SPEED: (0.0012, 0.60),
    plant.LOAD: (0.010, 0.85),
    plant.THROUGHPUT: (0.0045, 0.90),
    plant.VACUUM: (0.012, 0.90),
}
ABSOLUTE = {
    plant.MELT: (0.35, 0.97),
    plant.GEARBOX: (0.15, 0.99),
    plant.BATH: (0.15, 0.98),
    plant.HOPPER: (0.25, 0.50),
    plant.THROAT: (0.25, 0.98),
    **{plant.zone_temperature(z): (0.30, 0.97) for z in range(1, plant.ZONES + 1)},
    **{plant.zone_current(z): (0.04, 0.70) for z in range(1, plant.ZONES + 1)},
}
FEED_NOISE = (0.003, 0.95)


class Plant:
    """n extruders in a settled state, product in turn, one in eight still heating up.

    `values` (n, 34) float32 and `quality` (n, 34) uint8 are the readings of the last step in
    slot order; both are new arrays in every step.
    """

    def __init__(self, n: int, rng: np.random.Generator) -> None:
        rows = np.arange(n)
        starting: Flags = rows % STARTING_EVERY == STARTING_OFFSET
        below = np.where(starting, STARTING_BELOW_C, 0.0)
        products = np.array([first_product(row + 1) for row in range(n)])
        self.jobs = JobBoard(products, starting)
        self._recipes = [recipe_of(row + 1, int(code)) for row, code in enumerate(products)]
        self.targets = targets_of(self._recipes)
        self._zones = Zones(self.targets, below)
        self._melt = MeltAndDrive(self.targets, ~starting)
        self._melt.melt -= below
        self._around = CoolingAndFeed(self.targets, ~starting, rng.uniform(40.0, 85.0, n))
        self._noise, self._relative = _noise(n, rng)
        self._reading: Floats = self.targets.zones - below[:, None]
        self.values: Values = np.zeros((n, len(plant.SIGNALS)), np.float32)
        self.quality: Qualities = np.zeros((n, len(plant.SIGNALS)), np.uint8)

    def step(self, by: Effects) -> None:
        """Let a second pass under disturbances `by`, and take the readings."""
        noise = self._noise.step()
        self._read_zones(noise, by)
        self._run_jobs(by)
        self._zones.control(self._reading, self.targets, by)
        self._zones.step(
            self._melt.melt, self._around.throat, self._melt.flow, self._melt.shear, by
        )
        feed = self._around.feed(self.targets, by) * (1 + noise[:, -1])
        self._melt.step(self.targets, self.jobs.ramp, feed, self._zones.temperature, by)
        turning = self._melt.speed / self.targets.speed
        self._around.step(self.targets, turning, self._melt.throughput(self.targets), by)
        self._take_readings(noise[:, :-1], by)

    def _read_zones(self, noise: Floats, by: Effects) -> None:
        self._reading = self._zones.temperature + noise[:, plant.TEMPERATURES] + by.sensor_offset_c

    def _run_jobs(self, by: Effects) -> None:
        hot = self._zones.near(self._reading, self.targets, by, HOT_WITHIN_C)
        changed = self.jobs.step(by.power, hot, self._in_spec(by))
        for row in changed:
            self._recipes[row] = recipe_of(row + 1, int(self.jobs.product[row]))
        if changed:
            self.targets = targets_of(self._recipes)

    def _in_spec(self, by: Effects) -> Flags:
        to, melt = self.targets, self._melt
        return (
            self._zones.near(self._reading, to, by, SPEC_WITHIN_C)
            & (np.abs(melt.melt - to.melt) < SPEC_MELT_C)
            & (np.abs(melt.pressure / to.pressure - 1) < SPEC_SHARE)
            & (melt.speed > 0.99 * to.speed)
            & (np.abs(self._around.vacuum / to.vacuum - 1) < SPEC_SHARE)
        )

    def _take_readings(self, noise: Floats, by: Effects) -> None:
        clean = self._clean(self._zones.current(by))
        values = clean * (1 + noise * self._relative) + noise * ~self._relative
        values[:, plant.TEMPERATURES] = self._reading
        values[:, plant.CURRENTS] = np.maximum(values[:, plant.CURRENTS], 0.0)
        hopper = plant.SLOT[plant.HOPPER]
        values[:, hopper] = np.clip(values[:, hopper], 0.0, 100.0)
        self.values = values.astype(np.float32)
        self.quality = np.zeros(values.shape, np.uint8)
        self._mark_bad(by)

    def _clean(self, current: Floats) -> Floats:
        """(n, 34) without noise, in slot order."""
        melt, around, jobs = self._melt, self._around, self.jobs
        drive = (melt.speed, melt.load, melt.throughput(self.targets), melt.oil)
        zones = (self._reading, self._zones.output, current)
        tail = (around.vacuum, around.bath, around.hopper, around.throat)
        head = (melt.pressure, melt.melt, melt.screen_bar)
        return np.column_stack((*head, *drive, *zones, *tail, jobs.status, jobs.product))

    def _mark_bad(self, by: Effects) -> None:
        """Readings that the instruments themselves report as none."""
        broken = ~by.sensor_ok
        self.values[:, plant.TEMPERATURES][broken] = np.nan
        self.quality[:, plant.TEMPERATURES][broken] = Quality.BAD_SENSOR_FAILURE
        none, slot = ~self.targets.has_screen, plant.SLOT[plant.SCREEN]
        self.values[none, slot] = np.nan
        self.quality[none, slot] = Quality.BAD_OUT_OF_SERVICE


def _noise(n: int, rng: np.random.Generator) -> tuple[AutoregressiveNoise, Flags]:
    """Noise of the 34 signals and, last, of the feed; which signals take it as a share."""
    quiet = (0.0, 0.0)
    table = {**RELATIVE, **ABSOLUTE}
    pairs = np.array([*(table.get(s.name, quiet) for s in plant.SIGNALS), FEED_NOISE])
    relative: Flags = np.array([s.name in RELATIVE for s in plant.SIGNALS])
    return AutoregressiveNoise(rng, n, pairs[:, 1], pairs[:, 0]), relative
