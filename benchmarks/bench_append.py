"""Readings per second through network sources into a real store, each part in its own process.

50 extruders × 35 signals. HTTP: bodies of 1,000 lines of 5 fields, as Telegraf sends them, over
several connections, each waiting for its 204.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx

from benchmarks.fed_by_source import EXTRUDERS, cpu_of, ingest, stored
from tests.stack import free_port, wait_until

PARTS, FIELDS = 7, 5
LINES = 1_000
CONNECTIONS = 4
SECONDS = 20.0
START_MS = 1_700_000_000_000
TOKEN = "the-token-of-this-benchmark"


def run() -> None:
    """Ingest, sender and store on this machine's cores."""
    for measure in (_http, _modbus):
        with tempfile.TemporaryDirectory() as name:
            measure(Path(name))


def _http(folder: Path) -> None:
    port = free_port()
    (folder / "tokens").write_text(TOKEN)
    keys = f'kind = "http"\nlisten = "127.0.0.1:{port}"\ntoken_file = "{folder}/tokens"\n'
    with ingest(folder, keys, _field) as stack:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: _answers(url), 20, "ingest listens")
        before = cpu_of(stack)
        sender = [sys.executable, "-m", "benchmarks.bench_append", url]
        done = subprocess.run(sender, check=True, capture_output=True, text=True)
        sent, took, p50, p95 = (float(one) for one in done.stdout.split())
        busy = (cpu_of(stack) - before) / took
        found = stored(stack, int(sent))
        if found != sent:
            raise RuntimeError(f"{sent:.0f} readings acknowledged, {found} stored")
    print(
        f"http: {sent / took:,.0f} readings/s acknowledged and stored ({CONNECTIONS} connections,"
        f" bodies of {LINES} lines × {FIELDS} fields, {took:.0f} s); a body's 204 after p50"
        f" {p50:.0f} ms, p95 {p95:.0f} ms; ingest {100 * busy:.0f} % of a core"
    )


def _field(extruder: int, number: int) -> str:
    part, field = divmod(number, FIELDS)
    return f"extruder,machine=e{extruder},part={part}:f{field}"


def _modbus(folder: Path) -> None:
    port, count = free_port(), PARTS * FIELDS
    command = [sys.executable, "-m", "tests.ingest.modbus_server", str(port), str(EXTRUDERS)]
    server = subprocess.Popen([*command, str(count)], stderr=subprocess.DEVNULL)
    keys = f'kind = "modbus"\nhost = "127.0.0.1"\nport = {port}\nevery_ms = 20\nalign_ms = 1\n'
    try:
        time.sleep(3)
        with ingest(folder, keys, lambda unit, n: f"{unit}/holding/{2 * n}:float32") as stack:
            wait_until(lambda: stored(stack, 1) > 0, 30, "it is polled")
            cpu, began = cpu_of(stack), time.time()
            time.sleep(SECONDS)
            busy, took = cpu_of(stack) - cpu, time.time() - began
            time.sleep(3)  # what was polled until then is stored
            found = stored(stack, 1, range(int(1e3 * began), int(1e3 * (began + took))))
    finally:
        server.kill()
        server.wait(10)
    print(
        f"modbus: {found / took:,.0f} readings/s polled and stored ({EXTRUDERS} units × {count}"
        f" float32, one connection, {took:.0f} s); ingest {100 * busy / took:.0f} % of a core"
    )


def _send(url: str) -> None:
    """The sender's process: prints readings, seconds, and p50 and p95 of a body in ms."""
    numbers, lock = iter(range(10**9)), threading.Lock()
    took: list[float] = []
    end = time.monotonic() + SECONDS

    def send() -> None:
        with httpx.Client(base_url=url, timeout=60) as client:
            while time.monotonic() < end:
                with lock:
                    body = _body(next(numbers))
                began = time.monotonic()
                headers = {"Authorization": f"Token {TOKEN}"}
                path = "/api/v2/write?precision=ms"
                while client.post(path, content=body, headers=headers).status_code != 204:
                    time.sleep(0.2)
                took.append(1e3 * (time.monotonic() - began))

    began = time.monotonic()
    threads = [threading.Thread(target=send) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    p95 = statistics.quantiles(took, n=20)[-1]
    sent = len(took) * LINES * FIELDS
    print(sent, time.monotonic() - began, statistics.median(took), p95)


def _body(number: int) -> str:
    """The lines of some extruders and seconds, no two alike."""
    lines = []
    for n in range(number * LINES, (number + 1) * LINES):
        row, part = divmod(n, PARTS)
        second, extruder = divmod(row, EXTRUDERS)
        fields = ",".join(f"f{f}={150 + (n + f) % 997 / 10}" for f in range(FIELDS))
        ts = START_MS + 1000 * second
        lines.append(f"extruder,machine=e{extruder + 1},part={part} {fields} {ts}")
    return "\n".join(lines)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/ping").status_code == 204
    except httpx.TransportError:
        return False


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _send(sys.argv[1])
    else:
        run()
