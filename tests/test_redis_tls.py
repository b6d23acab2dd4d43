"""TLS to Redis: every client with the right CA, none with another CA or another name."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from data.command_queue import job_queue
from data.errors import SettingError, WindowsUnavailable
from data.redis_errors import translated
from data.redis_urls import with_ca
from data.settings import Settings
from data.window_cache import connect, connect_async
from tests.redis_tls import PASSWORD, TlsRedis
from tests.stack import ROOT, Stack, wait_until


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsRedis]:
    running = TlsRedis(tmp_path_factory.mktemp("tls"))
    yield running
    running.stop()


def settings_of(server: TlsRedis, ca: Path | str, host: str = "localhost") -> Settings:
    return Settings.from_env({"REDIS_URL": server.url(host), "REDIS_CA": str(ca)})


def ping(url: str) -> None:
    with translated(), connect(url) as client:
        client.ping()


def ping_async(url: str) -> None:
    async def once() -> None:
        async with connect_async(url) as client:
            await client.ping()

    with translated():
        asyncio.run(once())


def test_real_processes_work_over_tls(server: TlsRedis, tmp_path: Path) -> None:
    more = {"REDIS_URL": server.url(), "REDIS_CA": str(server.ca), "HISTORY_CACHE": "redis"}
    stack = Stack(tmp_path, EXTRUDERS="1", **more)
    try:
        for start in (stack.start_ingest, stack.start_worker, stack.start_web):
            start()
        stack.wait_ready()
        with connect(stack.settings.queue_url) as client:
            job = job_queue(client).enqueue("data.jobs.guard", 1, False, at_front=True)
            wait_until(lambda: job.get_status().value == "finished", 10, "the job is done")
        told = httpx.get(f"{stack.url}/metrics").text
        assert "meltwatch_redis_up 1" in told
        assert "meltwatch_queue_redis_up 1" in told
    finally:
        stack.stop()
    assert "CERTIFICATE" not in (tmp_path / "stack.log").read_text()


@pytest.mark.parametrize("client", [ping, ping_async])
def test_the_right_ca_and_name_are_accepted(server: TlsRedis, client: object) -> None:
    client(settings_of(server, server.ca).redis_url)  # type: ignore[operator]


@pytest.mark.parametrize("client", [ping, ping_async])
@pytest.mark.parametrize(
    ("ca", "host", "why"),
    [
        ("other_ca", "localhost", "CERTIFICATE_VERIFY_FAILED"),
        ("", "localhost", "CERTIFICATE_VERIFY_FAILED"),
        ("ca", "127.0.0.1", "IP address mismatch"),
    ],
)
def test_another_ca_or_name_is_refused_in_one_line(
    server: TlsRedis, client: object, ca: str, host: str, why: str
) -> None:
    url = settings_of(server, getattr(server, ca) if ca else "", host).redis_url
    with pytest.raises(WindowsUnavailable, match=why) as error:
        client(url)  # type: ignore[operator]
    told = str(error.value)
    assert told.startswith("Redis: ")
    assert "\n" not in told
    assert PASSWORD not in told


def test_a_worker_says_why_and_no_secret(server: TlsRedis, tmp_path: Path) -> None:
    more = {"REDIS_URL": server.url(), "REDIS_CA": str(server.other_ca)}
    stack = Stack(tmp_path, **more)
    log = tmp_path / "stack.log"
    stack.start_worker()
    try:
        wait_until(lambda: "CERTIFICATE_VERIFY_FAILED" in log.read_text(), 10, "it is said")
    finally:
        stack.stop()
    told = log.read_text()
    assert "worker lost Redis" in told
    assert "Traceback" not in told
    assert PASSWORD not in told


@pytest.mark.parametrize("content", ["", "no certificate"])
def test_a_ca_file_without_certificates_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "ca.crt").write_text(content)
    with pytest.raises(SettingError, match=r"setting REDIS_CA='.*ca\.crt': expected a file of CA"):
        Settings.from_env({"REDIS_CA": str(tmp_path / "ca.crt")})


def test_a_ca_file_that_is_missing_ends_run_with_one_line(tmp_path: Path) -> None:
    env = {**os.environ, "REDIS_CA": "/no/ca.crt", "VAR_DIR": str(tmp_path)}
    run = [sys.executable, "run.py"]
    ended = subprocess.run(run, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("meltwatch: setting REDIS_CA='/no/ca.crt': expected a file of CA")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("rediss://:hidden-word@h?ssl_cert_reqs=none", "no ssl_cert_reqs"),
        ("rediss://:hidden-word@h?ssl%5Fcheck_hostname=false", "no ssl_check_hostname"),
        ("rediss+cluster://:hidden-word@h?ssl_ca_certs=x", "REDIS_CA"),
        ("rediss+sentinel://:hidden-word@h/plant", "not asked over TLS"),
    ],
)
@pytest.mark.parametrize("key", ["REDIS_URL", "QUEUE_URL"])
def test_what_would_not_verify_is_refused(key: str, url: str, told: str) -> None:
    with pytest.raises(SettingError, match=f"{key}.*{told}") as error:
        Settings.from_env({key: url})
    assert "hidden-word" not in str(error.value)


def test_the_ca_is_an_option_of_tls_urls_only() -> None:
    assert with_ca("redis://h:1/0", "/a") == "redis://h:1/0"
    assert with_ca("unix:///s", "/a") == "unix:///s"
    assert with_ca("rediss://h", "") == "rediss://h"
    assert with_ca("rediss://u:p@h:1/2", "/a b&c") == "rediss://u:p@h:1/2?ssl_ca_certs=%2Fa%20b%26c"
    assert with_ca("rediss+cluster://h:1?db=0", "/a").endswith("?db=0&ssl_ca_certs=%2Fa")
