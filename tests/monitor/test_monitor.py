"""Readings in, alarms and malfunctions out: the whole monitor on a simulated plant."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from data.alarms.events import AlarmEvent, AlarmKey, Condition, Kind, State
from data.commands import Action, Command
from data.extruders import JOB_IN_PRODUCTION, NO_JOB, Catalogue, Limits
from data.ingest.simulator import Simulator
from data.malfunctions.malfunction import Malfunction, Stage
from data.monitor.findings import Findings, Terms
from data.monitor.monitor import Monitor
from data.monitor.packing import pack, unpack
from data.monitor.silence import SILENT_AFTER_MS
from data.monitor.view import alarms_json, card_extras, health_json, history_json
from data.windows import Row
from tests.ingest.simulated import quiet_plant
from tests.rows import plant, row

PRESSURE_H = AlarmKey(1, "MeltPressure", Condition.H)
START = 1_700_000_000_000


class Line:
    """One small extruder (H 300, HH 350 bar, 15 s) fed second by second."""

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self.monitor = Monitor(catalogue or plant(1), Terms())
        self.now = START
        self.events: list[AlarmEvent] = []
        self.findings: list[Findings] = []

    def feed(self, seconds: int, bar: float = 250.0, job: float = JOB_IN_PRODUCTION) -> None:
        for _ in range(seconds):
            self.now += 1000
            self.take([row(self.now, 1, bar, 200.0, job)])

    def take(self, rows: list[Row]) -> None:
        self.monitor.take(rows)
        self.monitor.tick(self.now)
        self.collect()

    def obey(self, action: Action, **fields: object) -> None:
        alarms = () if "malfunction" in fields else (str(PRESSURE_H),)
        one = Command("c", action, "Ana", self.now, comment="seen", alarms=alarms)
        self.monitor.obey(replace(one, **fields), self.now)
        self.collect()

    def collect(self) -> None:
        found = self.monitor.findings()
        self.findings.append(found)
        self.events += found.events

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events if event.key == PRESSURE_H]

    @property
    def state(self) -> State:
        alarm = self.monitor.book.alarms.get(PRESSURE_H)
        return alarm.state if alarm else State.NORMAL


@pytest.fixture
def line() -> Line:
    one = Line()
    one.feed(5)
    return one


def test_an_alarm_comes_after_its_delay_and_goes_after_it(line: Line) -> None:
    line.feed(15, bar=310)
    assert line.state is State.NORMAL
    line.feed(2, bar=310)
    assert line.state is State.UNACKNOWLEDGED
    line.feed(20, bar=250)
    assert line.state is State.RETURNED_UNACKNOWLEDGED
    assert line.kinds == [Kind.ACTIVE, Kind.CLEARED]


def test_an_event_keeps_the_limits_that_were_in_force(line: Line) -> None:
    line.feed(20, bar=310)
    event = line.events[0]
    assert (event.value, event.limit) == (310.0, 300.0)
    assert event.limits == {"h": 300.0, "hh": 350.0}


def test_acknowledging_says_who_and_why(line: Line) -> None:
    line.feed(20, bar=310)
    line.obey(Action.ACKNOWLEDGE)
    assert line.state is State.ACKNOWLEDGED
    assert (line.events[-1].who, line.events[-1].comment, line.events[-1].command) == (
        "Ana", "seen", "c",
    )  # fmt: skip
    assert line.findings[-1].obeyed == ("c",)


def test_a_shelved_alarm_is_told_again_when_its_time_is_over(line: Line) -> None:
    line.feed(20, bar=310)
    line.obey(Action.SHELVE, minutes=1.0)
    line.feed(50, bar=310)
    assert line.state is State.SHELVED
    line.feed(20, bar=310)
    assert line.state is State.UNACKNOWLEDGED


def test_outside_production_limit_alarms_are_suppressed_by_design(line: Line) -> None:
    line.feed(60, bar=310, job=NO_JOB)
    assert line.events == []
    line.feed(1, bar=310)
    assert line.state is State.UNACKNOWLEDGED, "it still stands when production begins"
    assert (line.events[-1].value, line.events[-1].limit) == (310.0, 300.0)


def test_a_standing_alarm_is_hidden_when_production_stops(line: Line) -> None:
    line.feed(20, bar=310)
    line.feed(1, bar=310, job=NO_JOB)
    assert line.state is State.SUPPRESSED_BY_DESIGN


def test_a_silent_extruder_is_an_alarm_until_it_is_heard_again(line: Line) -> None:
    line.now += SILENT_AFTER_MS + 1000
    line.take([])
    silent = AlarmKey(1, "", Condition.SILENT)
    assert line.monitor.book.alarms[silent].state is State.UNACKNOWLEDGED
    line.feed(1)
    assert not line.monitor.book.alarms[silent].active


def test_a_past_that_is_read_late_is_no_silence(line: Line) -> None:
    for second in range(1, 100):
        line.monitor.take([row(line.now + 1000 * second, 1, 250.0, 200.0, 2.0)])
        line.monitor.tick(line.now + 900_000 + 100 * second)
    line.collect()
    assert line.events == []


def test_a_second_is_judged_once_however_often_it_is_read(line: Line) -> None:
    line.feed(20, bar=310)
    before = len(line.events)
    line.take([row(line.now - 5000, 1, 100.0, 200.0, 2.0), row(line.now, 1, 100.0, 200.0, 2.0)])
    assert len(line.events) == before
    assert line.monitor.late == 2


def test_an_extruder_whose_clock_is_ahead_does_not_silence_the_others() -> None:
    line = Line(plant(2))
    for _ in range(25):
        line.now += 1000
        ahead = row(line.now + 50_000, 2, 250.0, 200.0, 2.0)
        line.take([row(line.now, 1, 310.0, 200.0, 2.0), ahead])
    assert line.state is State.UNACKNOWLEDGED
    assert line.monitor.late == 0


def test_changed_limits_hold_from_the_next_second(line: Line) -> None:
    line.feed(20, bar=310)
    extruder = replace(plant(1).extruders[0], limits={0: {"MeltPressure": Limits(h=320.0)}})
    changed = Monitor(replace(plant(1), version=1, extruders=(extruder,)), Terms())
    assert changed.restore(line.monitor.state(slow=False), line.monitor.state(slow=True))
    line.monitor = changed
    line.feed(40, bar=310)
    assert line.state is State.RETURNED_UNACKNOWLEDGED


def test_another_worker_goes_on_with_every_alarm_and_timer(line: Line) -> None:
    line.feed(14, bar=310)
    other = Monitor(plant(1), Terms())
    assert other.restore(line.monitor.state(slow=False), line.monitor.state(slow=True))
    line.monitor = other
    line.feed(3, bar=310)
    assert line.kinds == [Kind.ACTIVE]


@pytest.mark.parametrize("blob", [None, b"", b"garbage", b"MWM1\xff\xff\xff\xff"])
def test_a_state_that_cannot_be_read_is_refused(blob: bytes | None) -> None:
    assert not Monitor(plant(1), Terms()).restore(blob, blob)


def test_a_state_of_another_version_is_refused(line: Line) -> None:
    arrays, document = unpack(line.monitor.state(slow=False))
    del document["framed"]
    assert not Monitor(plant(1), Terms()).restore(
        pack(arrays, document), line.monitor.state(slow=True)
    )


def test_a_state_of_another_plant_keeps_what_people_were_told(line: Line) -> None:
    line.feed(20, bar=310)
    grown = Monitor(plant(2), Terms())
    assert not grown.restore(line.monitor.state(slow=False), line.monitor.state(slow=True))
    assert grown.book.alarms[PRESSURE_H].state is State.UNACKNOWLEDGED


def test_packed_arrays_and_document_come_back(line: Line) -> None:
    arrays, document = unpack(line.monitor.state(slow=False))
    assert pack(arrays, document) == line.monitor.state(slow=False)


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


@pytest.fixture
def bridged(tmp_path: Path) -> Watched:
    one = Watched(tmp_path)
    one.run(1500)
    one.plant.begin_fault(1, "bridging")
    one.run(240)
    return one


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


def test_a_second_malfunction_on_the_same_extruder_is_told_again(tmp_path: Path) -> None:
    one = Watched(tmp_path)
    one.run(1500)
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
    told = json.loads(json.dumps(alarms_json(bridged.monitor, START)))
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
    told = history_json(bridged.events, bridged.monitor, START)["events"]
    assert {"Throughput", "Bridging at the feed throat"} <= {one["label"] for one in told}
    top = [{"id": told[0]["id"], "count": 1, "share": 1.0}]
    card = health_json(
        {"top10": top, "chattering": []}, bridged.monitor.catalogue, bridged.monitor, START
    )
    assert card["labels"][told[0]["id"]].startswith("Extruder 1: ")


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
