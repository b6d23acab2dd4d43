"""Limits of all extruders at once, against one alarm at a time in plain Python."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.alarms.conditions import Edge, LimitConditions, active_edges
from data.alarms.definitions import HIGH, LIMITS, OTHERS, Definition, bound_of, definition
from data.alarms.events import Condition
from data.extruders import Extruder, Limits, Signal
from data.quality import Quality

H, HH, L, BAD = Condition.H, Condition.HH, Condition.L, Condition.BAD
T0 = 1_700_000_000_000
SIGNAL = Signal("P", "Pressure", "bar", "Melt", 0, 100)
#: A reading: value and quality; None is an extruder that says nothing.
Reading = tuple[float, int] | None


def plant(*limits: dict[int, Limits], signals: int = 1) -> LimitConditions:
    extruders = [
        Extruder(n + 1, f"Extruder {n + 1}", (SIGNAL,), {c: {"P": one} for c, one in of.items()})
        for n, of in enumerate(limits)
    ]
    return LimitConditions(extruders, signals)


def feed(
    conditions: LimitConditions, second: int, *readings: Reading, product: int = 0
) -> list[Edge]:
    known = [one or (np.nan, Quality.ABSENT) for one in readings]
    return conditions.step(
        T0 + second * 1000,
        np.array([[value] for value, _ in known], np.float32),
        np.array([[quality] for _, quality in known], np.uint8),
        np.array([one is not None for one in readings]),
        np.full(len(readings), product, np.int32),
    )


def run(conditions: LimitConditions, values: list[float], start: int = 0) -> list[tuple[int, bool]]:
    """Seconds at which an alarm went on or off."""
    return [
        (second, edge.on)
        for second, value in enumerate(values, start)
        for edge in feed(conditions, second, (value, 0))
    ]


def test_an_alarm_comes_after_the_on_delay_without_a_break() -> None:
    conditions = plant({0: Limits(h=80, on_delay_s=3)})
    assert run(conditions, [81, 81, 81, 79, 81, 81, 81, 81]) == [(7, True)]


def test_an_alarm_returns_only_after_the_off_delay() -> None:
    conditions = plant({0: Limits(h=80, on_delay_s=0, off_delay_s=2, deadband=5)})
    assert run(conditions, [80, 74, 74, 76, 74, 74, 74]) == [(0, True), (6, False)]


def test_an_alarm_stays_within_the_deadband_its_edge_included() -> None:
    conditions = plant({0: Limits(h=80, on_delay_s=0, deadband=5)})
    assert run(conditions, [80, 75, 75, 74.9]) == [(0, True), (3, False)]


def test_a_value_at_the_limit_does_not_chatter_without_a_deadband() -> None:
    conditions = plant({0: Limits(l=20, on_delay_s=0, deadband=0)})
    assert run(conditions, [20, 20, 20, 20.1]) == [(0, True), (3, False)]


@pytest.mark.parametrize(
    "nothing", [None, (np.nan, 0), (0.0, Quality.BAD_OUT_OF_SERVICE), (np.nan, Quality.ABSENT)]
)
def test_a_reading_that_says_nothing_leaves_the_timers_as_they_are(nothing: Reading) -> None:
    conditions = plant({0: Limits(h=80, on_delay_s=3)})
    assert not feed(conditions, 0, (81, 0))
    assert not feed(conditions, 1, nothing)
    assert not feed(conditions, 2, (81, 0))
    (edge,) = feed(conditions, 3, (81, 0))
    assert edge == Edge(0, 0, H, True, 81.0, 80.0)


def test_what_an_extruder_said_last_is_not_judged_while_it_says_nothing() -> None:
    conditions = plant({0: Limits(h=80, on_delay_s=0)})
    values, quality = np.full((1, 1), 90, np.float32), np.zeros((1, 1), np.uint8)
    assert conditions.step(T0, values, quality, np.zeros(1, bool), ZERO) == []


def test_a_failed_sensor_is_an_alarm_after_5_s_and_goes_after_60_s() -> None:
    conditions = plant({0: Limits()})
    told = []
    for second in range(100):
        failed = second < 10
        reading = (np.nan, Quality.BAD_SENSOR_FAILURE) if failed else (50.0, 0)
        told += [(second, e.condition, e.on, e.limit) for e in feed(conditions, second, reading)]
    assert told == [(5, BAD, True, None), (70, BAD, False, None)]


def test_the_limits_are_those_of_the_product_of_each_extruder() -> None:
    conditions = plant({0: Limits(h=80, on_delay_s=0), 7: Limits(h=60, on_delay_s=0)})
    assert not feed(conditions, 0, (70, 0), product=1)
    (edge,) = feed(conditions, 1, (70, 0), product=7)
    assert (edge.on, edge.limit) == (True, 60.0)


def test_a_product_without_any_limits_has_those_for_any_product() -> None:
    limits = {0: {"P": Limits(h=80, on_delay_s=0)}, 7: {}}
    conditions = LimitConditions([Extruder(1, "Extruder 1", (SIGNAL,), limits)], 1)
    assert feed(conditions, 0, (90, 0), product=7)


def test_an_alarm_whose_limit_is_gone_goes_at_once_even_without_a_reading() -> None:
    conditions = plant({1: Limits(h=80, on_delay_s=0), 2: Limits(l=10)})
    assert feed(conditions, 0, (90, 0), product=1)
    (edge,) = feed(conditions, 1, (np.nan, Quality.BAD_SENSOR_FAILURE), product=2)
    assert edge == Edge(0, 0, H, False, None, None)


def test_a_failed_sensor_stays_an_alarm_when_the_product_changes() -> None:
    conditions = plant({1: Limits(h=80), 2: Limits(h=90)})
    failed: Reading = (np.nan, Quality.BAD_SENSOR_FAILURE)
    told = [feed(conditions, second, failed, product=1) for second in range(6)]
    assert [edge.condition for edge in told[-1]] == [BAD]
    assert not feed(conditions, 6, failed, product=2)


def test_a_limit_is_told_as_it_was_set() -> None:
    (edge,) = feed(plant({0: Limits(h=80.1, on_delay_s=0)}), 0, (90, 0))
    assert edge.limit == 80.1


def test_slots_that_an_extruder_does_not_have_never_alarm() -> None:
    conditions = plant({0: Limits(h=80)}, signals=3)
    values, quality = np.full((1, 3), 1e9, np.float32), np.zeros((1, 3), np.uint8)
    for second in range(100):
        edges = conditions.step(T0 + second * 1000, values, quality, np.ones(1, bool), ZERO)
        assert {edge.slot for edge in edges} <= {0}


def test_what_holds_is_told_again_on_demand() -> None:
    conditions = plant({0: Limits(h=80, hh=90, on_delay_s=0)})
    feed(conditions, 0, (95, 0))
    assert {edge.condition for edge in active_edges(conditions, 0)} == {H, HH}


ZERO = np.zeros(1, np.int32)
delay = st.none() | st.sampled_from([0.0, 1.0, 2.5, 4.0])
limit = st.none() | st.sampled_from([2.0, 4.0, 5.0, 6.0, 8.0])
some_limits = st.builds(
    Limits, set_value=limit, ll=limit, l=limit, h=limit, hh=limit,
    deadband=st.none() | st.sampled_from([0.0, 1.0, 2.0]), on_delay_s=delay, off_delay_s=delay,
)  # fmt: skip
good = st.tuples(st.integers(0, 10).map(float) | st.just(float("nan")), st.sampled_from([0, 1]))
bad = st.tuples(st.sampled_from([5.0, float("nan")]), st.sampled_from([2, 3, 4, 255]))
some_readings = st.lists(st.none() | good | good | bad, max_size=40)
some_gaps = st.lists(st.sampled_from([1, 1, 1, 2, 30]), min_size=40, max_size=40)


@dataclass
class Reference:
    """One alarm in plain Python, after the words of DOMAIN.md."""

    condition: Condition
    bound: float | None
    settings: Definition
    active: bool = False
    since: int | None = None

    def judge(self, value: float, quality: int) -> bool | None:
        if self.condition is BAD:
            return None if quality == Quality.ABSENT else quality in (2, 3)
        if np.isnan(value) or quality > 1:
            return None
        if self.bound is None:
            return False
        slack = self.settings.deadband if self.active else 0.0
        if self.condition in HIGH:
            return value >= self.bound - slack
        return value <= self.bound + slack

    def step(self, ts: int, reading: Reading) -> bool:
        """True if the alarm turned."""
        holds = None if reading is None else self.judge(*reading)
        if holds is None:
            return False
        if holds == self.active:
            self.since = None
            return False
        self.since = ts if self.since is None else self.since
        delay = self.settings.off_delay_s if self.active else self.settings.on_delay_s
        if ts - self.since < delay * 1000:
            return False
        self.active, self.since = not self.active, None
        return True


def references(limits: Limits) -> list[Reference]:
    ones = [Reference(c, bound_of(limits, c), definition(SIGNAL, limits, c)) for c in LIMITS]
    return [*ones, Reference(BAD, None, OTHERS[BAD])]


@settings(max_examples=150, deadline=None)
@given(some_limits, some_limits, some_readings, some_readings, some_gaps, st.integers(0, 40))
def test_all_at_once_is_the_same_as_one_by_one(
    first: Limits, second: Limits, one: list[Reading], other: list[Reading], gaps: list[int],
    handover: int,
) -> None:  # fmt: skip
    conditions, seconds = plant({0: first}, {0: second}), np.cumsum(gaps).tolist()
    expected = [references(first), references(second)]
    for n, readings in enumerate(zip(one, other, strict=False)):
        if n == handover:
            state = {name: array.copy() for name, array in conditions.state().items()}
            conditions = plant({0: first}, {0: second})
            assert conditions.restore(state)
        edges = feed(conditions, seconds[n], *readings)
        turned = {
            (row, alarm.condition, alarm.active)
            for row, alarms in enumerate(expected)
            for alarm in alarms
            if alarm.step(T0 + seconds[n] * 1000, readings[row])
        }
        assert {(e.row, e.condition, e.on) for e in edges} == turned
        assert len(edges) == len(turned)


def test_a_state_of_another_plant_changes_nothing() -> None:
    conditions, larger = plant({0: Limits(h=1)}), plant({}, {})
    assert not conditions.restore(larger.state())
    assert not conditions.restore({})
    assert conditions.active.shape[0] == 1


def test_an_alarm_whose_limit_the_catalogue_lost_goes_after_a_restart() -> None:
    before, after = plant({0: Limits(h=80, on_delay_s=0)}), plant({0: Limits(l=1)})
    feed(before, 0, (90, 0))
    assert after.restore(before.state())
    assert [(e.condition, e.on) for e in feed(after, 1, None)] == [(H, False)]
