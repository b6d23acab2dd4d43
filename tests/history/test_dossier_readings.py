"""Readings around a malfunction: where they come from, and how few points tell them."""

from __future__ import annotations

import time
from typing import get_type_hints

import msgspec
import numpy as np
import pytest

from data.history.dossier_lanes import lane
from data.history.dossier_readings import Readings, readings
from data.history.downsample import Points
from data.quality import Quality
from tests.history.dossier_store import (
    HOUR_MS,
    ID,
    MELT,
    MINUTE_MS,
    ONSET,
    PRESSURE,
    ZONE_2,
    PlantStore,
    malfunction,
    row,
    seconds,
)

pytestmark = pytest.mark.both_stores

START, END = ONSET - 30 * MINUTE_MS, ONSET + HOUR_MS + 30 * MINUTE_MS


@pytest.fixture(name="plant")
def plant_fixture(store_url: str) -> PlantStore:
    plant = PlantStore(store_url)
    plant.write(malfunction())
    return plant


def readings_of(plant: PlantStore, *signals: str) -> Readings:
    found = plant.questions.ask(readings, ID, signals or (PRESSURE,))
    assert found is not None
    return found


def test_an_unknown_malfunction_has_no_readings(plant: PlantStore) -> None:
    assert plant.questions.ask(readings, "3-1", (PRESSURE,)) is None


def test_readings_come_from_the_frame(plant: PlantStore) -> None:
    plant.save_frame(seconds(START, END, 210, 200, 190))
    plant.append(seconds(START, START + MINUTE_MS, 1, 2, 3))
    found = readings_of(plant, MELT, PRESSURE)
    assert (found.source, found.every_ms) == ("frame", 1000)
    assert [one.signal for one in found.lanes] == [MELT, PRESSURE]
    assert set(found.lanes[0].values) == {200.0}
    assert (found.start, found.end) == (START, END)


def test_two_hours_become_few_points_that_keep_a_spike_of_one_second(plant: PlantStore) -> None:
    rows = seconds(START, END, 210, 200, 190)
    rows[4000] = row(START + 4_000_000, 333, 200, 190)
    plant.save_frame(rows)
    (pressure,) = readings_of(plant, PRESSURE).lanes
    assert len(pressure.values) <= 1500
    assert max(value for value in pressure.values if value is not None) == 333.0
    at = pressure.values.index(333.0)
    assert abs(at * pressure.step_ms - 4_000_000) < 2 * pressure.step_ms


def test_bad_readings_are_left_out_and_their_time_is_told(plant: PlantStore) -> None:
    rows = seconds(START, END, 210, 200, 190)
    for at in range(3600, 3900):
        rows[at] = row(rows[at].ts, 210, 200, 190, quality=Quality.BAD_SENSOR_FAILURE)
    plant.save_frame(rows)
    (pressure,) = readings_of(plant, PRESSURE).lanes
    ((start, end),) = pressure.bad
    assert abs(start - (START + 3_600_000)) <= 2 * pressure.step_ms
    assert abs(end - (START + 3_900_000)) <= 2 * pressure.step_ms
    assert None in pressure.values


def test_a_frame_from_before_a_signal_was_added_lacks_it(plant: PlantStore) -> None:
    plant.save_frame(seconds(START, END, 210, 200), signals=2)
    assert [one.signal for one in readings_of(plant, PRESSURE, ZONE_2).lanes] == [PRESSURE]


def test_rows_from_before_a_signal_was_added_are_a_gap_in_it(plant: PlantStore) -> None:
    plant.save_frame(
        [*seconds(START, ONSET, 210, 200), *seconds(ONSET, END, 211, 201, 191)], signals=3
    )
    (zone,) = readings_of(plant, ZONE_2).lanes
    assert zone.values[0] is None
    assert zone.values[-1] == 191.0
    assert not zone.bad


