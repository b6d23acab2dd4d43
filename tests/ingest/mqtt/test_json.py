"""Plain JSON by mapping: which readings a message holds, and what is rejected."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.ingest.mqtt.json_payloads import JsonKeys, JsonPayloads
from data.ingest.mqtt.json_times import FORMATS
from data.ingest.mqtt.payloads import Arrived
from data.ingest.sources import Reading
from data.quality import Quality
from tests.ingest.mqtt.desk import HeldDesk

T0 = 1_790_000_000_000
NOW = T0 + 500


def read(
    message: Any, desk: HeldDesk | None = None, topic: str = "t", **keys: Any
) -> list[Reading]:
    raw = message if isinstance(message, bytes) else json.dumps(message).encode()
    retain = keys.pop("retain", False)
    payloads = JsonPayloads(JsonKeys(("#",), **keys))
    readings, answers = payloads.read(Arrived(topic, raw, NOW, retain=retain), desk or HeldDesk())
    assert answers == ()
    return list(readings)


def test_every_number_is_a_reading() -> None:
    message = {"id": "E1", "melt": {"pressure": 210.5, "on": True}, "zones": [180, 185.5]}
    assert read(message, topic="plant/e1") == [
        Reading("plant/e1#melt.pressure", NOW, 210.5),
        Reading("plant/e1#melt.on", NOW, 1.0),
        Reading("plant/e1#zones.0", NOW, 180.0),
        Reading("plant/e1#zones.1", NOW, 185.5),
    ]


@pytest.mark.parametrize(("raw", "value"), [(b"3.5", 3.5), (b'"3.5 bar"', 3.5), (b"true", 1.0)])
def test_a_bare_value_is_the_reading_of_its_topic(raw: bytes, value: float) -> None:
    assert read(raw, topic="a/p") == [Reading("a/p", NOW, value)]


@pytest.mark.parametrize(
    ("told", "form"),
    [
        (T0, "ms"),
        (T0 / 1000, "s"),
        (str(T0 // 1000), "s"),
        (T0 * 1000, "us"),
        (T0 * 1_000_000, "ns"),
        ("2026-09-21T14:13:20Z", "iso"),
        ("2026-09-21T16:13:20+02:00", "iso"),
        ("2026-09-21T14:13:20", "iso"),
    ],
)
def test_timestamps_of_all_formats(told: object, form: str) -> None:
    message = {"head": {"ts": told}, "p": 1}
    readings = read(message, timestamp="head.ts", timestamp_format=form)
    assert Reading("t#p", T0, 1.0) in readings


@pytest.mark.parametrize("told", [None, "soon", True, -1, 10**400, 1e308, {}, T0 // 1000])
def test_a_timestamp_that_is_none_is_rejected(told: object) -> None:
    desk = HeldDesk()
    assert read({"ts": told, "p": 1}, desk, timestamp="ts") == []
    ((reason, sample),) = desk.rejects
    assert reason == "no time (ms)"
    assert sample.startswith("t: ")


def test_samples_have_times_of_their_own() -> None:
    message = {"d": {"rows": [{"t": T0, "p": 1}, [{"t": T0 + 100, "p": 2}], {"p": 3}]}, "t": T0 + 9}
    readings = read(message, timestamp="t", samples="d.rows")
    assert [(r.ts, r.value) for r in readings if r.address == "t#p"] == [
        (T0, 1.0),
        (T0 + 100, 2.0),
        (T0 + 9, 3.0),
    ]


def test_samples_of_several_machines_and_as_pairs() -> None:
    message = {"machines": [{"s": [[T0, 5.0], [T0 + 1, 6.0]]}, {"s": [[T0 + 2, 7.0]]}]}
    readings = read(message, timestamp="0", samples="machines.*.s")
    assert [(r.ts, r.value) for r in readings if r.address == "t#1"] == [
        (T0, 5.0),
        (T0 + 1, 6.0),
        (T0 + 2, 7.0),
    ]


def test_samples_that_name_their_signal() -> None:
    desk = HeldDesk()
    message = [{"tag": "Pressure", "val": 21, "uom": "bar"}, {"tag": "Load", "val": "7e1"}]
    names = {"samples": "0", "name_at": "tag", "value_at": "val", "unit_at": "uom"}
    readings = read({"0": [*message, {"val": 3}]}, desk, **names)
    assert readings == [Reading("t#Pressure", NOW, 21.0), Reading("t#Load", NOW, 70.0)]
    assert desk.described == {"t#Pressure": ("Pressure", "bar")}
    assert [reason for reason, _ in desk.rejects] == ["no name at tag"]


def test_a_unit_beside_a_value_is_told() -> None:
    desk = HeldDesk()
    read({"p": {"value": 3, "unit": "bar"}, "t": "20 °C"}, desk)
    assert desk.described == {"t#p.value": ("p.value", "bar"), "t#t": ("t", "°C")}


def test_what_is_mapped_and_no_number_is_a_failed_sensor() -> None:
    readings = read({"p": None, "q": "ERR", "x": "text"}, HeldDesk("t#p", "t#q"))
    assert [(r.address, r.quality) for r in readings] == [
        ("t#p", Quality.BAD_SENSOR_FAILURE),
        ("t#q", Quality.BAD_SENSOR_FAILURE),
    ]
    assert all(math.isnan(r.value) for r in readings)


def test_a_retained_message_is_uncertain_unless_it_tells_its_time() -> None:
    uncertain = Quality.UNCERTAIN_LAST_USABLE_VALUE
    assert read({"p": 1}, retain=True) == [Reading("t#p", NOW, 1.0, uncertain)]
    (_, reading) = read({"ts": T0, "p": 1}, retain=True, timestamp="ts")
    assert reading == Reading("t#p", T0, 1.0)


def test_nan_is_read_though_it_is_no_json() -> None:
    assert math.isnan(read(b'{"p": NaN}')[0].value)


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b'{"a": 1', b"[" * 100_000, b"on"])
def test_what_is_no_json_is_rejected(raw: bytes) -> None:
    desk = HeldDesk()
    assert read(raw, desk) == []
    assert [reason for reason, _ in desk.rejects] == ["no JSON"]


def test_a_message_without_its_samples_is_rejected() -> None:
    desk = HeldDesk()
    assert read({"a": {"b": 3}}, desk, samples="a.b") == []
    assert desk.rejects[0][0] == "no array at a.b"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


@settings(deadline=None)
@given(anything, st.sampled_from(FORMATS), st.sampled_from(["", "a", "0", "*"]), st.booleans())
def test_no_message_raises_anything(message: Any, form: str, samples: str, named: bool) -> None:
    keys = {"timestamp": "t", "samples": samples, "name_at": "n" if named else ""}
    for one in ({"a": message, "t": message, "n": message}, message):
        for reading in read(one, timestamp_format=form, **keys):
            assert isinstance(reading.value, float)
            assert 0 <= reading.ts < 2**53


@settings(deadline=None)
@given(st.binary(max_size=50))
def test_no_bytes_raise_anything(raw: bytes) -> None:
    read(raw, timestamp="t", samples="*")
