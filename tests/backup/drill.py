"""A plant that is written to and followed, then killed, destroyed and restored."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.backup.contents import contents
from data.copy.tables import Digest
from tests.raw_sql import sql
from tests.stack import ROOT, wait_until

#: Tables that a drill goes on writing to.
WRITTEN = ("readings", "alarm_events")


class Nothing:
    """No progress bar."""

    def __init__(self, *_: object) -> None: ...

    def __enter__(self) -> Nothing:
        return self

    def __exit__(self, *_: object) -> None: ...

    def update(self, n: float, /) -> None: ...


class Drill:
    """Processes on one store and one folder of backups, ended by process id."""

    def __init__(self, url: str, to: Path, scratch: Path) -> None:
        self.url, self.to, self._acked = url, to, scratch / "acked"
        # No Redis answers there.
        self.env = {
            **os.environ,
            "DATABASE_URL": url,
            "VAR_DIR": str(scratch),
            "REDIS_URL": f"unix://{scratch}/none",
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def backup(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "data.backup", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )

    def follow(self) -> None:
        self._start("follow", "-m", "data.backup", "follow", str(self.to))

    def write(self) -> None:
        self._start("writer", "-m", "tests.backup.writer", self.url)

    def _start(self, name: str, *arguments: str) -> None:
        with self._acked.open("ab") as acked:
            self._running[name] = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.env,
                stdout=acked if name == "writer" else sys.stderr.fileno(),
            )

    def acked(self) -> list[int]:
        """Times of readings and alarms that were reported as durable."""
        whole = self._acked.read_text().rpartition("\n")[0] if self._acked.exists() else ""
        return [int(line) for line in whole.split()]

    def wait_acked(self, more: int) -> None:
        wanted = len(self.acked()) + more
        wait_until(lambda: len(self.acked()) >= wanted, 30, "the plant is written to")

    def end(self, name: str, number: int = signal.SIGKILL) -> None:
        process = self._running.pop(name)
        process.send_signal(number)
        process.wait(30)

    def contents(self) -> dict[str, Digest]:
        return contents(self.url, Nothing)

    def lost_s(self) -> dict[str, float]:
        """How much younger what was acknowledged is than what the store has."""
        last = self.acked()[-1]
        return {
            table: (last - sql(self.url, f"SELECT max(ts) FROM {table}")[0][0]) / 1000
            for table in WRITTEN
        }

    def missing(self, until: int) -> list[int]:
        """What was acknowledged up to then, and is not there."""
        there = {ts for (ts,) in sql(self.url, "SELECT ts FROM readings WHERE extruder = 1")}
        return [ts for ts in self.acked() if ts <= until and ts not in there]

    def stop(self) -> None:
        for name in sorted(self._running):  # follow first: the worst order
            self.end(name)


@contextmanager
def drill(url: str, to: Path, scratch: Path) -> Iterator[Drill]:
    one = Drill(url, to, scratch)
    try:
        yield one
    finally:
        one.stop()


@contextmanager
def told_seconds(what: str) -> Iterator[None]:
    """Print how long it took: `make drill` shows it."""
    started = time.monotonic()
    yield
    print(f"{what}: {time.monotonic() - started:.2f} s")
