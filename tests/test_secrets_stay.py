"""Real processes with wrong passwords, and with servers that are not there, print no password."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from data.command_queue import job_queue
from data.errors import SettingError
from data.failed_jobs import FailedJobs
from data.masking import hide
from data.settings import SECRETS, Settings
from data.window_cache import connect
from tests.stack import ROOT, free_port, wait_until, web_command
from tests.workers import team_work

SECRET = "kr0n-juwel"
PROCESSES = {
    "web": [sys.executable, "-m", *web_command("app:server")],
    "worker": [sys.executable, "-m", "data.worker"],
    "ingest": [sys.executable, "-m", "data.ingest", "run"],
    "guard": [sys.executable, "-m", "data.store_guard"],
}
ASKED = ("/readyz", "/healthz", "/plant", "/metrics", "/system/pipeline", "/windows/1", "/system")


class Attempt:
    """One process with a secret in its settings, and everything it prints."""

    def __init__(self, name: str, folder: Path, settings: dict[str, str]) -> None:
        self.log, self.port = folder / f"{name}.log", free_port()
        port = ["--port", str(self.port)] if name == "web" else []
        env = {**os.environ, "VAR_DIR": str(folder), "PORT": str(self.port), **settings}
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [*PROCESSES[name], *port], cwd=ROOT, env=env, stdout=out, stderr=out
            )

    def has_failed(self) -> bool:
        return self.process.poll() is not None or self.log.stat().st_size > 0

    def answers(self) -> bool:
        try:
            return self.process.poll() is not None or bool(httpx.get(f"{self.url}/healthz"))
        except httpx.HTTPError:
            return False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def end(self) -> str:
        self.process.terminate()
        self.process.wait(10)
        return self.log.read_text()


def broken(redis_url: str) -> dict[str, dict[str, str]]:
    nowhere = f"redis://:{SECRET}@127.0.0.1:1/0"
    postgres = f"postgresql://anna:{SECRET}@127.0.0.1:1/plant"
    return {
        "unreachable": {"REDIS_URL": nowhere, "DATABASE_URL": postgres},
        "refused": {
            "REDIS_URL": f"redis://:{SECRET}@{redis_url.rpartition('@')[2].split('://')[-1]}",
            "DATABASE_URL": postgres,
            "LOG_FORMAT": "json",
        },
        "unreadable": {"REDIS_URL": f"http://u:{SECRET}@host"},
    }


@pytest.fixture(params=["unreachable", "refused", "unreadable"])
def attempts(
    request: pytest.FixtureRequest, redis_url: str, tmp_path: Path
) -> Iterator[dict[str, Attempt]]:
    settings = broken(redis_url)[request.param]
    started = {name: Attempt(name, tmp_path, settings) for name in PROCESSES}
    yield started
    for attempt in started.values():
        attempt.process.kill()
        attempt.process.wait(10)


def test_no_process_prints_or_answers_a_secret(attempts: dict[str, Attempt]) -> None:
    web = attempts.pop("web")
    wait_until(web.answers, 30, "the web process answers or has ended")
    if web.process.poll() is None:
        for path in ASKED:
            assert SECRET not in httpx.get(web.url + path, timeout=20).text
    for name, attempt in attempts.items():
        wait_until(attempt.has_failed, 30, f"{name} says something")
    said = "\n".join(attempt.end() for attempt in (web, *attempts.values()))
    assert said.strip()
    assert SECRET not in said


def test_a_failed_job_keeps_a_traceback_without_the_secret(redis_url: str) -> None:
    hide(f"postgresql://u:{SECRET}@h/db")
    client: Redis = connect(redis_url, own=True)
    job = job_queue(client).enqueue(f"nothing.{SECRET}")
    team_work(client)
    kept = job.latest_result()
    assert kept is not None and "refused: 'nothing.***'" in (kept.exc_string or "")
    assert "nothing.***" in (FailedJobs(client).traceback(job.id) or "")


@pytest.mark.parametrize("key", SECRETS)
def test_a_secret_may_come_from_a_file(key: str, tmp_path: Path) -> None:
    file, url = tmp_path / "url", f"http://u:{SECRET}@host/0"
    if key != "HEARTBEAT_URL":
        url = url.replace("http", "redis")
    file.write_text(url + "\n")
    settings = Settings.from_env({f"{key}_FILE": str(file)})
    assert getattr(settings, key.lower()) == url


def test_a_file_that_is_missing_or_empty_or_one_too_many_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for env in (
        {"REDIS_URL_FILE": str(tmp_path / "none")},
        {"REDIS_URL_FILE": str(tmp_path / "empty")},
        {"REDIS_URL_FILE": str(tmp_path / "empty"), "REDIS_URL": f"redis://:{SECRET}@h"},
    ):
        with pytest.raises(SettingError, match="setting REDIS_URL_FILE=") as error:
            Settings.from_env(env)
        assert SECRET not in str(error.value)


def test_a_bad_value_is_named_without_its_secret() -> None:
    with pytest.raises(SettingError, match=r"REDIS_URL='ftp://\*\*\*@host': expected") as error:
        Settings.from_env({"REDIS_URL": f"ftp://u:{SECRET}@host"})
    assert SECRET not in str(error.value)
