"""Sparkplug B: births, aliases, deaths, seq, rebirth; messages are given one by one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.ingest.mqtt.payloads import Arrived, Outgoing
from data.ingest.mqtt.sparkplug.births import Births
from data.ingest.mqtt.sparkplug.host import Host
from data.ingest.mqtt.sparkplug.payloads import ASK_MS, GAP, NOT_BORN, SparkplugPayloads
from data.ingest.mqtt.sparkplug.schema import Payload, decoded
from data.ingest.sources import Reading
from data.quality import Quality
from tests.ingest.mqtt.desk import HeldDesk
from tests.ingest.mqtt.edge import (
    BOOLEAN,
    FLOAT,
    INT16,
    STRING,
    T0,
    birth,
    data,
    payload,
    with_property,
)

NODE, DEVICE = "spBv1.0/plant/{}/hall1", "spBv1.0/plant/{}/hall1/Extruder_3"
A, B = "plant/hall1/Extruder_3:MainDrive/Speed/ActualValue", "plant/hall1/Extruder_3:other"
METRICS = {
    "MainDrive/Speed/ActualValue": (1, 60.0),
    "MainDrive/Load/ActualValue": (2, 70.0),
    "MeltPressureZone_001/Pressure/ActualValue": (3, 200.0),
    "TemperatureZone_009/Temperature/ActualValue": (4, 180.0),
    "other": (5, 1.0),
}


class Plant:
    """Messages to the payloads of one source, each a millisecond after the one before."""

    def __init__(self, folder: Path, host_id: str = "") -> None:
        self.folder, self.desk, self.now = folder, HeldDesk(), T0 + 50
        self.host_id, self.resumed = host_id, False
        self.start(resumed=False)

    def start(self, resumed: bool) -> list[Outgoing]:
        self.payloads = SparkplugPayloads(["+"], Host(self.host_id), Births(self.folder), True)
        return self.reconnect(resumed)

    def reconnect(self, resumed: bool) -> list[Outgoing]:
        self.resumed, self.now = resumed, self.now + 1
        self.payloads.will(self.now)
        return list(self.payloads.connected(resumed, self.now))

    def send(self, topic: str, message: Any, **flags: Any) -> tuple[list[Reading], list[Outgoing]]:
        self.now += 1
        raw = message if isinstance(message, bytes) else message.SerializeToString()
        arrived = Arrived(topic, raw, self.now, is_resumed=self.resumed, **flags)
        readings, answers = self.payloads.read(arrived, self.desk)
        return list(readings), list(answers)

    def born(self, seq: int = 0, bd_seq: int = 7, ts: int = T0) -> list[Reading]:
        self.send(NODE.format("NBIRTH"), birth(seq, {}, ts, bd_seq))
        return self.send(DEVICE.format("DBIRTH"), birth(seq + 1, METRICS, ts))[0]

    def data(self, seq: int, values: dict[int, float], ts: int = T0 + 1000, **flags: Any) -> Any:
        return self.send(DEVICE.format("DDATA"), data(seq, values, ts), **flags)


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return Plant(tmp_path)


def rebirths(answers: list[Outgoing]) -> list[str]:
    for one in answers:
        (metric,) = decoded(one.payload).metrics
        assert (metric.name, metric.boolean_value) == ("Node Control/Rebirth", True)
    return [one.topic for one in answers]


def test_a_birth_has_readings_and_data_come_by_alias(plant: Plant) -> None:
    assert {one.address: one.value for one in plant.born()}[A] == 60.0
    readings, answers = plant.data(2, {1: 61.5, 5: 2.0})
    assert readings == [Reading(A, T0 + 1000, 61.5), Reading(B, T0 + 1000, 2.0)]
    assert answers == []


def test_a_device_with_names_of_opc_40084_3_is_an_extruder(plant: Plant) -> None:
    plant.born()
    (found,) = plant.desk.found.values()
    assert (found.key, found.name) == ("plant/hall1/Extruder_3", "Extruder 3")
    signals = {one.signal.name: one.signal for one in found.signals}
    assert signals["MainDrive.Speed.ActualValue"].label == "Screw speed"
    assert signals["MeltPressureZone_001.Pressure.ActualValue"].gauge == 1
    zone = signals["TemperatureZone_009.Temperature.ActualValue"]
    assert (zone.label, zone.unit, zone.group) == ("Zone 9", "°C", "Barrel temperatures")
    assert plant.desk.described == {B: ("other", "")}


def test_properties_give_unit_range_and_quality(plant: Plant) -> None:
    message = birth(0, {}, bd_seq=1)
    for name in ("MeltPressureZone_001/Pressure", "Screen_001/DifferentialPressure"):
        metric = message.metrics.add(name=f"L1/{name}/ActualValue", alias=len(message.metrics))
        metric.datatype, metric.float_value = FLOAT, 20.0
        with_property(metric, "engUnit", type=STRING, string_value="MPa")
        with_property(metric, "engLow", type=FLOAT, float_value=0.0)
        with_property(metric, "engHigh", type=FLOAT, float_value=40.0)
        with_property(metric, "Quality", type=3, int_value=500)
    metric = message.metrics.add(name="L1/MainDrive/Speed/ActualValue", datatype=INT16)
    metric.int_value = 0xFFFFFFFB
    readings, _ = plant.send(NODE.format("NBIRTH"), message)
    (found,) = plant.desk.found.values()
    assert (found.key, found.name) == ("plant/hall1/L1", "hall1 L1")
    pressure = found.signals[0]
    assert (pressure.scale, pressure.signal.unit, pressure.signal.high) == (10.0, "bar", 400.0)
    stale = Quality.UNCERTAIN_LAST_USABLE_VALUE
    assert [(one.value, one.quality) for one in readings] == [
        (20.0, stale),
        (20.0, stale),
        (-5.0, Quality.GOOD),
    ]


def test_null_text_and_transient_metrics(plant: Plant) -> None:
    plant.born()
    message = payload(2, T0 + 5)
    message.metrics.add(alias=1, is_null=True)
    message.metrics.add(alias=2, string_value="x")
    message.metrics.add(alias=5, is_transient=True, float_value=9.0)
    readings, _ = plant.send(DEVICE.format("DDATA"), message)
    assert [(math.isnan(one.value), one.ts) for one in readings] == [(True, T0 + 5)] * 2
    assert readings[0].quality == Quality.BAD_SENSOR_FAILURE


def test_a_metric_has_its_own_time_also_if_it_is_historical(plant: Plant) -> None:
    plant.born()
    message = payload(2, T0 + 9000)
    message.metrics.add(alias=1, timestamp=T0 - 5000, is_historical=True, float_value=1.0)
    message.metrics.add(alias=5, float_value=2.0)
    readings, _ = plant.send(DEVICE.format("DDATA"), message)
    assert [one.ts for one in readings] == [T0 - 5000, T0 + 9000]


def test_a_clock_that_was_never_set_gives_the_time_of_arrival(plant: Plant) -> None:
    plant.born()
    ((one,), _) = plant.data(2, {1: 1.0}, ts=3_600_000)
    assert (one.ts, one.quality) == (plant.now, Quality.UNCERTAIN_LAST_USABLE_VALUE)


def test_deaths_leave_no_communication(plant: Plant) -> None:
    plant.born()
    readings, _ = plant.send(DEVICE.format("DDEATH"), payload(2, T0 + 70))
    assert {one.quality for one in readings} == {Quality.BAD_NO_COMMUNICATION}
    assert {one.ts for one in readings} == {T0 + 70}
    assert len(readings) == len(METRICS)
    assert plant.data(3, {1: 1.0})[0] == []
    assert plant.desk.rejects[-1][0] == NOT_BORN
    plant.send(DEVICE.format("DBIRTH"), birth(4, METRICS))
    assert len(plant.data(5, {1: 1.0}, ts=T0 + 20)[0]) == 1
    readings, _ = plant.send(NODE.format("NDEATH"), payload(None, T0, bd_seq=7))
    assert {one.ts for one in readings} == {plant.now}
    assert all(math.isnan(one.value) for one in readings)


def test_a_death_of_an_earlier_session_is_none(plant: Plant) -> None:
    plant.born(bd_seq=8)
    assert plant.send(NODE.format("NDEATH"), payload(None, T0, bd_seq=7))[0] == []
    assert len(plant.data(2, {1: 1.0})[0]) == 1


def test_a_death_that_the_broker_kept_comes_after_the_last_reading(plant: Plant) -> None:
    plant.born()
    plant.now += 3_600_000
    plant.reconnect(resumed=True)
    readings, _ = plant.send(NODE.format("NDEATH"), payload(None, T0, bd_seq=7), qos=1)
    assert {one.ts for one in readings} == {T0 + 1}


def test_a_gap_asks_for_births_but_not_all_the_time(plant: Plant) -> None:
    plant.born()
    readings, answers = plant.data(4, {1: 1.0})
    assert len(readings) == 1
    assert rebirths(answers) == ["spBv1.0/plant/NCMD/hall1"]
    assert plant.desk.rejects[-1][0] == GAP
    assert plant.data(9, {1: 1.0})[1] == []
    plant.now += ASK_MS
    assert len(plant.data(20, {1: 1.0})[1]) == 1
    assert plant.data(21, {1: 1.0})[1] == []


def test_seq_begins_again_after_255(plant: Plant) -> None:
    plant.born(seq=254)
    assert plant.data(256, {1: 1.0})[1] == []


def test_a_message_that_is_sent_again_is_no_gap(plant: Plant) -> None:
    plant.born()
    plant.data(2, {1: 1.0})
    assert plant.data(2, {1: 1.0}, dup=True)[1] == []
    assert plant.data(3, {1: 1.0})[1] == []


@pytest.mark.parametrize("alias", [99, None])
def test_what_no_birth_told_asks_for_one(plant: Plant, alias: int | None) -> None:
    plant.born()
    message = payload(2)
    message.metrics.add(**({"alias": alias} if alias else {"name": "new"}), float_value=1.0)
    readings, answers = plant.send(DEVICE.format("DDATA"), message)
    assert readings == []
    assert len(rebirths(answers)) == 1


def test_data_before_a_birth_ask_for_one(plant: Plant) -> None:
    readings, answers = plant.data(5, {1: 1.0})
    assert readings == []
    assert len(rebirths(answers)) == 1
    assert [reason for reason, _ in plant.desk.rejects] == [NOT_BORN]


def test_a_birth_holds_over_a_restart_only_if_nothing_can_be_missing(plant: Plant) -> None:
    plant.born()
    assert plant.start(resumed=True) == []
    assert plant.data(17, {1: 5.0}, qos=1)[0] == [Reading(A, T0 + 1000, 5.0)]
    assert plant.data(18, {1: 5.0}, qos=0)[0] == []
    assert len(rebirths(plant.start(resumed=False))) == 1
    assert plant.data(19, {1: 5.0}, qos=1)[0] == []
    assert len(plant.born(seq=20)) == len(METRICS)


def test_births_hold_over_a_lost_connection_if_seq_goes_on(plant: Plant) -> None:
    plant.born()
    plant.reconnect(resumed=False)
    assert len(plant.data(2, {1: 5.0})[0]) == 1
    plant.now += ASK_MS
    assert len(rebirths(plant.reconnect(resumed=False))) == 1
    assert plant.data(4, {1: 5.0})[0] == []


def test_the_primary_host_says_that_it_is_there(tmp_path: Path) -> None:
    plant = Plant(tmp_path, "meltwatch")
    will = plant.payloads.will(T0)
    (online,) = plant.payloads.connected(False, T0 + 5)
    assert will and will.retain and online.retain
    assert will.topic == online.topic == "spBv1.0/STATE/meltwatch"
    assert will.payload == b'{"online": false, "timestamp": %d}' % T0
    assert online.payload == b'{"online": true, "timestamp": %d}' % T0
    assert plant.send(will.topic, will.payload)[1] == [online]
    assert plant.send(online.topic, online.payload)[1] == []
    assert plant.payloads.leaving()[0].payload.startswith(b'{"online": false')


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["NBIRTH", "NDATA", "NDEATH", "DDATA", "x"]))
def test_no_bytes_raise_anything(raw: bytes, kind: str) -> None:
    plant = Plant(Path("/nonexistent"))
    plant.send(NODE.format(kind), raw)
    plant.send(DEVICE.format(kind), raw)


values = st.one_of(
    st.builds(lambda v: {"float_value": v}, st.floats(width=32)),
    st.builds(lambda v: {"long_value": v}, st.integers(0, 2**64 - 1)),
    st.builds(lambda v: {"string_value": v}, st.text(max_size=5)),
    st.just({}),
)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(max_size=9), st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1), values
        ),
        max_size=5,
    ),
    st.integers(0, 2**64 - 1),
)
def test_no_payload_raises_anything(
    metrics: list[tuple[str, int, int, dict[str, Any]]], seq: int
) -> None:
    plant = Plant(Path("/nonexistent"))
    made = Payload(seq=seq, timestamp=seq)
    for name, number, datatype, value in metrics:
        made.metrics.add(name=name, alias=number, timestamp=number, datatype=datatype, **value)
    for kind in ("BIRTH", "DATA", "DEATH", "DATA"):
        for topic in (NODE.format(f"N{kind}"), DEVICE.format(f"D{kind}")):
            readings, _ = plant.send(topic, made)
            assert all(0 <= one.ts < 2**53 for one in readings)


def test_booleans_are_numbers(plant: Plant) -> None:
    message = birth(0, {}, bd_seq=1)
    message.metrics.add(name="on", datatype=BOOLEAN, boolean_value=True)
    assert [one.value for one in plant.send(NODE.format("NBIRTH"), message)[0]] == [1.0]
