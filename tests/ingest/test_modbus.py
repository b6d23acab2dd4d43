"""Modbus TCP, against pymodbus' own server in another process."""

from __future__ import annotations

import socket
import struct
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import MappingError
from data.ingest.clock import now_ms
from data.ingest.sources import SourceLost
from data.ingest.sources.config import read_sources_file
from data.ingest.sources.modbus.address import parse
from data.ingest.sources.modbus.kind import Modbus, Where
from data.ingest.sources.modbus.plan import plan
from data.ingest.sources.running import Running
from data.quality import Quality
from data.telemetry import open_store
from data.window_cache.source_state import Condition
from data.windows import Row
from tests.ingest.sources_made import fed
from tests.stack import ROOT, free_port, wait_until

#: Address and what the server has there; None for what it has not.
READ = {
    "1/holding/2:float32": 1.0,
    "1/holding/8:float32": 4.0,
    "1/holding/1000:int16": -5.0,
    "1/holding/1001:uint16": 65_535.0,
    "1/holding/1002:bit15": 1.0,
    "1/holding/1002:bit1": 0.0,
    "1/holding/1010:float32:swapped": 10.0,
    "1/input/0:int32": 123_456_789.0,
    "2/coil/2": 1.0,
    "2/discrete/0": 0.0,
    "2/holding/1006:uint32": None,
}


class Server:
    def __init__(self) -> None:
        self.port = free_port()
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.ingest.modbus_server", str(self.port), "2", "10"]
        self._process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
        wait_until(self._answers, 20, "the Modbus server answers")

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.kill()


def sources(folder: Path, port: int, addresses: list[str], keys: str = "") -> Path:
    told = 'unit = "", group = "Melt", low = 0, high = 10'
    signals = [
        f'{{ address = "{one}", name = "S{n}", label = "S", {told} }}'
        for n, one in enumerate(addresses)
    ]
    path = folder / "sources.toml"
    path.write_text(
        f'[[source]]\nname = "plc"\nkind = "modbus"\nhost = "127.0.0.1"\nport = {port}\n'
        f"every_ms = 100\ntimeout_s = 1\n{keys}\n"
        f'[[source.extruder]]\nid = 7\nname = "Seven"\nsignal = [{", ".join(signals)}]\n'
    )
    return path


@contextmanager
def polled(folder: Path, port: int, addresses: list[str]) -> Iterator[Running]:
    (configured,) = read_sources_file(sources(folder, port, addresses), folder)
    one = Running(configured, folder, 16 << 20, lambda _: {})
    url = f"sqlite:///{folder / 'store.sqlite'}"
    with fed(one, lambda: open_store(url)):
        yield one


def stored(folder: Path) -> list[Row]:
    with closing(open_store(f"sqlite:///{folder / 'store.sqlite'}")) as store:
        return store.rows_since(0, 10_000)


def test_every_type_is_read_and_what_is_not_there_is_marked(tmp_path: Path, server: Server) -> None:
    before = now_ms()
    with polled(tmp_path, server.port, list(READ)) as one:
        wait_until(lambda: len(stored(tmp_path)) >= 3, 15, "some rounds are stored")
        rejects = {r.reason: r.sample for r in one.state(now_ms()).rejects}
    row = stored(tmp_path)[1]
    expected = [np.nan if value is None else value for value in READ.values()]
    np.testing.assert_array_equal(row.values, np.array(expected, np.float32))
    assert row.quality.tolist() == [0] * 10 + [Quality.BAD_NO_COMMUNICATION]
    assert rejects == {"exception 2: illegal data address": "2/holding/1006:uint32"}
    assert before - 100 <= row.ts <= now_ms()


def test_a_killed_server_is_told_and_reached_again(tmp_path: Path) -> None:
    server = Server()
    try:
        with polled(tmp_path, server.port, ["1/holding/2:float32"]) as one:

            def condition() -> Condition:
                return one.state(now_ms()).condition

            wait_until(lambda: condition() == Condition.RECEIVING, 15, "it is polled")
            server.kill()
            wait_until(lambda: condition() == Condition.LOST, 15, "it is lost")
            count = len(stored(tmp_path))
            server.start()
            wait_until(lambda: condition() == Condition.RECEIVING, 20, "it is back")
            wait_until(lambda: len(stored(tmp_path)) > count, 10, "it is stored again")
    finally:
        server.kill()


def test_a_test_says_what_could_be_read(server: Server) -> None:
    where = Where("127.0.0.1", server.port, timeout_s=1)
    told = Modbus(where, list(READ)).test()
    assert told.summary == f"modbus://127.0.0.1:{server.port} answers"
    assert "unit 1, function 4, 0 to 1: read" in told.lines
    assert any("exception 2: illegal data address" in line for line in told.lines)
    with pytest.raises(SourceLost, match="cannot be reached"):
        Modbus(where._replace(port=free_port()), []).test()


