"""Readings in, alarms out: the whole monitor on one small extruder."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.alarms.events import AlarmEvent, AlarmKey, Condition, Kind, State
from data.commands import Action, Command
from data.extruders import JOB_IN_PRODUCTION, NO_JOB, Catalogue, Limits
from data.monitor.findings import Findings, Terms
from data.monitor.monitor import Monitor
from data.monitor.packing import pack, unpack
from data.monitor.silence import SILENT_AFTER_MS
from data.windows import Row
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
