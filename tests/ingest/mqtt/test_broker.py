"""A real Mosquitto: TLS, accounts, what is wrong in one line, and that nothing is lost."""

from __future__ import annotations

import json
import shutil
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from data.errors import MappingError, StoreError
from data.ingest.clock import now_ms
from data.ingest.mapped_extruders import read_extruders
from data.ingest.mqtt import build
from data.ingest.mqtt.source import MqttSource
from data.ingest.sources import SourceLost
from data.ingest.sources.config import Configured
from data.ingest.sources.kinds import About
from data.ingest.sources.running import Running
from data.quality import Quality
from data.telemetry import TelemetryStore, open_store
from data.toml_table import Table
from data.window_cache.source_state import Condition
from tests.ingest.mqtt.desk import HeldDesk
from tests.ingest.mqtt.edge import birth, data, payload
from tests.ingest.sources_made import fed as source_fed
from tests.mosquitto_server import Mosquitto, need_mosquitto, publish, publishing
from tests.redis_tls import made_ca, signed
from tests.stack import Stack, wait_until

MAPPED = """
[[extruder]]
id = 7
name = "Seven"
[[extruder.signal]]
address = "e7#p"
name = "P"
label = "Pressure"
unit = "bar"
group = "Melt"
low = 0
high = 500
"""
JSON_KEYS = 'payload = "json"\ntopics = ["e7", "e8/+"]\ntimestamp = "ts"\n'


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    need_mosquitto()
    folder = tmp_path / "broker"
    folder.mkdir()
    server = Mosquitto(folder)
    yield server
    server.kill()


def source(folder: Path, broker: Mosquitto | str, keys: str, name: str = "made") -> MqttSource:
    url = broker if isinstance(broker, str) else broker.url
    table = Table("made", "", tomllib.loads(f'url = "{url}"\n{keys}'))
    made = build(table, About(name, folder, ()))
    table.finish()
    return made


@contextmanager
def fed(
    folder: Path, kind: MqttSource, connect: Callable[[], TelemetryStore], toml: str = ""
) -> Iterator[Running]:
    mapped = read_extruders(Table("", "", tomllib.loads(toml)), "address") if toml else ()
    configured = Configured("made", "mqtt", kind, mapped, 1001, 100, 60.0)
    running = Running(configured, folder, 16 << 20, lambda _: {})
    with source_fed(running, connect):
        state = lambda: running.state(now_ms()).condition  # noqa: E731
        wait_until(lambda: state() == Condition.RECEIVING, 10, "it is connected")
        yield running


@pytest.fixture
def connect(tmp_path: Path) -> Callable[[], TelemetryStore]:
    return partial(open_store, f"sqlite:///{tmp_path / 'store.sqlite'}")


def stored(connect: Callable[[], TelemetryStore]) -> dict[int, float]:
    """By time the first value of all rows."""
    with closing(connect()) as store:
        return {row.ts: float(row.values[0]) for row in store.rows_since(0, 100_000)}


def test_an_edge_node_comes_and_goes(
    tmp_path: Path, broker: Mosquitto, connect: Callable[[], TelemetryStore]
) -> None:
    names = ("MainDrive/Speed/ActualValue", "MainDrive/Load/ActualValue", "Throughput/ActualValue")
    metrics = {name: (alias, 10.0 * alias) for alias, name in enumerate(names, 1)}
    kind = source(tmp_path / "source", broker, 'payload = "sparkplug"\nhost_id = "mw"')
    ts, topic, asked = (
        now_ms() // 1000 * 1000 - 5000,
        "spBv1.0/g/{}/n/Extruder_1",
        threading.Event(),
    )
    with fed(tmp_path, kind, connect) as running, publishing(broker) as edge:
        states: list[bytes] = []
        edge.on_message = lambda _c, _u, m: (
            asked.set() if "NCMD" in m.topic else states.append(m.payload)
        )
        edge.subscribe([("spBv1.0/g/NCMD/n", 1), ("spBv1.0/STATE/mw", 1)])
        publish(edge, topic.format("DDATA"), data(4, {1: 1.0}, ts).SerializeToString())
        assert asked.wait(10)
        nbirth = birth(0, {}, ts, bd_seq=3).SerializeToString()
        publish(edge, "spBv1.0/g/NBIRTH/n", nbirth)
        publish(edge, topic.format("DBIRTH"), birth(1, metrics, ts).SerializeToString())
        publish(edge, topic.format("DDATA"), data(2, {1: 11.5}, ts + 1000).SerializeToString())
        wait_until(lambda: ts + 1000 in stored(connect), 10, "data are stored")
        publish(edge, "spBv1.0/g/NDEATH/n", payload(None, ts, 3).SerializeToString())
        wait_until(lambda: len(stored(connect)) == 3, 10, "the death is stored")
        (extruder,) = running.live.catalogue().extruders
        (told,) = running.state(now_ms()).rejects
    with closing(connect()) as store:
        first, second, last = sorted(store.rows_since(0, 10), key=lambda row: row.ts)
    assert (extruder.id, extruder.name, len(extruder.signals)) == (1001, "Extruder 1", 3)
    assert list(first.values) == [10, 20, 30]
    assert (second.values[0], list(second.quality)[1:]) == (11.5, [Quality.ABSENT] * 2)
    assert list(last.quality) == [Quality.BAD_NO_COMMUNICATION] * 3
    assert told.reason == "data before a birth"
    assert json.loads(states[0])["online"] is True