@contextmanager
def answering(reply: bytes | None) -> Iterator[int]:
    """A server that answers anything with these bytes; None: with nothing at all."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    connection, _ = listener.accept()
                    with connection:
                        connection.settimeout(1)
                        connection.recv(100)
                        if reply is None:
                            over.wait(2)
                        else:
                            connection.sendall(reply)
                except OSError:
                    continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            thread.join(5)


class Mute:
    """A desk that is stopped after its first readings."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop, self.taken = stop, 0

    def addresses(self) -> list[str]:
        return ["1/holding/0:uint16", "no address"]

    def take(self, readings: list[object]) -> None:
        self.taken += len(readings)
        self._stop.set()

    def connected(self, detail: str = "") -> None: ...

    def reject(self, reason: str, sample: str) -> None: ...


@settings(max_examples=15, deadline=None)
@given(
    st.none()
    | st.binary(max_size=20)
    | st.binary(max_size=8).map(
        lambda some: struct.pack(">HHHBBB", 1, 0, 2 + len(some), 1, 3, len(some)) + some
    )
)
def test_garbage_is_a_lost_source(reply: bytes | None) -> None:
    stop = threading.Event()
    desk = Mute(stop)
    with answering(reply) as port:
        try:
            Modbus(Where("127.0.0.1", port, timeout_s=0.1), []).receive(desk, stop)  # type: ignore[arg-type]
        except SourceLost:
            return
    assert desk.taken == 1


@st.composite
def items(draw: st.DrawFn) -> list[str]:
    unit = st.integers(1, 3)
    register = st.builds(
        "{}/{}/{}:{}{}".format,
        unit,
        st.sampled_from(["holding", "input"]),
        st.integers(0, 400),
        st.sampled_from(["int16", "uint32", "float64", "bit3"]),
        st.sampled_from(["", ":swapped"]),
    )
    bit = st.builds(
        "{}/{}/{}".format, unit, st.sampled_from(["coil", "discrete"]), st.integers(0, 4000)
    )
    return draw(st.lists(register | bit, min_size=1, max_size=60, unique=True))


@given(items(), st.integers(0, 50), st.integers(4, 125))
def test_a_plan_reads_each_address_once_within_the_protocols_bounds(
    addresses: list[str], gap: int, most: int
) -> None:
    requests = plan(map(parse, addresses), gap, most)
    assert sorted(i.address for r in requests for i in r.items) == sorted(addresses)
    for request in requests:
        assert 1 <= request.size <= (2000 if request.function < 3 else most)
        for item in request.items:
            assert (item.unit, item.function) == (request.unit, request.function)
            assert request.offset <= item.offset
            assert item.offset + item.size <= request.offset + request.size
        assert [one.items[0] for one in request.apart()] == list(request.items)


def test_neighbours_share_a_request() -> None:
    addresses = [f"1/holding/{2 * n}:float32" for n in range(62)] + ["1/holding/140:int16"]
    assert [request.size for request in plan(map(parse, addresses), 8)] == [124, 1]


@given(st.text("0123456789/:holdingputcreswafb", max_size=30))
def test_any_text_is_an_address_or_none(text: str) -> None:
    try:
        assert parse(text).address == text
    except ValueError:
        return


@given(st.floats(width=32, allow_nan=False), st.integers(-(2**31), 2**31 - 1))
def test_numbers_are_decoded_in_both_orders(real: float, whole: int) -> None:
    for kind, code, value in (("float32", ">f", real), ("int32", ">i", whole)):
        high, low = struct.unpack(">HH", struct.pack(code, value))
        assert parse(f"1/input/0:{kind}").decode([9, high, low], 1) == value
        assert parse(f"1/input/0:{kind}:swapped").decode([low, high], 0) == value


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("40001", "expected UNIT/coil"),
        ("1/holding/0", "a type: int16"),
        ("1/holding/0:float16", "a type: int16"),
        ("1/holding/0:bit16", "a type: int16"),
        ("1/holding/65535:int32", "to end at 65535"),
        ("256/holding/0:int16", "a unit up to 255"),
        ("1/coil/0:int16", "no type"),
    ],
)
def test_a_wrong_address_is_named(tmp_path: Path, address: str, told: str) -> None:
    with pytest.raises(MappingError, match=told) as error:
        read_sources_file(sources(tmp_path, 502, [address]), tmp_path)
    assert address in str(error.value)


def test_a_wrong_key_is_named(tmp_path: Path) -> None:
    path = sources(tmp_path, 502, ["1/coil/0"])
    path.write_text(path.read_text().replace("timeout_s = 1", "timeout_s = 60"))
    assert tomllib.loads(path.read_text())
    with pytest.raises(MappingError, match="timeout_s = 60"):
        read_sources_file(path, tmp_path)
