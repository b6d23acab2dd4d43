"""A real PostgreSQL server for tests: on a free port, in a folder of its own, ended by its pid."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

INSTALL = "no PostgreSQL server: install it with 'apt-get install postgresql'"
#: Tests need no durability: this is twice as fast.
OPTIONS = ("fsync=off", "full_page_writes=off", "max_connections=100", "log_min_messages=error")


def find_initdb() -> Path | None:
    """Path of initdb: on PATH, or where Debian puts the newest version."""
    on_path = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return Path(on_path) if on_path else (found[-1] if found else None)


def need_initdb() -> Path:
    """As find_initdb; without one the test is skipped, and on CI that is an error."""
    initdb = find_initdb()
    if initdb is None:
        if os.environ.get("CI"):
            pytest.fail(INSTALL)
        pytest.skip(INSTALL)
    return initdb


class PostgresServer:
    """A running server; `url()` makes a new, empty database each time."""

    def __init__(self, folder: Path, initdb: Path) -> None:
        self._folder, self._initdb = folder, initdb
        self._bin, self._data = initdb.parent, folder / "data"
        self._user = _unprivileged()
        if self._user:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        folder.chmod(0o700)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    def create(self) -> None:
        made = ["-D", str(self._data), "-U", "meltwatch", "-A", "trust", "-N", "-E", "UTF8"]
        self._run([str(self._initdb), *made, "--locale=C"]).check_returncode()

    def adopt(self) -> None:
        """Give a data folder that was put in place to the user who runs the server."""
        if self._user:
            for path in (self._data, *self._data.rglob("*")):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def start(self) -> None:
        command = [str(self._bin / "postgres"), "-D", str(self._data), "-p", str(self.port)]
        command += ["-k", str(self._folder), "-h", "127.0.0.1"]
        for option in OPTIONS:
            command += ["-c", option]
        with (self._folder / "server.log").open("wb") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, **self._as_user()
            )
        self._wait()

    def kill(self) -> None:
        """As kill -9 does it; `start` recovers what was committed."""
        self._process.kill()
        self._process.wait(10)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)  # a fast shutdown: connections are ended
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(10)

    def url(self) -> str:
        name = f"t{uuid4().hex[:12]}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as db:
            db.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        return self.address(name)

    def drop(self, url: str) -> None:
        name = url.rsplit("/", 1)[-1]
        with psycopg.connect(self.address("postgres"), autocommit=True) as db:
            db.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]

    def address(self, database: str) -> str:
        return f"postgresql://meltwatch@127.0.0.1:{self.port}/{database}"

    def _wait(self) -> None:
        until = time.monotonic() + 20
        while True:
            try:
                psycopg.connect(self.address("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise
                time.sleep(0.05)

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, check=False, capture_output=True, **self._as_user())

    def _as_user(self) -> dict[str, object]:
        """PostgreSQL refuses to run as root: give it to another user then."""
        if self._user is None:
            return {"cwd": self._folder}
        ids = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        return {"cwd": self._folder, **ids}


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom the server runs as: None for who runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.fail("tests run as root and there is no user postgres or nobody to run the server as")


@contextmanager
def running_server(initdb: Path) -> Iterator[PostgresServer]:
    # Not pytest's tmp_path: another user must be able to reach it.
    folder = Path(tempfile.mkdtemp(prefix="meltwatch-pg-", dir="/tmp"))
    server = PostgresServer(folder, initdb)
    try:
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
