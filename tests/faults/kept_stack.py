"""A plant as `make run` keeps it: each process under keep_running, which starts it again."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from data.settings import is_postgres
from tests.stack import Stack, wait_until

EXTRUDERS = 3
PRESSURE = "MeltPressureZone_001.Pressure.ActualValue"


class KeptStack(Stack):
    """As Stack; `hit` is for the process itself, `kill` also ends what would start it again."""

    def __init__(self, folder: Path, **settings: str) -> None:
        super().__init__(folder, EXTRUDERS=str(EXTRUDERS), **settings)
        self._changed: dict[str, Mapping[str, str]] = {}
        self.redis_options: Sequence[str] = ()

    def change_environment(self, name: str, **variables: str) -> None:
        """What a process called so gets at its next start; nothing takes it back."""
        self._changed[name] = variables

    def _start(self, name: str, command: list[str]) -> None:
        words = [f"{key}={value}" for key, value in self._changed.get(name, {}).items()]
        changed = ["env", *words] if words else []
        if name == "redis":
            command = [*command, *self.redis_options]
        super()._start(name, [sys.executable, "-m", "keep_running", *changed, *command])

    def pid(self, name: str) -> int:
        """The process itself; 0 while it is not there."""
        keeper = self.processes[name].pid
        children = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
        return int(children[0]) if children else 0

    def hit(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send a signal to the process, once it is there."""
        wait_until(lambda: self.pid(name), 20, f"{name} is there")
        os.kill(self.pid(name), number)


@contextmanager
def kept_plant(
    folder: Path, redis: Sequence[str] | None = (), **settings: str
) -> Iterator[KeptStack]:
    """Everything running with two workers, windows fresh.

    `redis` are further options of the server; None: REDIS_URL names one that runs.
    """
    stack = KeptStack(folder, **settings)
    try:
        if redis is not None:
            stack.redis_options = redis
            stack.start_redis()
        stack.start_ingest()
        if not is_postgres(stack.settings.database_url):
            database = Path(stack.settings.database_url.removeprefix("sqlite:///"))
            wait_until(database.exists, 30, "ingest made the store")
        stack.start_worker("worker")
        stack.start_worker("worker 2")
        stack.start_web()
        stack.wait_ready(60)
        let_an_alarm_stand(stack)
        yield stack
    finally:
        stack.stop()


def let_an_alarm_stand(stack: KeptStack) -> None:
    """Extruder 1 gets a limit that it is above, so that there is something to acknowledge."""
    limit = {"product": 0, "signal": PRESSURE, "limits": {"h": 1.0}, "comment": "to be above"}
    command = {"id": "limit", "action": "set_limits", "who": "Fault", "extruder": 1, **limit}
    httpx.post(f"{stack.url}/commands", json=command).raise_for_status()
