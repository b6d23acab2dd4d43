"""Settings of alarms: the defaults of DOMAIN.md, and what a plant sets itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.alarms.definitions import (
    HIGH,
    LIMITS,
    OTHERS,
    bound_of,
    definition,
)
from data.alarms.events import Condition, Priority
from data.extruders import Limits, Signal

L, H, HH, LL = Condition.L, Condition.H, Condition.HH, Condition.LL
PRESSURE, LOAD = "MeltPressureZone_001.Pressure.ActualValue", "MainDrive.Load.ActualValue"
HOPPER = "Hopper.Level.ActualValue"


def signal(name: str = "X", unit: str = "bar", high: float = 100) -> Signal:
    return Signal(name, "label", unit, "group", 0, high)


@pytest.mark.parametrize(
    ("one", "deadband", "delay"),
    [
        (signal("Throughput", "kg/h"), 5, 15),
        (signal(HOPPER, "%"), 5, 60),
        (signal(PRESSURE, "bar"), 2, 15),
        (signal("BarrelZone_01", "°C"), 1, 60),
        (signal(LOAD, "%"), 2, 15),
        (signal("MainDrive.Speed.ActualValue", "rpm"), 2, 15),
        (signal("MainDrive.ElectricalCurrent.ActualValue", "A"), 5, 60),
        (signal("Other", "?"), 2, 15),
    ],
)
def test_deadband_and_delays_follow_the_kind_of_measurement(
    one: Signal, deadband: float, delay: float
) -> None:
    found = definition(one, Limits(h=80), H)
    assert found.deadband == pytest.approx(deadband)
    assert (found.on_delay_s, found.off_delay_s) == (delay, delay)


@pytest.mark.parametrize(
    ("name", "condition", "priority"),
    [
        ("X", HH, Priority.HIGH),
        ("X", LL, Priority.HIGH),
        ("X", H, Priority.MEDIUM),
        ("X", L, Priority.MEDIUM),
        (HOPPER, L, Priority.LOW),
        (HOPPER, H, Priority.MEDIUM),
        (HOPPER, LL, Priority.HIGH),
        (PRESSURE, HH, Priority.CRITICAL),
        (PRESSURE, LL, Priority.HIGH),
        (LOAD, HH, Priority.CRITICAL),
        (LOAD, H, Priority.MEDIUM),
        ("X", Condition.BAD, Priority.MEDIUM),
        ("X", Condition.FROZEN, Priority.LOW),
    ],
)
def test_priority_follows_the_consequence(
    name: str, condition: Condition, priority: Priority
) -> None:
    assert definition(signal(name), Limits(), condition).priority is priority


def test_only_critical_alarms_are_told_again_by_default() -> None:
    assert definition(signal(PRESSURE), Limits(), HH).re_alarm_s == 1800
    assert definition(signal(), Limits(), HH).re_alarm_s == 0


def test_malfunctions_and_silence_are_of_high_priority() -> None:
    assert OTHERS[Condition.MALFUNCTION].priority is Priority.HIGH
    assert OTHERS[Condition.SILENT].priority is Priority.HIGH


def test_a_failed_sensor_waits_5_s_to_come_and_60_s_to_go() -> None:
    found = definition(signal(), Limits(on_delay_s=99), Condition.BAD)
    assert (found.on_delay_s, found.off_delay_s) == (5, 60)


def test_what_limits_set_wins() -> None:
    limits = Limits(50, h=51, deadband=7, on_delay_s=0, off_delay_s=9, latching=True, re_alarm_s=60)
    found = definition(signal(), limits, H)
    assert (found.deadband, found.on_delay_s, found.off_delay_s) == (7, 0, 9)
    assert (found.latching, found.re_alarm_s, found.max_shelve_s) == (True, 60, 8 * 3600)


def test_the_off_delay_is_the_on_delay_by_default() -> None:
    assert definition(signal(), Limits(h=1, on_delay_s=3), H).off_delay_s == 3
    assert definition(signal(), Limits(h=1, on_delay_s=300), H).off_delay_s == 60


value = st.none() | st.floats(-100, 100)


@given(value, value, value, value, value, st.sampled_from(LIMITS))
def test_every_alarm_can_clear_on_the_way_to_the_set_value_and_the_other_limit(
    set_value: float | None, ll: float | None, low: float | None, h: float | None,
    hh: float | None, condition: Condition,
) -> None:  # fmt: skip
    limits = Limits(set_value, ll, low, h, hh)
    bound, deadband = bound_of(limits, condition), 0.0
    if bound is None:
        return
    deadband = definition(signal(), limits, condition).deadband
    assert 0 <= deadband <= 2
    near, far = (low, ll) if condition in HIGH else (h, hh)
    for other in (set_value, far if near is None else near):
        if other is not None:
            assert deadband <= abs(bound - other) / 2