def test_mapped_json_is_stored_and_other_topics_are_offered(
    tmp_path: Path, broker: Mosquitto, connect: Callable[[], TelemetryStore]
) -> None:
    kind = source(tmp_path, broker, JSON_KEYS)
    ts = now_ms() // 1000 * 1000
    with fed(tmp_path, kind, connect, MAPPED) as running, publishing(broker) as client:
        publish(client, "e7", "{")
        publish(client, "e8/x", json.dumps({"ts": ts, "p": {"value": 5, "unit": "bar"}}))
        publish(client, "e7", json.dumps({"ts": ts, "p": 210.5}))
        wait_until(lambda: stored(connect) == {ts: 210.5}, 10, "it is stored")
        state = running.state(now_ms())
    assert [(one.reason, one.count) for one in state.rejects] == [("no JSON", 1)]
    told = {one.address: (one.unit, one.value) for one in state.unmapped}
    assert told["e8/x#p.value"] == ("bar", 5.0)


def test_a_test_tells_what_is_published(tmp_path: Path, broker: Mosquitto) -> None:
    with publishing(broker) as client:
        for topic in ("e8/a", "e8/b", "e8/a", "other"):
            publish(client, topic, "1", retain=True)
    tested = source(tmp_path, broker, JSON_KEYS).test()
    assert tested.summary.endswith("2 messages of 2 topics in 3 s")
    assert set(tested.lines) == {"e8/a: 1", "e8/b: 1"}


def lost(one: MqttSource) -> str:
    """What `receive` and `test` both say."""
    with pytest.raises(SourceLost) as received:
        one.receive(HeldDesk(), threading.Event())
    with pytest.raises(SourceLost) as tested:
        one.test()
    assert str(received.value) == str(tested.value)
    assert "\n" not in str(tested.value)
    return str(tested.value)


def test_no_broker_and_no_host_are_told(tmp_path: Path) -> None:
    told = lost(source(tmp_path, "mqtt://127.0.0.1:1", JSON_KEYS))
    assert told == "mqtt://127.0.0.1:1: connection refused: no broker there"
    assert "unknown host" in lost(source(tmp_path, "mqtt://nowhere.invalid", JSON_KEYS))


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_wrong_password_is_told(tmp_path: Path, protocol: str) -> None:
    need_mosquitto()
    if not shutil.which("mosquitto_passwd"):
        pytest.skip("no mosquitto_passwd")
    import subprocess

    subprocess.run(
        ["mosquitto_passwd", "-c", "-b", tmp_path / "users", "anna", "right"], check=True
    )
    broker = Mosquitto(tmp_path, f"password_file {tmp_path}/users", anonymous=False)
    keys = f'{JSON_KEYS}protocol = "{protocol}"\nuser = "anna"\npassword = '
    try:
        assert "refused: Not authorized" in lost(source(tmp_path, broker, f'{keys}"wrong"'))
        assert "connected" in source(tmp_path, broker, f'{keys}"right"').test().summary
    finally:
        broker.kill()


def test_tls_is_verified_and_clients_have_certificates(tmp_path: Path) -> None:
    need_mosquitto()
    ca, other = made_ca(tmp_path, "ca"), made_ca(tmp_path, "other")
    certificate, key = signed(tmp_path, "ca", "localhost")
    mine, my_key = signed(tmp_path, "ca", "meltwatch")
    lines = [f"cafile {ca}", f"certfile {certificate}", f"keyfile {key}"]
    broker = Mosquitto(tmp_path, *lines, "require_certificate true")
    url, keys = f"mqtts://localhost:{broker.port}", f'{JSON_KEYS}ca = "{ca}"\n'
    own = f'certificate = "{mine}"\nkey = "{my_key}"\n'
    try:
        assert "connected" in source(tmp_path, url, keys + own).test().summary
        told = lost(source(tmp_path, url, f'{JSON_KEYS}ca = "{other}"\n'))
        assert "the broker's certificate is not trusted" in told
        told = lost(source(tmp_path, url.replace("localhost", "127.0.0.1"), keys))
        assert "not trusted: IP address mismatch" in told
        with pytest.raises(SourceLost):
            source(tmp_path, url, keys).test()
    finally:
        broker.kill()


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ('payload = "xml"', "payload = 'xml'"),
        ('payload = "json"', "topics = (missing)"),
        (JSON_KEYS + 'timestamp_format = "h"', "timestamp_format = 'h'"),
        (JSON_KEYS + 'ca = "/nowhere"', "ca = '/nowhere': expected a file"),
        (JSON_KEYS + 'protocol = "4"', "protocol = '4'"),
        ('payload = "sparkplug"\nhost_id = "a/b"', "host_id = 'a/b'"),
    ],
)
def test_what_is_wrong_in_the_file_is_named(tmp_path: Path, keys: str, told: str) -> None:
    with pytest.raises(MappingError) as error:
        source(tmp_path, "mqtts://host", keys)
    assert told in str(error.value)


