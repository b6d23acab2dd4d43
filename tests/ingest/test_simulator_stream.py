"""The simulator as a source: a full past, then second after second without a gap."""

import time
from itertools import islice
from threading import Event

import numpy as np

from data.ingest.simulator import Simulator, request_fault
from data.ingest.simulator.ground_truth import read_ground_truth
from tests.ingest.simulated import START_MS


def test_the_stream_begins_with_the_recent_past_in_order_of_time(tmp_path):
    plant = Simulator(8, 1, START_MS, tmp_path, backfill_s=900)
    batches = list(islice(plant.stream(Event()), 2))
    rows = [row for batch in batches for row in batch]
    times = [row.ts for row in rows]
    assert max(len(batch) for batch in batches) <= 5000
    assert times == sorted(times)
    assert (times[0], times[-1]) == (START_MS - 899_000, START_MS)
    assert len({(row.ts, row.extruder) for row in rows}) == len(rows) == 8 * 900


def test_a_late_stream_catches_up_without_leaving_out_a_second(tmp_path):
    plant = Simulator(2, 1, START_MS + 640, tmp_path, backfill_s=0)
    batches = list(islice(plant.stream(Event()), 50))
    assert [batch[0].ts for batch in batches] == [START_MS + 1000 * s for s in range(1, 51)]
    assert all([row.extruder for row in batch] == [1, 2] for batch in batches)


def test_a_row_is_not_delivered_before_its_time_and_stop_ends_the_stream(tmp_path):
    stop, delivered = Event(), []
    plant = Simulator(1, 1, int(time.time() * 1000), tmp_path, backfill_s=0)
    for batch in plant.stream(stop):
        delivered.append(batch[0].ts)
        assert time.time() * 1000 >= batch[0].ts
        if len(delivered) == 2:
            stop.set()
    assert np.diff(delivered).tolist() == [1000]


def test_rows_hold_34_float32_values_and_their_quality(tmp_path):
    (row,) = next(iter(Simulator(1, 1, START_MS, tmp_path).simulate(1)))
    assert (row.values.dtype, row.values.shape) == (np.float32, (34,))
    assert (row.quality.dtype, row.quality.shape) == (np.uint8, (34,))


def test_a_streaming_plant_obeys_requests(tmp_path):
    stream = Simulator(2, 1, START_MS, tmp_path, 10, None).stream(Event())
    next(stream)
    request_fault(tmp_path, 2, "surging", 0.1)
    list(islice(stream, 10))
    (episode,) = read_ground_truth(tmp_path)
    assert (episode.extruder, episode.fault, episode.end is not None) == (2, "surging", True)