def test_without_a_frame_the_readings_themselves_are_shown(plant: PlantStore) -> None:
    plant.append(seconds(START, END, 210, 200, 190))
    found = readings_of(plant)
    assert found.source == "raw"
    assert set(found.lanes[0].values) == {210.0}


def test_an_empty_frame_is_none(plant: PlantStore) -> None:
    plant.save_frame([])
    plant.append(seconds(START, END, 210, 200, 190))
    assert readings_of(plant).source == "raw"


def test_readings_that_are_gone_are_told_by_minutes(plant: PlantStore) -> None:
    plant.roll_up("minute_rollups", START, 120, MINUTE_MS, 210.0)
    plant.append(seconds(END - 60_000, END, 210, 200, 190))
    found = readings_of(plant)
    assert (found.source, found.every_ms) == ("minute", MINUTE_MS)
    assert set(found.lanes[0].values) == {209.0, 211.0}


def test_minutes_that_are_gone_are_told_by_hours(plant: PlantStore) -> None:
    plant.roll_up("hour_rollups", START // HOUR_MS * HOUR_MS, 5, HOUR_MS, 210.0)
    assert readings_of(plant).source == "hour"


def test_nothing_kept_is_said(plant: PlantStore) -> None:
    found = readings_of(plant)
    assert (found.source, found.lanes) == ("", [])


def test_months_of_wear_are_read_from_hours(plant: PlantStore) -> None:
    start = int(time.time() * 1000) - 60 * 24 * HOUR_MS
    plant.write(malfunction(onset=start, ended=None))
    plant.roll_up("minute_rollups", start // HOUR_MS * HOUR_MS - HOUR_MS, 1000, MINUTE_MS, 1.0)
    plant.roll_up("hour_rollups", start // HOUR_MS * HOUR_MS - HOUR_MS, 1441, HOUR_MS, 210.0)
    found = readings_of(plant)
    assert found.source == "hour"
    assert len(found.lanes[0].values) <= 1502


def test_no_signal_and_a_signal_that_nobody_has_give_no_lane(plant: PlantStore) -> None:
    plant.save_frame(seconds(START, END, 210, 200, 190))
    assert readings_of(plant, "Nothing.ActualValue").lanes == []
    assert plant.questions.ask(readings, ID, ()).lanes == []  # type: ignore[union-attr]


def test_readings_survive_the_cache(plant: PlantStore) -> None:
    plant.save_frame(seconds(START, ONSET, 210, 200, 190))
    found = readings_of(plant)
    kind = get_type_hints(readings)["return"]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=kind) == found


def points(times: list[int], values: list[float]) -> Points:
    read = np.array(values, float)
    counted = np.isfinite(read).astype(np.int64)
    return Points(np.array(times, np.int64), read, read, read, counted, 1 - counted)


def test_readings_that_come_every_five_seconds_are_a_line_and_not_dots() -> None:
    times = list(range(0, 1_200_000, 5000))
    drawn = lane("a", points(times, [1.0] * len(times)), (0, 1_200_000), 1000)
    inner = drawn.values[: int(1_195_000 / drawn.step_ms)]
    assert None not in inner


def test_a_silence_is_a_gap() -> None:
    times = [t for t in range(0, 700_000, 1000) if not 200_000 <= t < 300_000]
    drawn = lane("a", points(times, [1.0] * len(times)), (0, 700_000), 1000)
    assert drawn.step_ms == 1000
    assert all(value is None for value in drawn.values[200:300])
    assert None not in [*drawn.values[:200], *drawn.values[300:]]


def test_a_bad_reading_is_not_bridged() -> None:
    times = list(range(0, 100_000, 1000))
    values = [1.0] * 50 + [float("nan")] + [1.0] * 49
    drawn = lane("a", points(times, values), (0, 100_000), 1000)
    assert [at for at, value in enumerate(drawn.values) if value is None] == [50]
    assert drawn.bad == [(50_000, 51_000)]
