"""A real Mosquitto on a free port with its own folder, ended by its process id."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.stack import free_port, wait_until

#: Debian puts it beside what root runs.
_PROGRAMS = ("mosquitto", "/usr/sbin/mosquitto")


def need_mosquitto() -> str:
    for one in _PROGRAMS:
        if found := shutil.which(one):
            return found
    pytest.skip("no mosquitto: see tests/install_servers.sh")


class Mosquitto:
    """`options` are lines of mosquitto.conf; every change is saved at once, or as is usual."""

    def __init__(
        self, folder: Path, *options: str, anonymous: bool = True, at_once: bool = True
    ) -> None:
        self.port, self.folder = free_port(), folder
        lines = [f"listener {self.port} 127.0.0.1", f"allow_anonymous {str(anonymous).lower()}"]
        lines += ["persistence true", f"persistence_location {folder}/"]
        lines += ["max_queued_messages 0", "user root", f"log_dest file {folder}/mosquitto.log"]
        if at_once:
            lines += ["autosave_on_changes true", "autosave_interval 1", "log_type all"]
        (folder / "mosquitto.conf").write_text("\n".join([*lines, *options]) + "\n")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [need_mosquitto(), "-c", str(self.folder / "mosquitto.conf")]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_until(self._listens, 10, "Mosquitto listens")

    def kill(self) -> None:
        """With SIGKILL."""
        if self._process:
            self._process.kill()
            self._process.wait(10)
        self._process = None

    def saved(self) -> float:
        """When it wrote its state last."""
        path = self.folder / "mosquitto.db"
        return path.stat().st_mtime if path.exists() else 0.0

    def subscribers(self) -> bool:
        """Whether anybody has subscribed since it was started first."""
        return "SUBSCRIBE" in (self.folder / "mosquitto.log").read_text()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def publishing(broker: Mosquitto, **settings: Any) -> Iterator[mqtt.Client]:
    """A connected client; publish with QoS 1 and `wait_for_publish` to be sure."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    if "user" in settings:
        client.username_pw_set(settings["user"], settings["password"])
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    wait_until(client.is_connected, 10, "the publisher is connected")
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def publish(client: mqtt.Client, topic: str, payload: bytes | str, retain: bool = False) -> None:
    """With QoS 1, until the broker has it."""
    client.publish(topic, payload, 1, retain).wait_for_publish(10)
