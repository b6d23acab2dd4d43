"""A replay shows each recorded cell at a time that can be told beforehand."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import MalformedFile
from data.ingest.mapping import CsvMapping
from data.ingest.recorded import shipped_mapping_for
from data.ingest.replay import Rebase, Replay
from data.windows import Row
from tests.ingest.made_files import Read, long_csv, made_csv, made_mapping, ms, second

NOW = 1_800_000_000_000


def past_rows(replay: Replay) -> list[Row]:
    """Rows of a replay whose whole recording is already past; ends with it."""
    stop, rows = Event(), []
    expected = len(list(replay._replayed()))
    for batch in replay.stream(stop):
        rows.extend(batch)
        if len(rows) == expected:
            stop.set()
    return rows


def replay_of(path: Path, mapping: CsvMapping, speed: float, backfill_s: float) -> Replay:
    return Replay(path, mapping, speed, NOW, backfill_s, clock=lambda: NOW)


@given(st.integers(0, 10**9), st.sampled_from([0.25, 0.5, 1.0, 2.0, 10.0, 60.0]))
def test_replayed_time_runs_at_the_given_speed(elapsed: int, speed: float) -> None:
    rebase = Rebase(first=1_551_887_553_000, start=NOW, speed=speed)
    assert rebase(rebase.first) == NOW
    assert rebase(rebase.first + elapsed) == NOW + int(elapsed / speed)


def test_the_first_recorded_seconds_are_past_when_it_starts(tmp_path: Path) -> None:
    replay = replay_of(long_csv(tmp_path, 100), made_mapping(tmp_path), 1.0, 30.0)
    batch = next(iter(replay.stream(Event())))
    assert [row.ts for row in batch] == [NOW - 30_000 + 1000 * n for n in range(31)]


def test_at_speed_the_past_is_as_much_shorter(tmp_path: Path) -> None:
    replay = replay_of(long_csv(tmp_path, 100), made_mapping(tmp_path), 10.0, 30.0)
    batch = next(iter(replay.stream(Event())))
    assert [row.ts for row in batch] == [NOW - 3_000 + 100 * n for n in range(31)]


def test_later_rows_come_when_their_time_has_come(tmp_path: Path) -> None:
    clock = [NOW]
    replay = Replay(
        long_csv(tmp_path, 100), made_mapping(tmp_path), 1.0, NOW, 10.0, lambda: clock[0]
    )
    batches = replay.stream(Event())
    assert len(next(batches)) == 11
    clock[0] += 2500
    assert [row.ts for row in next(batches)] == [NOW + 1000, NOW + 2000]


def test_rows_that_fall_on_one_ms_at_speed_are_all_delivered(tmp_path: Path) -> None:
    lines = [f"{second(n // 2)},{n},1" for n in range(200)]
    replay = replay_of(made_csv(tmp_path, *lines), made_mapping(tmp_path), 1000.0, 1e6)
    rows = past_rows(replay)
    assert [row.values[0] for row in rows] == list(range(200))
    assert len({row.ts for row in rows}) == 200


def test_a_replay_repairs_as_an_import_does(tmp_path: Path) -> None:
    lines = [f"{second(0)},0,1e-99", f"{second(0)},5,", f"{second(1)},99999,1"]
    mapping = made_mapping(tmp_path, signals=(", zero_is_missing = true", ""))
    path = made_csv(tmp_path, *lines)
    for replayed, read in zip(
        past_rows(replay_of(path, mapping, 1.0, 100)), Read(path, mapping).rows, strict=True
    ):
        assert replayed.quality.tolist() == read.quality.tolist()
        np.testing.assert_array_equal(replayed.values, read.values)


def test_a_malformed_file_fails_before_anything_is_delivered(tmp_path: Path) -> None:
    path = made_csv(tmp_path, f"{second(0)},1,1", f"{second(1)},1,x")
    with pytest.raises(MalformedFile, match="line 3, column 3 'b'"):
        replay_of(path, made_mapping(tmp_path), 1.0, 0)


def test_a_file_without_rows_cannot_be_replayed(tmp_path: Path) -> None:
    with pytest.raises(MalformedFile, match="no rows to replay"):
        replay_of(made_csv(tmp_path), made_mapping(tmp_path), 1.0, 0)


def test_after_the_end_it_stays_silent_until_stopped(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stop, ended = Event(), Event()
    replay = replay_of(long_csv(tmp_path, 50), made_mapping(tmp_path), 1.0, 100.0)
    batches = replay.stream(stop)
    assert len(next(batches)) == 50
    with caplog.at_level("INFO"):
        rest = Thread(target=lambda: (list(batches), ended.set()))
        rest.start()
        assert not ended.wait(0.2)
        stop.set()
        rest.join()
    assert caplog.text.count("the recording has ended") == 1


def test_a_cell_of_the_recorded_run_shows_when_the_mapping_of_time_says(recorded: Path) -> None:
    (path,) = (recorded / "liveline").glob("*.csv")
    mapping = shipped_mapping_for(path)
    replay = replay_of(path, mapping, 1.0, 14_200.0)
    rows = [row for row in past_rows(replay) if row.extruder == 101]
    assert len(rows) == 14_088
    # Line 5,000 of the file, as its stamp and pressure cell are written there.
    with path.open() as file:
        line = file.read().splitlines()[4999].split(",")
        file.seek(0)
        header = file.readline().strip().split(",")
    shown = next(row for row in rows if row.ts == replay.rebase(ms(line[0], "America/Detroit")))
    slot = mapping.extruders[0].extruder.slot("MeltPressureZone_001.Pressure.ActualValue")
    assert slot is not None
    written = line[header.index("Machine1.MaterialPressure.U.Actual")]
    assert shown.values[slot] == np.float32(written)
