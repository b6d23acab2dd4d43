"""An upgrade of code and schema, one process after the other: no request fails meanwhile."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from data import sqlite_file
from data.settings import is_postgres
from tests.deploy.next_release import copy_release, next_release
from tests.deploy.nginx import Nginx, need_nginx
from tests.faults import observer
from tests.faults.kept_stack import KeptStack, let_an_alarm_stand
from tests.faults.observer import Observer
from tests.stack import ROOT, free_port

UNITS = ("worker", "worker 2", "web", "web 2", "ingest")
#: As systemd does it: what ends is started again, from the release that the link then names.
KEEP = 'while :; do (cd -P "$0" && exec "$@"); done'
RESTART = """#!/bin/sh
read -r keeper < "$(dirname "$0")/$1.pid"
kill -TERM $(cat "/proc/$keeper/task/$keeper/children")
"""
PAGES = ("/", "/malfunctions", "/history/malfunctions.csv")


class Releases(KeptStack):
    """Processes that run from the release that the link `current` names."""

    def __init__(self, folder: Path, **settings: str) -> None:
        super().__init__(folder, **settings)
        self.current, self.second = folder / "current", free_port()

    def _start(self, name: str, command: list[str]) -> None:
        if name == "redis":
            super()._start(name, command)
            return
        kept = ["sh", "-c", KEEP, str(self.current), *command]
        self.processes[name] = subprocess.Popen(
            kept, env=self.env, cwd=ROOT, stdout=self.log, stderr=self.log
        )

    def release(self, name: str) -> str:
        """Name of the release that a process runs from."""
        return os.readlink(f"/proc/{self.pid(name)}/cwd").rsplit("/", 1)[-1]

    def use(self, release: Path) -> None:
        self.current.unlink(missing_ok=True)
        self.current.symlink_to(release)

    def stop(self) -> None:
        for name, process in list(self.processes.items()):
            pid = self.pid(name)
            process.kill()
            if pid:
                os.kill(pid, 9)
        super().stop()


@pytest.fixture
def plant(store_url: str, tmp_path: Path) -> Iterator[Releases]:
    stack = Releases(tmp_path, DATABASE_URL=store_url)
    stack.use(copy_release(tmp_path / "old"))
    try:
        stack.start_redis()
        stack.start_ingest()
        stack.start_web()
        for name in UNITS[:2]:
            stack.start_worker(name)
        stack.start_web("web 2", stack.second)
        stack.wait_ready(60)
        let_an_alarm_stand(stack)
        for unit in UNITS:
            (tmp_path / f"{unit}.pid").write_text(f"{stack.processes[unit].pid}\n")
        (tmp_path / "restart.sh").write_text(RESTART)
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def nginx(plant: Releases, tmp_path: Path) -> Iterator[Nginx]:
    need_nginx()
    running = Nginx(tmp_path / "nginx", plant.port, plant.second)
    yield running
    running.stop()


def version(url: str) -> str:
    """Of the schema."""
    if is_postgres(url):
        with psycopg.connect(url) as db:
            return str(db.execute("SELECT version_num FROM alembic_version").fetchall()[0][0])
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as db:
        return f"{sqlite_file.version_of(db):04}"


def roll(plant: Releases, folder: Path) -> None:
    """As an operator does it."""
    web = f"http://127.0.0.1:{plant.port} http://127.0.0.1:{plant.second}"
    command = {"WEB": web, "RESTART": f"sh {folder / 'restart.sh'}", "WITHIN_S": "90"}
    script = str(ROOT / "deploy" / "rolling_restart.sh")
    done = subprocess.run(
        ["sh", script, *UNITS], env={**os.environ, **command},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "store_url", ["postgres", pytest.param("sqlite", marks=pytest.mark.deploy)], indirect=True
)
@pytest.mark.timeout(400)
def test_no_request_fails_while_code_and_schema_are_upgraded_and_back(
    plant: Releases, nginx: Nginx, store_url: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(observer, "PATHS", (*observer.PATHS, *PAGES))
    before = version(store_url)
    new = next_release(tmp_path / "new")
    asked = Observer(nginx.url, "upgrade")
    asked.start()
    try:
        for release in (new, tmp_path / "old"):
            plant.use(release)
            roll(plant, tmp_path)
            assert {plant.release(unit) for unit in UNITS} == {release.name}
            assert version(store_url) > before
    finally:
        asked.stop()
    failed = [one for one in asked.seen if one.status != 200]
    refused = [one for one in asked.asked if one[2] != 200]
    oldest = max(one.oldest_s for one in asked.seen if one.path == "/plant")
    print(f"{len(asked.seen)} requests and {len(asked.asked)} commands, oldest {oldest:.1f} s")
    assert failed == []
    assert refused == [], asked.refusals
    assert len(asked.seen) > 100 and len(asked.asked) > 10
