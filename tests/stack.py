"""The real processes for a test: Valkey, workers, web, on free ports, ended by process id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

import embedded_redis
from data.settings import Settings

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def web_command(server: str) -> list[str]:
    """How the Procfile starts the web process, but for its address."""
    command = f"uvicorn {server} --no-access-log --no-server-header --no-proxy-headers"
    return [*command.split(), "--log-level", "warning"]


def wait_until(done: Callable[[], object], seconds: float, what: str) -> None:
    """Poll until `done` is true; fails the test naming `what` after `seconds`."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)


class Stack:
    """Processes of one plant in one folder; each is started and killed by name."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port, self.cwd = free_port(), ROOT
        self.env = {
            **os.environ,
            "VAR_DIR": str(folder),
            "REDIS_URL": f"unix://{folder / 'valkey.sock'}",
            "DATABASE_URL": f"sqlite:///{folder / 'telemetry.sqlite'}",
            "PORT": str(self.port),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            **settings,
        }
        self.log = (folder / "stack.log").open("ab")
        self.settings = Settings.from_env(self.env)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start_redis(self) -> None:
        self._start(
            "redis",
            embedded_redis.command(self.settings.redis_url, Path(self.log.name + ".valkey")),
        )
        wait_until(self._redis_answers, 10, "Valkey answers")

    def _redis_answers(self) -> bool:
        try:
            with Redis.from_url(self.settings.redis_url) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def start_worker(self, name: str = "worker") -> None:
        self._start(name, [sys.executable, "-m", "data.worker"])

    def start_ingest(self) -> None:
        self._start("ingest", [sys.executable, "-m", "data.ingest", "run"])

    def start_web(self, name: str = "web", port: int = 0) -> None:
        """A web process; another one than that of `url` has a port of its own."""
        port = port or self.port
        self.begin_web(name, port)
        wait_until(lambda: self._web_answers(port), 20, "the web process answers")

    def begin_web(self, name: str = "web", port: int = 0) -> None:
        """As `start_web`, but nobody waits for its answer."""
        self._start(name, [*web_command("app:server"), "--port", str(port or self.port)])

    def _web_answers(self, port: int, path: str = "healthz") -> bool:
        # Not httpx.get: each makes a TLS context, and this is asked often.
        asking = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            asking.request("GET", f"/{path}")
            return asking.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            asking.close()

    def wait_ready(self, seconds: float = 30) -> None:
        wait_until(lambda: self._web_answers(self.port, "readyz"), seconds, "ready")

    def _start(self, name: str, command: list[str]) -> None:
        self.processes[name] = subprocess.Popen(
            command, env=self.env, cwd=self.cwd, stdout=self.log, stderr=self.log
        )

    def kill(self, name: str, sig: int = signal.SIGKILL) -> None:
        """Send a signal and wait for the end (not for SIGSTOP and SIGCONT)."""
        process = self.processes[name]
        process.send_signal(sig)
        if sig not in {signal.SIGSTOP, signal.SIGCONT}:
            process.wait(10)
            del self.processes[name]

    def stop(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait(10)
        self.log.close()
