"""Alarms and malfunctions of a simulated plant, and what the screens are told of them."""

from __future__ import annotations

import json
from collections import Counter
from copy import deepcopy
from pathlib import Path

import pytest

from data.alarms.events import AlarmEvent, AlarmKey, Condition, Kind
from data.commands import Action, Command
from data.ingest.simulator import Simulator
from data.malfunctions.malfunction import Malfunction, Stage
from data.monitor.findings import Terms
from data.monitor.monitor import Monitor
from data.monitor.view import alarms_json, card_extras, health_json, history_json
from tests.ingest.simulated import START_MS, quiet_plant


class Watched:
    """A simulated plant under the monitor."""

    def __init__(self, var_dir: Path, extruders: int = 2) -> None:
        self.plant: Simulator = quiet_plant(var_dir, extruders)
        self.monitor = Monitor(self.plant.catalogue(), Terms(currency="EUR"))
        self.events: list[AlarmEvent] = []
        self.last: dict[str, Malfunction] = {}

    def run(self, seconds: int) -> None:
        for rows in self.plant.simulate(seconds):
            self.monitor.take(rows)
            self.monitor.tick(rows[0].ts)
            found = self.monitor.findings()
            self.events += found.events
            self.last |= {one.id: one for one in found.malfunctions}


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Two extruders, seen for so long that the monitor knows what is usual."""
    one = Watched(tmp_path_factory.mktemp("plant"))
    one.run(1500)
    return one


@pytest.fixture(scope="module")
def once_bridged(learnt: Watched) -> Watched:
    one = deepcopy(learnt)
    one.plant.begin_fault(1, "bridging")
    one.run(240)
    return one


@pytest.fixture
def bridged(once_bridged: Watched) -> Watched:
    """Extruder 1 with its feed bridged for four minutes; each test has its own."""
    return deepcopy(once_bridged)


def test_a_malfunction_is_one_alarm_beside_the_limits_it_crosses(bridged: Watched) -> None:
    told = Counter(event.key.condition for event in bridged.events if event.kind is Kind.ACTIVE)
    assert told[Condition.MALFUNCTION] == 1
    assert told[Condition.LL] >= 1
    assert {event.key.extruder for event in bridged.events} == {1}


def test_acknowledging_the_alarm_acknowledges_the_malfunction(bridged: Watched) -> None:
    (one,) = bridged.last.values()
    key = AlarmKey(1, one.id, Condition.MALFUNCTION)
    command = Command("c", Action.ACKNOWLEDGE, "Ana", 0, alarms=(str(key),))
    bridged.monitor.obey(command, one.detected + 1)
    assert bridged.monitor.malfunctions[one.id].stage is Stage.ACKNOWLEDGED
    assert bridged.monitor.malfunctions[one.id].who == "Ana"


def test_a_second_malfunction_on_the_same_extruder_is_told_again(learnt: Watched) -> None:
    one = deepcopy(learnt)
    one.plant.begin_fault(1, "gearbox_overheating")
    one.run(1200)
    (first,) = one.last.values()
    one.events.clear()
    one.plant.begin_fault(1, "bridging")
    one.run(240)
    (again,) = one.last.values()
    assert (first.cause, again.cause) == ("gearbox_overheating", "bridging")
    told = [e for e in one.events if e.kind is Kind.RE_ALARMED]
    assert [e.key.source for e in told] == [first.id]


def test_resolving_keeps_cause_action_and_note_while_readings_go_on(bridged: Watched) -> None:
    (one,) = bridged.last.values()
    bridged.monitor.obey(
        Command(
            "c", Action.RESOLVE_MALFUNCTION, "Ben", 0, comment="wet pellets", malfunction=one.id,
            cause="bridging", action_taken="cleared the throat",
        ),
        one.detected + 1,
    )  # fmt: skip
    bridged.run(1800)
    after = bridged.last[one.id]
    assert (after.stage, after.cause_found, after.action, after.note, after.who) == (
        Stage.RESOLVED, "bridging", "cleared the throat", "wet pellets", "Ben",
    )  # fmt: skip
    assert after.ended is not None


def test_the_screens_are_told_cause_check_cost_and_evidence(bridged: Watched) -> None:
    told = json.loads(json.dumps(alarms_json(bridged.monitor, START_MS)))
    (one,) = told["malfunctions"]
    assert one["label"] == "Bridging at the feed throat"
    assert one["scrap"]["kg"] > 5
    assert one["scrap"]["money"] > 5
    assert one["currency"] == "EUR"
    assert one["causes"][0]["evidence"]
    alarm = next(a for a in told["alarms"] if a["condition"] == "MALFUNCTION")
    assert (alarm["label"], alarm["extruder_name"]) == (one["label"], "Extruder 1")
    assert [a["priority"] for a in told["alarms"]] == sorted(a["priority"] for a in told["alarms"])


def test_a_card_says_the_cause_and_what_to_check_first(bridged: Watched) -> None:
    extras = card_extras(bridged.monitor)
    assert extras[1]["malfunction"]["check"] == "throat cooling, then hopper level"
    assert extras[1]["alarms"]["priority"] == 2
    assert extras[2] == {
        "alarms": {"unacked": 0, "active": 0, "priority": None},
        "malfunction": None,
        "predictions": [],
    }


def test_history_and_health_name_extruder_and_signal(bridged: Watched) -> None:
    told = history_json(bridged.events, bridged.monitor, START_MS)["events"]
    assert {"Throughput", "Bridging at the feed throat"} <= {one["label"] for one in told}
    top = [{"id": told[0]["id"], "count": 1, "share": 1.0}]
    card = health_json(
        {"top10": top, "chattering": []}, bridged.monitor.catalogue, bridged.monitor, START_MS
    )
    assert card["labels"][told[0]["id"]].startswith("Extruder 1: ")
    assert card["named"][told[0]["id"]]["label"] == told[0]["label"]


def test_a_slow_fault_is_predicted_to_reach_its_limit(tmp_path: Path) -> None:
    one = Watched(tmp_path, extruders=1)
    one.run(1500)
    one.plant.begin_fault(1, "gearbox_overheating")
    one.run(1800)
    oil = one.plant.catalogue().extruders[0].slot("Gearbox.OilTemperature.ActualValue")
    prediction = next(p for p in one.monitor.predictions[1] if p.slot == oil)
    assert (prediction.limit, prediction.bound) == ("H", 65)
    reached_s = (65 - 53) / 26 * 0.8 * 7200 - 1800
    assert prediction.early_s - 120 <= reached_s <= prediction.late_s + 120
