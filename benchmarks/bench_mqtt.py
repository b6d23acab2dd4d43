"""Readings per second from a real Mosquitto into a real store: QoS 1, durable session, messages
acknowledged once they are kept. Broker, publisher and ingest are processes of their own.

50 extruders × 35 signals, a message of 35 readings each: Sparkplug B by alias, or JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Semaphore
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.fed_by_source import EXTRUDERS, SIGNALS, Address, cpu_of, ingest, stored
from tests.ingest.mqtt.edge import birth, data
from tests.mosquitto_server import Mosquitto

SECONDS = 15.0
#: Readings per second that are offered: a backlog in the broker would measure the broker.
OFFERED = 40_000
START_MS = 1_700_000_000_000
#: Messages that the broker has not confirmed to the publisher.
IN_FLIGHT = 200
NAMES = {f"S{n}": (n + 1, 150.0) for n in range(SIGNALS)}


def run() -> None:
    """Sparkplug B, then JSON."""
    sparkplug = 'payload = "sparkplug"\n'
    _measure("sparkplug", sparkplug, lambda e, n: f"bench/edge/E{e}:S{n}")
    _measure("json", 'payload = "json"\ntopics = ["e/+"]\ntimestamp = "ts"\n', _path)


def _path(extruder: int, number: int) -> str:
    return f"e/{extruder}#s{number}"


def _measure(payload: str, keys: str, address: Address) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "broker"
        folder.mkdir()
        broker = Mosquitto(folder, "max_inflight_messages 1000", at_once=False)
        url = f'kind = "mqtt"\nurl = "{broker.url}"\n'
        try:
            with ingest(Path(name), url + keys, address) as stack:
                time.sleep(3)
                before, began = cpu_of(stack), time.monotonic()
                command = [sys.executable, "-m", "benchmarks.bench_mqtt", str(broker.port), payload]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                sent, published_s = (float(one) for one in done.stdout.split())
                found = stored(stack, int(sent))
                took, busy = time.monotonic() - began, cpu_of(stack) - before
        finally:
            broker.kill()
    if found < sent:
        raise RuntimeError(f"{sent:.0f} readings published, {found} stored")
    print(
        f"mqtt, {payload}: {sent / took:,.0f} readings/s published, acknowledged and stored"
        f" ({sent / published_s:,.0f}/s published; {took:.0f} s); ingest"
        f" {100 * busy / took:.0f} % of a core, {1e6 * busy / sent:.1f} µs per reading"
    )


def _publish(port: int, payload: str) -> None:
    """The publisher's process: prints readings, and seconds until the broker had them."""
    client, room = mqtt.Client(CallbackAPIVersion.VERSION2), Semaphore(IN_FLIGHT)
    client.on_publish = lambda *_: room.release()
    client.max_inflight_messages_set(IN_FLIGHT)
    client.connect("127.0.0.1", port)
    client.loop_start()
    send = _sparkplug(client, room) if payload == "sparkplug" else _json(client, room)
    began, second = time.monotonic(), 0
    while time.monotonic() - began < SECONDS:
        for extruder in range(1, EXTRUDERS + 1):
            send(extruder, START_MS + 1000 * second, second)
        second += 1
        ahead = second * EXTRUDERS * SIGNALS / OFFERED - (time.monotonic() - began)
        time.sleep(max(0.0, ahead))
    for _ in range(IN_FLIGHT):
        room.acquire()
    print(second * EXTRUDERS * SIGNALS, time.monotonic() - began)


def _sparkplug(client: mqtt.Client, room: Semaphore) -> Any:
    topic = "spBv1.0/bench/{}/edge"
    seq = 0

    def put(name: str, message: Any) -> None:
        nonlocal seq
        room.acquire()
        client.publish(name, message.SerializeToString(), qos=1)
        seq += 1

    put(topic.format("NBIRTH"), birth(0, {}, START_MS - 1000, bd_seq=1))
    for extruder in range(1, EXTRUDERS + 1):
        born = birth(seq, NAMES, START_MS - 1000)
        put(f"{topic.format('DBIRTH')}/E{extruder}", born)

    def send(extruder: int, ts: int, second: int) -> None:
        values = {alias: 150 + (second + alias) % 997 / 10 for alias in range(1, SIGNALS + 1)}
        put(f"{topic.format('DDATA')}/E{extruder}", data(seq, values, ts))

    return send


def _json(client: mqtt.Client, room: Semaphore) -> Any:
    def send(extruder: int, ts: int, second: int) -> None:
        values = {f"s{n}": 150 + (second + n) % 997 / 10 for n in range(SIGNALS)}
        room.acquire()
        client.publish(f"e/{extruder}", json.dumps({"ts": ts, **values}), qos=1)

    return send


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _publish(int(sys.argv[1]), sys.argv[2])
    else:
        run()
