"""Frames: the readings around a malfunction, from half an hour before to half an hour after."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data.frames import AROUND_MS, MAX_ROWS, due_frames, frame_of
from data.malfunctions.malfunction import Malfunction
from data.monitor.findings import Terms
from data.monitor.monitor import Monitor
from data.telemetry import TelemetryStore
from tests.rows import plant, row

ONSET = 1_700_000_000_000
MINUTE_MS = 60_000
ENDED = ONSET + 10 * MINUTE_MS
ONE = Malfunction("1-1", 1, ONSET + MINUTE_MS, ONSET, ONSET, ended=ENDED)


@pytest.fixture
def filled(store: TelemetryStore) -> TelemetryStore:
    store.put_catalogue(plant(2), "test", "")
    stamps = range(ONSET - 40 * MINUTE_MS, ENDED + 40 * MINUTE_MS, 10_000)
    store.append([row(ts, e, float(ts % 1000), 200.0, 2.0) for ts in stamps for e in (1, 2)])
    return store


def test_a_frame_reaches_from_before_the_onset_to_after_the_end(filled: TelemetryStore) -> None:
    frame = frame_of(ONE, filled.catalogue(), filled)
    assert frame is not None
    stamps = [one.ts for one in frame.rows]
    assert stamps[0] == ONSET - AROUND_MS
    assert stamps[-1] == ENDED + AROUND_MS - 10_000
    assert {one.extruder for one in frame.rows} == {1}
    assert frame.signals == ("MeltPressure", "MeltTemperature", "JobStatus")


def test_a_frame_of_days_is_thinned(filled: TelemetryStore) -> None:
    long = replace(ONE, ended=ONSET + 3 * 24 * 60 * MINUTE_MS)
    frame = frame_of(long, filled.catalogue(), filled)
    assert frame is not None
    assert (frame.end - frame.start) / frame.step_ms <= MAX_ROWS
    assert np.diff([one.ts for one in frame.rows]).min() >= frame.step_ms


def test_an_extruder_that_is_gone_leaves_no_frame(filled: TelemetryStore) -> None:
    assert frame_of(replace(ONE, extruder=9), filled.catalogue(), filled) is None


def test_a_frame_is_due_half_an_hour_after_the_end_and_once() -> None:
    monitor = Monitor(plant(1), Terms())
    lasting = replace(ONE, id="1-2", ended=None)
    monitor.malfunctions = {ONE.id: ONE, lasting.id: lasting}
    assert due_frames(monitor, ENDED + AROUND_MS - 1) == []
    assert due_frames(monitor, ENDED + AROUND_MS) == [ONE]
    monitor.framed.add(ONE.id)
    assert due_frames(monitor, ENDED + AROUND_MS) == []
