"""Faults on request, and the record of what was really wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from data.errors import SettingError
from data.ingest.simulator import Simulator, request_fault
from data.ingest.simulator.commands import announce
from data.ingest.simulator.ground_truth import ground_truth_path, read_ground_truth
from data.ingest.simulator.plant import LOAD, SLOT
from tests.ingest.simulated import START_MS, quiet_plant, record

POSSIBLE = {1: ("surging", "bridging"), 2: ("surging",)}


def waiting(var_dir):
    return list((var_dir / "simulator" / "commands").glob("*.json"))


def test_a_requested_fault_begins_in_the_next_second_and_its_file_is_gone(tmp_path):
    announce(tmp_path, {1: ("motor_overload",), 2: ("motor_overload",), 3: ()})
    plant = quiet_plant(tmp_path)
    record(plant, 5)
    request_fault(tmp_path, 2, "motor_overload", 2)
    values, _ = record(plant, 60)
    assert values[-1, 1, SLOT[LOAD]] > 100 > values[-1, 0, SLOT[LOAD]]
    assert waiting(tmp_path) == []


def test_ground_truth_records_onset_and_end_in_utc(tmp_path):
    plant = quiet_plant(tmp_path)
    record(plant, 10)
    plant.begin_fault(1, "bridging", 2)
    record(plant, 200)
    (episode,) = read_ground_truth(tmp_path)
    onset = datetime.fromtimestamp(START_MS / 1000, UTC) + timedelta(seconds=10)
    assert (episode.extruder, episode.fault, episode.origin) == (1, "bridging", "command")
    assert (episode.onset, episode.end) == (onset, onset + timedelta(seconds=120))
    assert "T22:13:30+00:00,onset,1,bridging,command" in ground_truth_path(tmp_path).read_text()


def test_a_fault_that_still_lasts_has_no_end(tmp_path):
    plant = quiet_plant(tmp_path)
    plant.begin_fault(2, "surging")
    record(plant, 5)
    assert [episode.end for episode in read_ground_truth(tmp_path)] == [None]


def test_a_second_request_for_a_running_fault_changes_nothing(tmp_path):
    plant = quiet_plant(tmp_path)
    plant.begin_fault(1, "surging", 5)
    record(plant, 5)
    plant.begin_fault(1, "surging", 60)
    record(plant, 300)
    assert [episode.end is None for episode in read_ground_truth(tmp_path)] == [False]


def test_the_schedule_brings_faults_of_its_own_but_none_in_the_first_minutes(tmp_path):
    plant = Simulator(8, 5, START_MS, tmp_path, backfill_s=0, fault_every_h=0.1)
    record(plant, 1800)
    episodes = read_ground_truth(tmp_path)
    assert len(episodes) > 3
    assert {episode.origin for episode in episodes} == {"schedule"}
    first = min(episode.onset for episode in episodes)
    assert first.timestamp() >= START_MS / 1000 + 300


def test_an_unknown_fault_names_those_that_are_possible(tmp_path):
    announce(tmp_path, POSSIBLE)
    with pytest.raises(SettingError, match=r"FAULT='fire': expected one of surging, bridging$"):
        request_fault(tmp_path, 1, "fire")


def test_an_unknown_extruder_names_the_numbers_that_are_possible(tmp_path):
    announce(tmp_path, POSSIBLE)
    with pytest.raises(SettingError, match="EXTRUDER=3: expected a number from 1 to 2"):
        request_fault(tmp_path, 3, "surging")


@pytest.mark.parametrize("minutes", [0, -1, float("nan"), float("inf"), 1e9])
def test_a_request_for_no_sensible_time_is_refused(minutes, tmp_path):
    announce(tmp_path, POSSIBLE)
    with pytest.raises(SettingError, match="MINUTES"):
        request_fault(tmp_path, 1, "surging", minutes)


def test_without_a_running_simulator_a_request_says_so(tmp_path):
    with pytest.raises(SettingError, match=r"VAR_DIR.*running simulator"):
        request_fault(tmp_path, 1, "surging")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"\xff\xfe",
        b'{"extruder": 99, "fault": "surging"}',
        b'{"extruder": "1", "fault": "surging"}',
        b'{"extruder": 1, "fault": ["surging"]}',
        b'{"extruder": 1, "fault": "surging", "minutes": "soon"}',
    ],
)
def test_a_bad_command_file_is_logged_and_moved_aside(content, tmp_path, caplog):
    plant = quiet_plant(tmp_path)
    announce(tmp_path, POSSIBLE)
    folder = tmp_path / "simulator" / "commands"
    (folder / "1-bad.json").write_bytes(content)
    record(plant, 3)
    assert waiting(tmp_path) == []
    assert (folder / "rejected" / "1-bad.json").read_bytes() == content
    assert len(caplog.records) == 1
    assert "1-bad.json" in caplog.text
