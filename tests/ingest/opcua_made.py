"""The OPC UA server of tests as a process to be started, told and killed; sources that read it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data.ingest.opcua import OpcUa, build
from data.ingest.sources.config import Configured
from data.ingest.sources.kinds import About
from data.ingest.sources.running import Running
from data.telemetry import TelemetryStore
from data.toml_table import Table
from tests.ingest.opcua_server import PLANT
from tests.stack import ROOT, free_port

Connect = Callable[[], TelemetryStore]


class Served:
    """The server's process. `url` stays the same over kills and starts."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.port = free_port()
        self.url = f"opc.tcp://127.0.0.1:{self.port}/"
        self.log = folder / "produced.log"
        self.options = {"port": self.port, "log": str(self.log), **options}
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> Served:
        command = [sys.executable, "-m", "tests.ingest.opcua_server", json.dumps(self.options)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == "ready\n"
        return self

    def tell(self, **command: Any) -> Any:
        assert self.process and self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def kill(self, number: int = signal.SIGKILL) -> None:
        assert self.process
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait(10)
            self.process = None

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(10)

    def produced(self) -> dict[str, dict[int, float]]:
        """By name, value by time (ms)."""
        found: dict[str, dict[int, float]] = {}
        for line in self.log.read_text().splitlines():
            name, ms, value, _ = json.loads(line)
            found.setdefault(name, {})[ms] = value
        return found


@contextmanager
def served(folder: Path, **options: Any) -> Iterator[Served]:
    server = Served(folder, **options).start()
    try:
        yield server
    finally:
        server.stop()


def made(folder: Path, url: str, **keys: Any) -> tuple[OpcUa, About]:
    """A source of these keys; `extruder` holds what is mapped by hand."""
    from data.ingest.mapped_extruders import read_extruders

    raw = tomllib.loads("") | {"url": url, "security": "None", "publishing_ms": 100, **keys}
    table = Table("made", "", raw)
    mapped = read_extruders(table, "address") if "extruder" in raw else ()
    about = About("plant", folder / "sources" / "plant", mapped)
    return build(table, about), about


def running(folder: Path, url: str, **keys: Any) -> Running:
    newest = keys.pop("newest", dict)
    source, about = made(folder, url, **({"sampling_ms": 50} | keys))
    configured = Configured("plant", "opcua", source, about.mapped, 1001, 10, 60.0)
    return Running(configured, folder, 64 << 20, lambda _: newest())


def address(name: str) -> str:
    return f"nsu={PLANT};s={name}"