@pytest.mark.parametrize("url", ["http://host", "mqtt://", "mqtt://u:p@host", "mqtt://h:x"])
def test_a_wrong_url_is_named(tmp_path: Path, url: str) -> None:
    with pytest.raises(MappingError, match="url = "):
        source(tmp_path, url, JSON_KEYS)


def test_messages_wait_at_the_broker_while_too_much_waits_here(
    tmp_path: Path, broker: Mosquitto
) -> None:
    desk, stop = HeldDesk(), threading.Event()
    desk.is_full = True
    kind = source(tmp_path, broker, f"{JSON_KEYS}in_flight = 10\n")
    thread = threading.Thread(target=kind.receive, args=(desk, stop))
    thread.start()
    try:
        with publishing(broker) as client:
            wait_until(broker.subscribers, 10, "it has subscribed")
            for n in range(50):
                publish(client, "e7", json.dumps({"ts": now_ms(), "p": n}))
            wait_until(lambda: len(desk.readings) == 20, 10, "what may be in flight is here")
            time.sleep(0.3)
            assert len(desk.readings) == 20  # two numbers a message
            desk.is_full = False
            wait_until(lambda: len(desk.readings) == 100, 10, "the rest is here")
    finally:
        stop.set()
        thread.join(10)


def test_a_broker_that_is_killed_loses_nothing(
    tmp_path: Path, broker: Mosquitto, connect: Callable[[], TelemetryStore]
) -> None:
    kind, ts = source(tmp_path, broker, JSON_KEYS), now_ms() // 1000 * 1000
    with fed(tmp_path, kind, connect, MAPPED):
        pass  # it has a session now
    with publishing(broker) as client:
        for n in range(100):
            publish(client, "e7", json.dumps({"ts": ts + 100 * n, "p": n}))
        time.sleep(0.01)  # a file's time is that coarse
        done = time.time()
        publish(client, "other", "so that it saves once more", retain=True)
        wait_until(lambda: broker.saved() >= done, 10, "the broker has saved it")
    broker.kill()
    broker.start()
    with fed(tmp_path, kind, connect, MAPPED) as running:
        wait_until(lambda: len(stored(connect)) == 100, 10, "all is stored")
        broker.kill()
        broker.start()
        state = lambda: running.state(now_ms())  # noqa: E731
        with publishing(broker) as client:
            wait_until(lambda: "session kept" in state().detail, 20, "it is connected again")
            publish(client, "e7", json.dumps({"ts": ts + 100 * 100, "p": 100}))
        wait_until(lambda: len(stored(connect)) == 101, 10, "what came then is stored")
    assert stored(connect) == {ts + 100 * n: float(n) for n in range(101)}


def test_an_ingest_that_is_killed_loses_nothing(tmp_path: Path, broker: Mosquitto) -> None:
    toml = f'[[source]]\nname = "made"\nkind = "mqtt"\nurl = "{broker.url}"\n{JSON_KEYS}'
    (tmp_path / "sources.toml").write_text(toml + MAPPED.replace("[[extr", "[[source.extr"))
    stack = Stack(tmp_path, SOURCES=str(tmp_path / "sources.toml"))
    connect, sent = partial(open_store, stack.settings.database_url), dict[int, float]()
    first = now_ms() // 1000 * 1000 - 100_000  # none from the future: checks would move it
    try:
        stack.start_redis()
        stack.start_ingest()
        with publishing(broker) as client:
            wait_until(broker.subscribers, 20, "ingest has subscribed")
            for n in range(900):
                sent[first + 100 * n] = float(n)
                publish(client, "e7", json.dumps({"ts": first + 100 * n, "p": n}))
                if n in {200, 500}:
                    stack.kill("ingest")
                if n in {300, 600}:
                    stack.start_ingest()
        wait_until(lambda: len(stored(connect)) >= 900, 30, "all is stored")
        assert stored(connect) == sent
    finally:
        stack.stop()


def test_a_store_that_is_away_loses_nothing(
    tmp_path: Path, broker: Mosquitto, connect: Callable[[], TelemetryStore]
) -> None:
    connect().close()
    away, ts = threading.Event(), now_ms() // 1000 * 1000

    def sometimes() -> TelemetryStore:
        if away.is_set():
            raise StoreError("away")
        return connect()

    away.set()
    with fed(tmp_path, source(tmp_path, broker, JSON_KEYS), sometimes, MAPPED):
        with publishing(broker) as client:
            for n in range(50):
                publish(client, "e7", json.dumps({"ts": ts + 100 * n, "p": n}))
        away.clear()
        wait_until(lambda: len(stored(connect)) == 50, 20, "all is stored")
    assert stored(connect) == {ts + 100 * n: float(n) for n in range(50)}
