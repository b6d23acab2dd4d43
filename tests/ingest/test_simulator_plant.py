"""The simulated plant when nothing is wrong."""

from pathlib import Path

import numpy as np
import pytest

from data.extruders import (
    JOB_IN_PRODUCTION,
    JOB_STATUS,
    NO_JOB,
    PRODUCT,
    START_UP_ACTIVE,
    catalogue_from_dict,
    catalogue_to_dict,
)
from data.ingest.simulator import Simulator
from data.ingest.simulator.plant import SCREEN, SIGNALS, SLOT, SPEED, catalogue
from data.ingest.simulator.recipes import HDPE_PIPE, PP_PIPE, PVC_PROFILE
from data.ingest.simulator.schedule import ChangeoverSchedule
from data.quality import Quality
from tests.ingest.simulated import START_MS, outside_limits, quiet_plant, record

HOUR_S = 3600


def test_an_extruder_has_32_measured_signals_and_2_states_with_unique_names():
    states = [signal for signal in SIGNALS if signal.states]
    assert len(SIGNALS) == 34
    assert [signal.name for signal in states] == [JOB_STATUS, PRODUCT]
    assert len({signal.name for signal in SIGNALS}) == 34
    assert len({signal.label for signal in SIGNALS}) == 34


def test_the_gauges_are_pressure_melt_temperature_load_speed_throughput():
    extruder = catalogue(1).extruders[0]
    labels = [extruder.signals[slot].label for slot in extruder.gauges]
    assert labels == [
        "Melt pressure",
        "Melt temperature",
        "Motor load",
        "Screw speed",
        "Throughput",
    ]


def test_the_catalogue_survives_json():
    plant = catalogue(4)
    assert catalogue_from_dict(catalogue_to_dict(plant)) == plant


@pytest.mark.parametrize("product", [HDPE_PIPE, PP_PIPE, PVC_PROFILE])
def test_set_values_and_limits_lie_in_order_within_the_scale(product):
    for extruder in catalogue(5).extruders:
        for name, one in extruder.limits_for(product).items():
            signal = extruder.signals[SLOT[name]]
            marks = [one.ll, one.l, one.set_value, one.h, one.hh]
            numbers = [mark for mark in marks if mark is not None]
            assert numbers == sorted(numbers), name
            assert signal.low <= numbers[0] and numbers[-1] <= signal.high, name


def test_the_same_seed_and_start_give_the_same_bytes(tmp_path):
    one, two, other = (
        Simulator(5, seed, START_MS, tmp_path / str(i), fault_every_h=0.5)
        for i, seed in enumerate((7, 7, 8))
    )
    first, second, third = (record(plant, 1200)[0].tobytes() for plant in (one, two, other))
    assert first == second
    assert first != third


def test_a_healthy_plant_stays_inside_its_limits_in_production(tmp_path: Path):
    plant = quiet_plant(tmp_path, extruders=8)
    values, quality = record(plant, HOUR_S)
    assert outside_limits(plant, values) == []
    assert set(np.unique(quality)) == {Quality.GOOD, Quality.BAD_OUT_OF_SERVICE}


def test_a_healthy_plant_lies_inside_the_scales_of_its_gauges(tmp_path):
    plant = quiet_plant(tmp_path)
    values, _ = record(plant, 900)
    low = np.array([signal.low for signal in SIGNALS])
    high = np.array([signal.high for signal in SIGNALS])
    outside = (values < low) | (values > high)
    assert not outside.any(), [SIGNALS[slot].name for slot in np.unique(outside.nonzero()[2])]


def test_lines_start_settled_in_production_except_one_that_heats_up(tmp_path):
    values, _ = record(quiet_plant(tmp_path, extruders=8), 1500)
    status = values[:, :, SLOT[JOB_STATUS]]
    assert list(np.flatnonzero(status[0] == START_UP_ACTIVE)) == [4]
    reached = int(np.argmax(status[:, 4] == JOB_IN_PRODUCTION))
    assert 10 * 60 < reached < 20 * 60
    assert (np.delete(status, 4, axis=1) == JOB_IN_PRODUCTION).all()


def test_a_changeover_passes_through_no_job_and_start_up_to_the_other_product(tmp_path):
    plant = quiet_plant(tmp_path)
    plant._plant.jobs.change_product(0)
    values, _ = record(plant, 1800)
    status, product = values[:, 0, SLOT[JOB_STATUS]], values[:, 0, SLOT[PRODUCT]]
    changes = status[np.flatnonzero(np.diff(status, prepend=-1))]
    assert list(changes) == [NO_JOB, START_UP_ACTIVE, JOB_IN_PRODUCTION]
    assert (product[0], product[-1]) == (HDPE_PIPE, PP_PIPE)
    assert outside_limits(plant, values) == []


def test_a_pvc_line_stops_for_another_profile_but_keeps_its_product(tmp_path):
    plant = quiet_plant(tmp_path)
    plant._plant.jobs.change_product(2)
    values, _ = record(plant, 300)
    assert values[0, 2, SLOT[JOB_STATUS]] == NO_JOB
    assert values[-1, 2, SLOT[JOB_STATUS]] == START_UP_ACTIVE
    assert (values[:, 2, SLOT[PRODUCT]] == PVC_PROFILE).all()


def test_each_line_changes_over_every_4_to_10_hours_once_it_is_ready():
    schedule, ready = ChangeoverSchedule(3, seed=1), np.array([True, True, False])
    changes = [(now, row) for now in range(0, 48 * HOUR_S, 60) for row in schedule.due(now, ready)]
    for row in (0, 1):
        times = [now for now, changed in changes if changed == row]
        assert HOUR_S < times[0] < 8 * HOUR_S + 60
        assert all(4 * HOUR_S - 60 <= gap <= 10 * HOUR_S + 60 for gap in np.diff(times))
    assert 2 not in [row for _, row in changes]


def test_the_screen_of_pvc_is_out_of_service(tmp_path):
    values, quality = record(quiet_plant(tmp_path), 5)
    slot = SLOT[SCREEN]
    assert np.isnan(values[:, 2, slot]).all()
    assert (quality[:, 2, slot] == Quality.BAD_OUT_OF_SERVICE).all()
    assert SCREEN not in catalogue(3).extruders[2].limits_for(PVC_PROFILE)


def test_no_reading_is_infinite_and_only_bad_ones_are_missing(tmp_path):
    plant = Simulator(8, 3, START_MS, tmp_path, fault_every_h=0.2)
    values, quality = record(plant, HOUR_S)
    assert not np.isinf(values).any()
    assert (np.isnan(values) == (quality != Quality.GOOD)).all()


def test_a_standing_screw_reads_zero_without_noise(tmp_path):
    values, _ = record(quiet_plant(tmp_path, extruders=5), 60)
    assert (values[:, 4, SLOT[SPEED]] == 0).all()
