"""Each malfunction shows the signature that DOMAIN.md gives it, and the line recovers."""

import numpy as np
import pytest

from data.errors import SettingError
from data.extruders import JOB_IN_PRODUCTION, JOB_STATUS, START_UP_ACTIVE
from data.ingest.simulator.faults import FAULTS
from data.ingest.simulator.plant import (
    BATH,
    GEARBOX,
    LOAD,
    MELT,
    PRESSURE,
    SCREEN,
    SLOT,
    SPEED,
    THROAT,
    THROUGHPUT,
    zone_current,
    zone_output,
    zone_temperature,
)
from data.quality import Quality
from tests.ingest.simulated import course_of, outside_limits, quiet_plant, record

HDPE_MELT_HH = 225.0


def test_a_clogging_screen_raises_pressure_and_load(tmp_path):
    course = course_of("screen_clogging", tmp_path)
    assert course.during[SCREEN] > 60
    assert course.change(PRESSURE) > 50
    assert course.change(LOAD) > 2
    assert course.after[SCREEN] < 7


def test_a_failed_heater_band_draws_no_current_at_full_output_and_its_zone_cools(tmp_path):
    course = course_of("heater_band_failure", tmp_path)
    assert course.during[zone_output(course.zone)] == 100
    assert course.during[zone_current(course.zone)] < 0.1
    assert course.change(zone_temperature(course.zone)) < -10


def test_a_broken_thermocouple_reads_nothing_and_says_so(tmp_path):
    course = course_of("thermocouple_break", tmp_path)
    slot = SLOT[zone_temperature(course.zone)]
    assert np.isnan(course.values[:, slot]).all()
    assert (course.quality[:, slot] == Quality.BAD_SENSOR_FAILURE).all()
    others = np.delete(course.quality, slot, axis=1)
    assert (others == Quality.GOOD).all()


def test_a_drifting_thermocouple_stays_on_set_while_output_and_neighbours_move(tmp_path):
    course = course_of("thermocouple_drift", tmp_path, minutes=40)
    zone, beside = course.zone, course.zone - 1
    assert abs(course.change(zone_temperature(zone))) < 2
    assert course.change(zone_output(zone)) > 8
    assert course.change(zone_output(beside)) < -1
    assert course.change(MELT) > 0.5


def test_surging_makes_pressure_and_load_oscillate_at_the_same_speed(tmp_path):
    course = course_of("surging", tmp_path)
    for name in (PRESSURE, LOAD, THROUGHPUT):
        assert course.spread_during[name] > 4 * course.spread_before[name], name
    assert abs(course.change(SPEED)) < 0.2


def test_bridging_starves_the_screw_at_the_same_speed(tmp_path):
    course = course_of("bridging", tmp_path)
    for name in (LOAD, PRESSURE, THROUGHPUT):
        assert course.during[name] < 0.75 * course.before[name], name
    assert abs(course.change(SPEED)) < 0.2


def test_overheated_melt_thins_and_the_barrel_cools_as_hard_as_it_can(tmp_path):
    course = course_of("overheated_melt", tmp_path, minutes=30)
    assert course.during[MELT] > HDPE_MELT_HH
    assert course.change(PRESSURE) < -20
    assert course.during[zone_output(4)] == -100


def test_an_overloaded_motor_passes_its_nominal_load_and_sags(tmp_path):
    course = course_of("motor_overload", tmp_path)
    assert course.during[LOAD] > 100
    assert course.during[SPEED] < 0.96 * course.before[SPEED]


def test_an_overheating_gearbox_warms_its_oil_at_the_same_load(tmp_path):
    course = course_of("gearbox_overheating", tmp_path)
    assert course.during[GEARBOX] > 75
    assert abs(course.change(LOAD)) < 1.5


def test_lost_cooling_warms_bath_and_throat_before_the_feed_bridges(tmp_path):
    course = course_of("cooling_loss", tmp_path, minutes=20)
    warm = np.argmax(course.values[:, SLOT[BATH]] > course.before[BATH] + 4)
    starved = np.argmax(course.values[:, SLOT[THROUGHPUT]] < 0.9 * course.before[THROUGHPUT])
    assert 0 < warm < starved
    assert course.change(BATH) > 8
    assert course.change(THROAT) > 30


def test_a_worn_screw_delivers_less_per_turn_and_hotter(tmp_path):
    course = course_of("screw_wear", tmp_path)
    before, during = (c[THROUGHPUT] / c[SPEED] for c in (course.before, course.during))
    assert during < 0.9 * before
    assert course.change(MELT) > 3


def test_a_power_dip_stops_the_drive_at_once_and_ends_in_a_start_up(tmp_path):
    plant = quiet_plant(tmp_path)
    record(plant, 10)
    plant.begin_fault(1, "power_dip", 3)
    dip, _ = record(plant, 180)
    assert (dip[:, 0, SLOT[SPEED]] == 0).all()
    assert dip[-1, 0, SLOT[zone_temperature(3)]] < dip[0, 0, SLOT[zone_temperature(3)]] - 5
    assert dip[0, 0, SLOT[JOB_STATUS]] == JOB_IN_PRODUCTION
    back, _ = record(plant, 1800)
    assert back[1, 0, SLOT[JOB_STATUS]] == START_UP_ACTIVE
    assert back[-1, 0, SLOT[JOB_STATUS]] == JOB_IN_PRODUCTION
    assert outside_limits(plant, back) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_the_line_is_as_before_25_minutes_after_the_repair(fault, tmp_path):
    course = course_of(fault, tmp_path, minutes=5, rest_s=1500)
    assert course.after[JOB_STATUS] == JOB_IN_PRODUCTION
    assert course.after[PRESSURE] == pytest.approx(course.before[PRESSURE], rel=0.03)
    assert course.after[MELT] == pytest.approx(course.before[MELT], abs=1.5)
    assert course.after[THROUGHPUT] == pytest.approx(course.before[THROUGHPUT], rel=0.02)
    zone = zone_temperature(course.zone)
    assert course.after[zone] == pytest.approx(course.before[zone], abs=1)


def test_a_pvc_line_has_no_screen_to_clog(tmp_path):
    plant = quiet_plant(tmp_path)
    with pytest.raises(SettingError, match="heater_band_failure, thermocouple_break"):
        plant.begin_fault(3, "screen_clogging")


def test_a_fault_on_one_line_leaves_the_others_untouched(tmp_path):
    calm, hit = quiet_plant(tmp_path / "a"), quiet_plant(tmp_path / "b")
    hit.begin_fault(1, "bridging", 5)
    assert record(calm, 300)[0][:, 1:].tobytes() == record(hit, 300)[0][:, 1:].tobytes()
