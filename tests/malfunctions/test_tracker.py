"""From readings to one malfunction with cause, evidence, onset, cost and end."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pytest

from data.ingest.simulator.faults import FAULTS
from data.malfunctions.malfunction import (
    CANNOT_TELL,
    Stage,
    malfunction_from_dict,
    malfunction_to_dict,
)
from data.malfunctions.tracker import Tracker
from tests.malfunctions.simulated import LEARN_S, PRICE, Watched

#: Minutes from onset within which each is found, and how far off its onset may be dated.
FOUND = {
    "screen_clogging": (20, 12),
    "heater_band_failure": (1, 1),
    "thermocouple_break": (1, 1),
    "thermocouple_drift": (75, 60),
    "surging": (4, 2),
    "bridging": (2, 2),
    "overheated_melt": (6, 4),
    "motor_overload": (2, 2),
    "gearbox_overheating": (12, 8),
    "cooling_loss": (5, 3),
    "screw_wear": (40, 25),
    "power_dip": (0.5, 0.5),
}


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    one = Watched(tmp_path_factory.mktemp("plant"))
    one.run(LEARN_S)
    return one


@pytest.fixture
def watched(learnt: Watched) -> Watched:
    """A line of which is known what is usual; each test has its own."""
    return deepcopy(learnt)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_found_dated_and_named(fault: str, watched: Watched) -> None:
    within, off = FOUND[fault]
    begun = watched.now
    watched.plant.begin_fault(1, fault)
    watched.run(min(FAULTS[fault].minutes, within + 15) * 60)
    one = watched.only
    assert (one.detected - begun) / 60_000 <= within
    assert abs(one.onset - begun) / 60_000 <= off
    assert one.onset_early <= one.onset <= one.detected
    assert one.cause == fault
    assert 0 < one.causes[0].likelihood <= 1
    assert any(evidence.supports for evidence in one.causes[0].evidence)


def test_a_healthy_day_in_a_hurry_has_no_malfunction(tmp_path: Path) -> None:
    one = Watched(tmp_path, extruders=6)
    one.run(3 * 3600)
    assert one.seen == {}


def test_a_changeover_is_no_malfunction(watched: Watched) -> None:
    watched.plant._plant.jobs.change_product(0)
    watched.run(5400)
    assert watched.seen == {}


def test_a_malfunction_ends_and_its_scrap_becomes_final_after_the_residence_time(
    watched: Watched,
) -> None:
    watched.plant.begin_fault(1, "overheated_melt", minutes=10)
    watched.run(600)
    during = watched.only
    assert during.ended is None
    assert not during.scrap.final
    watched.run(4800)
    after = watched.only
    assert after.ended is not None
    assert after.scrap.final
    assert after.scrap.kg > during.scrap.kg > 0
    assert watched.tracker.followed == {}


def test_scrap_is_throughput_from_onset_to_the_end_and_residence(watched: Watched) -> None:
    watched.plant.begin_fault(1, "surging", minutes=10)
    watched.run(3600)
    one = watched.only
    assert one.ended is not None
    hours = (one.ended - one.onset) / 3_600_000 + 180 / 3600
    assert one.scrap.out_of_spec_kg == pytest.approx(306 * hours, rel=0.06)
    assert one.scrap.money == pytest.approx(one.scrap.kg * PRICE.per_kg, abs=0.02)
    assert one.scrap.start_up_kg == 0


def test_a_power_dip_counts_the_start_up_that_follows(watched: Watched) -> None:
    watched.plant.begin_fault(1, "power_dip")
    watched.run(3000)
    assert watched.only.ended is not None
    assert watched.only.scrap.start_up_kg > 5


def test_what_only_wears_the_machine_spoils_no_product(watched: Watched) -> None:
    watched.plant.begin_fault(1, "gearbox_overheating")
    watched.run(1800)
    assert watched.only.scrap.hours > 0.3
    assert watched.only.scrap.kg == 0


def test_an_operator_who_sets_another_speed_causes_no_malfunction(watched: Watched) -> None:
    watched.plant._plant.targets.speed[:] *= 1.05
    watched.plant._plant.targets.throughput[:] *= 1.05
    watched.run(2400)
    assert watched.seen == {}


def test_a_tracker_goes_on_where_another_worker_stopped(watched: Watched) -> None:
    watched.plant.begin_fault(1, "bridging")
    watched.run(120)
    other = Tracker(residence_s=180, price=lambda _product: PRICE)
    other.restore(json.loads(json.dumps(watched.tracker.to_dict())))
    assert other.followed == watched.tracker.followed
    watched.tracker = other
    watched.run(300)
    assert len(watched.seen) == 1


def test_a_malfunction_from_the_journal_is_followed_to_its_end(watched: Watched) -> None:
    watched.plant.begin_fault(1, "bridging", minutes=4)
    watched.run(180)
    before = watched.only
    watched.tracker = Tracker(residence_s=180, price=lambda _product: PRICE)
    watched.tracker.adopt(0, before)
    watched.run(5400)
    assert watched.only.ended is not None
    assert watched.only.scrap.kg > before.scrap.kg


def test_what_people_did_stays_while_the_ranking_goes_on(watched: Watched) -> None:
    watched.plant.begin_fault(1, "bridging")
    watched.run(120)
    done = malfunction_from_dict(
        {**malfunction_to_dict(watched.only), "who": "Ana", "stage": "acknowledged"}
    )
    watched.tracker.replace(done)
    watched.run(60)
    assert watched.only.who == "Ana"
    assert watched.only.stage is Stage.ACKNOWLEDGED


def test_nelsons_rules_are_asked_of_averages_or_refused_with_the_reason(watched: Watched) -> None:
    watched.run(1800)
    watched.plant.begin_fault(1, "gearbox_overheating")
    watched.run(900)
    assert watched.only.nelson.startswith("Nelson's rules")
    assert "Gearbox oil" in watched.only.nelson


def test_a_malfunction_survives_json(watched: Watched) -> None:
    watched.plant.begin_fault(1, "bridging")
    watched.run(120)
    one = watched.only
    assert malfunction_from_dict(json.loads(json.dumps(malfunction_to_dict(one)))) == one


def test_a_shift_that_fits_no_signature_is_told_as_such(watched: Watched) -> None:
    watched.plant._plant.targets.vacuum[:] *= 1.3
    watched.run(900)
    assert watched.only.cause == CANNOT_TELL
    assert watched.only.causes == ()
    assert watched.only.seen[0].startswith("Sizing vacuum")
