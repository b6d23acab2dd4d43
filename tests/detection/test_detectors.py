"""All detectors together: marks of the simulated plant's faults, and going on elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.detection.detectors import Detectors
from data.ingest.simulator import Simulator
from data.ingest.simulator.plant import SIGNALS
from tests.ingest.simulated import START_MS, quiet_plant

EVERYONE = np.ones(3, bool)


def run(plant: Simulator, found: Detectors, seconds: int, start: int = START_MS) -> int:
    """Feed the next seconds; returns the time after them."""
    for offset, rows in enumerate(plant.simulate(seconds), 1):
        values = np.array([row.values for row in rows])
        quality = np.array([row.quality for row in rows])
        found.step(start + offset * 1000, values, quality, EVERYONE)
    return start + seconds * 1000


@pytest.fixture
def learned(tmp_path: Path) -> tuple[Simulator, Detectors, int]:
    plant = quiet_plant(tmp_path)
    found = Detectors(plant.catalogue().extruders, len(SIGNALS))
    return plant, found, run(plant, found, 1200)


def test_a_healthy_plant_is_learned_and_in_control(
    learned: tuple[Simulator, Detectors, int],
) -> None:
    _, found, _ = learned
    speed = found.channels.index["speed"]
    assert found.mean.known[:, speed].all()
    assert not found.mean.out.any()
    assert not found.swing.out.any()


def test_a_power_dip_is_seen_in_the_second_in_which_all_went_dark(
    learned: tuple[Simulator, Detectors, int],
) -> None:
    plant, found, now = learned
    plant.begin_fault(2, "power_dip")
    run(plant, found, 3, now)
    assert found.now.dip.tolist() == [0, 3, 0]


def test_a_changeover_is_no_power_dip(learned: tuple[Simulator, Detectors, int]) -> None:
    plant, found, now = learned
    plant._plant.jobs.change_product(1)
    run(plant, found, 60, now)
    assert not found.now.dip.any()


def test_a_dead_heater_is_one_that_draws_nothing_though_asked(
    learned: tuple[Simulator, Detectors, int],
) -> None:
    plant, found, now = learned
    plant.begin_fault(1, "heater_band_failure")
    zone = int(plant._faults.zone.max())
    run(plant, found, 60, now)
    assert (found.now.dead[0] > 0).tolist() == [z == zone for z in range(7)]
    assert not found.now.dead[1:].any()


def test_a_broken_sensor_is_marked_by_its_own_instrument(
    learned: tuple[Simulator, Detectors, int],
) -> None:
    plant, found, now = learned
    plant.begin_fault(3, "thermocouple_break")
    run(plant, found, 30, now)
    assert found.now.failed.sum() == 1
    assert found.now.failed[2].any()


def test_detectors_go_on_where_another_worker_stopped(tmp_path: Path) -> None:
    plants = [quiet_plant(tmp_path / name) for name in "ab"]
    one, two = (Detectors(p.catalogue().extruders, len(SIGNALS)) for p in plants)
    now = run(plants[0], one, 777)
    run(plants[1], two, 777)
    other = Detectors(plants[1].catalogue().extruders, len(SIGNALS))
    assert other.restore({**two.state(slow=True), **two.state(slow=False)})
    run(plants[0], one, 500, now)
    run(plants[1], other, 500, now)
    for slow in (True, False):
        for name, array in one.state(slow).items():
            np.testing.assert_array_equal(array, other.state(slow)[name], name)


def test_a_state_of_another_plant_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    small = Detectors(quiet_plant(tmp_path, 1).catalogue().extruders, len(SIGNALS))
    found = Detectors(quiet_plant(tmp_path, 3).catalogue().extruders, len(SIGNALS))
    assert not found.restore({**small.state(slow=True), **small.state(slow=False)})
    assert found.mean.n.shape[0] == 3
