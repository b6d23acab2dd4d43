"""Replays of the past give what the live limits would have given."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from data.alarms.conditions import LimitConditions
from data.alarms.events import Condition
from data.alarms.replay import replay
from data.extruders import Extruder, Limits
from data.quality import Quality
from tests.alarms.test_conditions import SIGNAL, T0, some_limits

some_readings = st.lists(
    st.tuples(
        st.integers(0, 10).map(float) | st.just(float("nan")),
        st.sampled_from([0, 0, 0, 0, 1, 2, 3, 4, 255]),
        st.sampled_from([1, 1, 1, 2, 70]),
    ),
    min_size=1,
    max_size=60,
)
production = st.lists(st.sampled_from([True, True, True, False]), min_size=60, max_size=60)
Readings = list[tuple[float, int, int]]
Events = list[list[Any]]


def arrays(readings: Readings) -> tuple[Any, Any, Any]:
    ts = T0 + np.cumsum([gap for _, _, gap in readings]).astype(np.int64) * 1000
    values = np.array([value for value, _, _ in readings], np.float32)
    return ts, values, np.array([quality for _, quality, _ in readings], np.uint8)


def live(ts: Any, values: Any, quality: Any, limits: Limits) -> Events:
    """Alarms of the live conditions, in order of their beginning."""
    conditions = LimitConditions([Extruder(1, "E", (SIGNAL,), {0: {"P": limits}})], 1)
    here, zero, events = np.ones(1, bool), np.zeros(1, np.int32), []
    for n, now in enumerate(ts.tolist()):
        for edge in conditions.step(
            now, values[n].reshape(1, 1), quality[n].reshape(1, 1), here, zero
        ):
            if edge.on:
                events.append([now, None, str(edge.condition)])
            else:
                next(e for e in events if e[2] == edge.condition and e[1] is None)[1] = now
    return sorted(events, key=lambda e: (e[0], e[2]))


@settings(max_examples=200, deadline=None)
@given(some_limits, some_readings)
def test_a_replay_is_what_the_live_limits_give(limits: Limits, readings: Readings) -> None:
    ts, values, quality = arrays(readings)
    found = replay(ts, values, quality, np.ones(len(ts), bool), limits, SIGNAL)
    assert found["events"] == live(ts, values, quality, limits)


@settings(max_examples=200, deadline=None)
@given(some_limits, some_readings, production)
def test_outside_production_the_live_limits_go_on_unseen(
    limits: Limits, readings: Readings, producing: list[bool]
) -> None:
    ts, values, quality = arrays(readings)
    produces = np.array(producing[: len(ts)])
    expected = []
    for on, off, name in live(ts, values, quality, limits):
        stood = (ts >= on) & (ts < (np.inf if off is None else off))
        shown = stood if name == "BAD" else stood & produces
        turns = ts[np.flatnonzero(np.diff(shown, prepend=False))].tolist()
        ends = [*turns[1::2], *([None] if len(turns) % 2 else [])]
        expected += [[a, b, name] for a, b in zip(turns[::2], ends, strict=True)]
    found = replay(ts, values, quality, produces, limits, SIGNAL)
    assert found["events"] == sorted(expected, key=lambda e: (e[0], e[2]))


def test_what_stands_when_production_begins_is_an_alarm_at_once() -> None:
    ts, values, quality, produces = steady([90.0] * 30)
    produces[10:20] = False
    found = replay(ts, values, quality, produces, Limits(h=80, on_delay_s=5), SIGNAL)
    expected = [[T0 + 5_000, T0 + 10_000, "H"], [T0 + 20_000, None, "H"]]
    assert found["events"] == expected


def steady(values: list[float]) -> tuple[Any, Any, Any, Any]:
    count = len(values)
    ts = T0 + np.arange(count, dtype=np.int64) * 1000
    return ts, np.array(values), np.zeros(count, np.uint8), np.ones(count, bool)


def test_a_replay_counts_alarms_by_condition_and_minutes_once() -> None:
    values = [50.0] * 60 + [85.0] * 60 + [95.0] * 60 + [50.0] * 60
    limits = Limits(h=80, hh=90, on_delay_s=0)
    found = replay(*steady(values), limits, SIGNAL)
    assert (found["alarms"], found["per_condition"]) == (2, {"H": 1, "HH": 1})
    assert found["minutes"] == 2
    assert found["events"] == [
        [T0 + 60_000, T0 + 180_000, "H"],
        [T0 + 120_000, T0 + 180_000, "HH"],
    ]


def test_an_alarm_that_stands_at_the_end_lasts_until_the_last_reading() -> None:
    found = replay(*steady([50.0, *[85.0] * 61]), Limits(h=80, on_delay_s=0), SIGNAL)
    assert found["events"] == [[T0 + 1000, None, "H"]]
    assert found["minutes"] == 1


def test_of_many_alarms_the_newest_are_listed() -> None:
    limits = Limits(h=80, on_delay_s=0, deadband=0)
    found = replay(*steady([50.0, 90.0] * 300), limits, SIGNAL)
    assert (found["alarms"], len(found["events"])) == (300, 200)
    assert found["events"][-1][0] == T0 + 599_000


def test_a_sensor_that_fails_outside_production_is_an_alarm_and_its_value_is_not() -> None:
    ts, values, quality, produces = steady([99.0] * 60)
    quality[:] = Quality.BAD_NO_COMMUNICATION
    found = replay(ts, values, quality, ~produces, Limits(h=80), SIGNAL)
    assert found["per_condition"] == {str(Condition.BAD): 1}


def test_no_readings_are_no_alarms() -> None:
    found = replay(*steady([]), Limits(h=80), SIGNAL)
    assert found == {"alarms": 0, "minutes": 0.0, "per_condition": {}, "events": []}
