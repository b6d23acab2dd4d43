"""Logs: one line for people, one JSON object for machines, the same to syslog."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

from data.logs import SecurityEvent, syslog_address

ROOT = Path(__file__).parents[1]
SETUP = "import logging\nfrom data.logs import configure, security\n"


def logged(code: str, *, fails: bool = False) -> str:
    """What a process of its own prints: logging is configured once per process."""
    done = subprocess.run(
        [sys.executable, "-c", SETUP + code], cwd=ROOT, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert (done.returncode != 0) == fails, done.stdout
    return done.stdout


def as_json(text: str) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(text)
    return line


def test_people_read_the_message_and_nothing_else() -> None:
    said = logged(
        "configure('web'); logging.getLogger('x').warning('no %s', 'Redis')\n"
        "logging.getLogger('x').info('not told')\n"
        "security('sign_in', actor='anna', address='10.0.0.1', path='/login')"
    )
    assert said == "no Redis\nsecurity: sign_in actor=anna address=10.0.0.1 path=/login\n"


def test_ingest_names_level_and_part() -> None:
    assert logged("configure('ingest'); logging.getLogger('feed').info('hi')") == "INFO feed: hi\n"


def test_json_has_time_event_who_and_where() -> None:
    line = as_json(
        logged("configure('web', 'json'); security('denied', actor='ben', path='/x', role='guest')")
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", line.pop("ts"))
    assert line == {
        "level": "warning", "event": "denied", "process": "web", "logger": "meltwatch.security",
        "actor": "ben", "address": "", "path": "/x", "role": "guest",
    }  # fmt: skip


def test_a_traceback_is_one_json_line_without_its_secret() -> None:
    said = logged(
        "from data.masking import hide; hide('redis://:hunter2hunter2@x'); configure('w', 'json')\n"
        "raise ValueError('cannot use hunter2hunter2')", fails=True
    )  # fmt: skip
    line = as_json(said)
    assert line["exception"].endswith("ValueError: cannot use ***")
    assert "hunter2" not in said


def test_a_thread_that_dies_is_told_as_well() -> None:
    said = logged(
        "import threading; configure('worker', 'json')\n"
        "thread = threading.Thread(target=lambda: 1 / 0); thread.start(); thread.join()"
    )
    assert "ZeroDivisionError" in as_json(said)["exception"]


def test_syslog_gets_the_same_as_json_with_its_severity() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as syslog:
        syslog.bind(("127.0.0.1", 0))
        syslog.settimeout(10)
        port = syslog.getsockname()[1]
        logged(f"configure('web', 'text', '127.0.0.1:{port}'); security('locked_out', actor='eve')")
        packet = syslog.recv(65_536).decode()
    head, _, body = packet.partition("meltwatch-web: ")
    assert head == f"<{16 * 8 + 4}>"  # local0, warning
    assert as_json(body)["event"] == "locked_out"


def test_a_syslog_that_is_away_is_told_and_left_out() -> None:
    said = logged("configure('web', 'text', '/nowhere'); logging.getLogger('x').error('still')")
    assert re.fullmatch(r"no syslog at /nowhere: .*\nstill\n", said)


@pytest.mark.parametrize("where", ["loghost:0", "loghost:x", ":514"])
def test_an_address_that_is_none_is_refused(where: str) -> None:
    with pytest.raises(ValueError):
        syslog_address(where)


def test_an_address_without_a_port_has_syslogs_own() -> None:
    assert syslog_address("loghost") == ("loghost", 514)


def test_every_security_event_is_documented_and_every_documented_one_exists() -> None:
    table = (ROOT / "docs" / "logs.md").read_text()
    assert re.findall(r"^\| `([a-z_]+)`", table, re.MULTILINE) == list(get_args(SecurityEvent))
