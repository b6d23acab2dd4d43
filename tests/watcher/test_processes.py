"""The real watcher beside the real site: everything dies, and somebody is told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.notifier.servers import Webhook
from tests.stack import ROOT, Stack, free_port, wait_until


class Watcher:
    """A watcher's process in a folder; looks every 0.5 s so that the test is short."""

    def __init__(self, folder: Path, url: str, port: int, tell: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._env = {
            **os.environ,
            "WATCH_URL": url,
            "WATCH_PORT": str(port),
            "WATCH_DIR": str(folder / "watcher"),
            "WATCH_TELL": tell,
            "WATCH_EVERY_S": "0.5",
            "WATCH_LIMIT_S": "5",
            "WATCH_PAGE_FILE": str(folder / "status.html"),
            "WATCH_HEARTBEAT_TOKEN": "t0ken",
        }
        self._log = (folder / "watcher.log").open("ab")
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "watcher"],
            cwd=ROOT,
            env=self._env,
            stdout=self._log,
            stderr=self._log,
        )

    def status(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = httpx.get(f"{self.url}/status.json").json()
            return found
        except httpx.HTTPError:
            return {"state": "away", "last_heartbeat": None}

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)

    def stop(self) -> None:
        self.kill()
        self._log.close()


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with Webhook() as opened:
        yield opened


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    port = free_port()
    url = f"http://127.0.0.1:{port}/heartbeat/t0ken"
    running = Stack(tmp_path, EXTRUDERS="2", HEARTBEAT_URL=url)
    running.start_redis()
    running.start_ingest()
    wait_until((tmp_path / "telemetry.sqlite").exists, 20, "ingest made the store")
    running.start_worker()
    running.start_web()
    running.wait_ready()
    yield running
    running.stop()


@pytest.fixture
def watcher(tmp_path: Path, stack: Stack, webhook: Webhook) -> Iterator[Watcher]:
    port = int(stack.env["HEARTBEAT_URL"].split(":")[2].split("/")[0])
    running = Watcher(tmp_path, stack.url, port, webhook.url)
    yield running
    running.stop()


def test_when_everything_dies_people_are_told_and_the_status_page_says_so(
    tmp_path: Path, stack: Stack, watcher: Watcher, webhook: Webhook
) -> None:
    wait_until(lambda: watcher.status()["state"] == "up", 30, "the watcher finds the site up")
    wait_until(lambda: watcher.status()["last_heartbeat"], 30, "the workers' heartbeats arrive")
    assert httpx.post(f"{watcher.url}/heartbeat").status_code == 404  # not without the token

    for name in list(stack.processes):
        stack.kill(name)
    wait_until(lambda: webhook.taken, 30, "the message that the site is down")
    assert webhook.titles == ["DOWN: Meltwatch: the page does not answer"]
    assert "refuses connections" in webhook.taken[0]["message"]
    assert "Down: the page does not answer." in httpx.get(watcher.url).text
    wait_until(
        lambda: "Down: the page" in (tmp_path / "status.html").read_text(), 10, "also in the file"
    )

    # Killed before it has written down that the message was taken it would send it once more.
    wait_until(lambda: watcher.status()["messages_waiting"] == 0, 10, "it is written down")
    watcher.kill()
    watcher.start()
    wait_until(lambda: watcher.status()["state"] == "down", 30, "it knows after kill -9")
    assert len(watcher.status()["incidents"]) == 1

    stack.start_redis()
    stack.start_worker()
    stack.start_ingest()
    stack.start_web()
    wait_until(lambda: len(webhook.taken) == 2, 60, "the message that the site is up again")
    assert webhook.titles[1].startswith("UP again: Meltwatch, after ")
    (incident,) = watcher.status()["incidents"]
    assert incident["end"] is not None


def test_a_port_that_is_taken_is_named_in_one_line(tmp_path: Path) -> None:
    with Webhook() as taken:
        port = taken.url.split(":")[2].split("/")[0]
        env = {"WATCH_URL": "http://127.0.0.1:1", "WATCH_PORT": port, "WATCH_DIR": str(tmp_path)}
        done = subprocess.run(
            [sys.executable, "-m", "watcher"],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == os.EX_CONFIG
    assert done.stdout.startswith(f"meltwatch watcher: setting WATCH_PORT={port}: 0.0.0.0:{port}: ")
    assert done.stdout.count("\n") == 1
