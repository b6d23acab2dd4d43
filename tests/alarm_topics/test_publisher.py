"""Alarms at a real broker: what is retained there is what there is, whoever was away meanwhile."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from data.alarm_topics import publisher
from data.alarm_topics.publisher import AlarmPublisher
from data.alarm_topics.topics import alarm_topic, changes, messages
from data.alarm_topics.turn import hold
from data.errors import SettingError
from data.window_cache import connect
from tests.mosquitto_server import Mosquitto, need_mosquitto
from tests.stack import wait_until

TOPIC = "plant/alarms/1/Melt.Pressure/HH"


def alarm(**changed: Any) -> dict[str, Any]:
    return {
        "id": "1|Melt.Pressure|HH",
        "extruder": 1,
        "extruder_name": "Extruder 1",
        "label": "Melt pressure",
        "unit": "bar",
        "condition": "HH",
        "priority": 1,
        "state": "UNACKNOWLEDGED",
        "active": True,
        "acked": False,
        "shelving": "Unshelved",
        "since": 1_700_000_000_000,
        "value": 312.5,
        "limit": 300.0,
        "malfunction": "",
        **changed,
    }


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    need_mosquitto()
    (tmp_path / "broker").mkdir()
    server = Mosquitto(tmp_path / "broker")
    yield server
    server.kill()


@contextmanager
def retained(broker: Mosquitto) -> Iterator[dict[str, Any]]:
    """By topic what a subscriber that comes now is told, and then follows."""
    told: dict[str, Any] = {}
    client = mqtt.Client(CallbackAPIVersion.VERSION2)

    def on_message(_c: Any, _u: Any, message: mqtt.MQTTMessage) -> None:
        if message.payload:
            told[message.topic] = json.loads(message.payload)
        else:
            told.pop(message.topic, None)

    client.on_message = on_message
    client.on_connect = lambda *_: client.subscribe("plant/#", 1)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    yield told
    client.disconnect()
    client.loop_stop()


def test_what_is_retained_follows_the_alarms(
    broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "_AGAIN_S", 0.2)
    stale = mqtt.Client(CallbackAPIVersion.VERSION2)
    stale.connect("127.0.0.1", broker.port)
    stale.loop_start()
    gone = "plant/alarms/9/Old/L"
    stale.publish(gone, "{}", qos=1, retain=True).wait_for_publish(5)
    alarms, ours = [alarm()], threading.Event()
    ours.set()
    one = AlarmPublisher(
        f"{broker.url}/plant", lambda: json.dumps({"alarms": alarms}).encode(), ours.is_set
    )
    threading.Thread(target=one.go_on_for_ever, daemon=True).start()
    with retained(broker) as told:
        wait_until(lambda: TOPIC in told and gone not in told, 15, "published, the old one gone")
        assert told[TOPIC]["ActiveState"] is True
        assert told[TOPIC]["Priority"] == "critical"
        assert told[TOPIC]["Time"] == "2023-11-14T22:13:20.000+00:00"
        assert told["plant/status"] == {"online": True}
        alarms[0] = alarm(acked=True, state="ACKNOWLEDGED")
        wait_until(lambda: told[TOPIC]["AckedState"], 10, "acknowledging is published")
        broker.kill()
        alarms[0] = alarm(active=False, state="RETURNED_UNACKNOWLEDGED")
        broker.start()
        wait_until(lambda: TOPIC in told and not told[TOPIC]["ActiveState"], 20, "it catches up")
    alarms.clear()
    with retained(broker) as told:
        wait_until(lambda: "plant/status" in told and TOPIC not in told, 10, "it is over")
    ours.clear()


def test_what_is_over_is_told_once_more_and_emptied() -> None:
    shown = messages("p", [alarm()])
    (topic,) = shown
    inactive, emptied = changes(shown, {})
    assert (inactive[0], inactive[2], json.loads(inactive[1])["ActiveState"]) == (
        topic,
        False,
        False,
    )
    assert emptied == (topic, b"", True)
    assert changes(shown, shown) == []


def test_a_name_cannot_leave_its_level() -> None:
    topic = alarm_topic("p", alarm(id="1|a/b+c#|HH"))
    assert topic == "p/alarms/1/a_b_c_/HH"


def test_one_worker_at_a_time_has_the_turn(redis_url: str) -> None:
    client = connect(redis_url)
    assert hold(client, "a")
    assert hold(client, "a")
    assert not hold(client, "b")


@pytest.mark.parametrize("url", ["http://host", "mqtt://", "mqtt://host/a/#", "mqtt://host:x"])
def test_a_bad_url_is_named(url: str) -> None:
    with pytest.raises(SettingError, match="ALARMS_MQTT"):
        AlarmPublisher(url, lambda: None, lambda: True)
