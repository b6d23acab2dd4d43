"""Readings a second from an OPC UA server in a process of its own, through the source, on disk."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary, struct_to_binary

from benchmarks.opcua_server import EXTRUDERS, SIGNALS
from data.extruders import Extruder, Signal
from data.ingest.clock import now_ms
from data.ingest.mapped_extruders import Column, MappedExtruder
from data.ingest.opcua import build
from data.ingest.opcua.wire import published
from data.ingest.sources.config import Configured
from data.ingest.sources.kinds import About
from data.ingest.sources.running import Running, run_all
from data.quality import Quality
from data.telemetry import TelemetryStore, open_store
from data.toml_table import Table
from tests.stack import ROOT, free_port, wait_until

SECONDS = 20


def run() -> None:
    """As fast as it goes, then what a steady 20,000 a second costs, then asyncua's own server."""
    _decoding()
    for mode, hertz, told in (
        ("bulk", 0, "as fast as the client asks, the server encoding in bulk"),
        ("bulk", 5, "20,000 offered"),
        ("stock", 0, "asyncua's server as it is"),
    ):
        with tempfile.TemporaryDirectory() as name:
            _measured(Path(name), mode, hertz, told)


def _decoding() -> None:
    """Our reading of a PublishResponse's bytes against asyncua's, of the same bytes."""
    response = ua.PublishResponse()
    moment = datetime.now(UTC)
    value = ua.DataValue(ua.Variant(1.5), SourceTimestamp=moment, ServerTimestamp=moment)
    items = [ua.MonitoredItemNotification(n, value) for n in range(4_000)]
    response.Parameters.NotificationMessage.NotificationData = [ua.DataChangeNotification(items)]
    body = struct_to_binary(response)
    ours = min(_timed(lambda: published(Buffer(body))) for _ in range(5))
    theirs = min(
        _timed(lambda: struct_from_binary(ua.PublishResponse, Buffer(body))) for _ in range(5)
    )
    print(
        f"decoding: {1e6 * ours / len(items):.2f} µs per value, asyncua"
        f" {1e6 * theirs / len(items):.1f} µs: {theirs / ours:.0f} ×"
    )


def _timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _measured(folder: Path, mode: str, hertz: float, told: str) -> None:
    path = folder / "store.sqlite"
    connect = partial(open_store, f"sqlite:///{path}")
    with _server(mode, hertz) as (port, process), _fed(folder, port, connect) as one:
        wait_until(lambda: one.live.tally.readings, 60, "it receives")
        time.sleep(3)
        began, first = time.monotonic(), one.live.tally.readings
        client, server = _cpu(), _cpu_of(process.pid)
        time.sleep(SECONDS)
        took, count = time.monotonic() - began, one.live.tally.readings - first
        client, server = _cpu() - client, _cpu_of(process.pid) - server
        state = one.state(now_ms())
    stored = _stored(connect)
    waiting = one.backlog.state().rows * SIGNALS
    lag = f", lag {state.lag_ms:.0f} ms" if hertz and state.lag_ms else ""
    print(
        f"{told}: {count / took:,.0f} readings/s; CPU per reading: client"
        f" {1e6 * client / count:.1f} µs, server {1e6 * server / count:.1f} µs{lag}; of"
        f" {one.live.tally.readings:,} received {stored:,} are stored and"
        f" {waiting:,} wait on disk",
        flush=True,
    )


def _stored(connect: Callable[[], TelemetryStore]) -> int:
    """Readings, once each."""
    with closing(connect()) as store:
        return sum(
            int((row.quality != Quality.ABSENT).sum())
            for number in range(1, EXTRUDERS + 1)
            for row in store.rows_between(number, 0, 2**60)
        )


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@contextmanager
def _server(mode: str, hertz: float) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.opcua_server", str(port), mode, str(hertz)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield port, process
    finally:
        process.kill()
        process.wait(10)


@contextmanager
def _fed(folder: Path, port: int, connect: Callable[[], TelemetryStore]) -> Iterator[Running]:
    mapped = tuple(_mapped(e) for e in range(EXTRUDERS))
    about = About("bench", folder / "bench", mapped)
    keys = {"url": f"opc.tcp://127.0.0.1:{port}/", "security": "None"}
    keys |= {"publishing_ms": 20, "sampling_ms": 20, "history": False, "repeat_ms": 0}
    source = build(Table("bench", "", keys), about)
    configured = Configured("bench", "opcua", source, mapped, 1001, 10, 60.0)
    one, over = Running(configured, folder, 1 << 30, lambda _: {}), threading.Event()
    thread = threading.Thread(target=run_all, args=([one], connect, over))
    thread.start()
    try:
        yield one
    finally:
        over.set()
        thread.join(30)
        one.close()


def _mapped(e: int) -> MappedExtruder:
    signals = tuple(Signal(f"{s}", f"{s}", "bar", "Melt", 0, 1000) for s in range(SIGNALS))
    columns = tuple(Column(f"nsu=urn:bench;s={e}/{s}", 1.0, 0.0, False) for s in range(SIGNALS))
    return MappedExtruder(Extruder(e + 1, f"E{e + 1}", signals), columns)


if __name__ == "__main__":
    run()
