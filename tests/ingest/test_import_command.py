"""`python -m data.ingest`: what a person sees of it."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

from data.telemetry import open_store
from tests.ingest.made_files import long_csv, made_csv, made_mapping, second

ROOT = Path(__file__).parents[2]


def command(folder: Path, *arguments: object) -> list[str]:
    mapping = made_mapping(folder).path
    return [
        sys.executable,
        "-m",
        "data.ingest",
        "import",
        *map(str, arguments),
        "--mapping",
        str(mapping),
    ]


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "VAR_DIR": str(folder / "var"), "DATABASE_URL": ""}


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *arguments),
        check=False, cwd=ROOT, env=environment(folder), capture_output=True, text=True,
    )  # fmt: skip


def test_the_command_imports_and_says_what_it_did(tmp_path: Path) -> None:
    done = run(tmp_path, long_csv(tmp_path, 1234))
    assert (done.returncode, done.stderr) == (0, "")
    assert "1,234  rows read" in done.stdout
    assert "readings older than 7 days are deleted" in done.stdout
    store = open_store(f"sqlite:///{tmp_path / 'var' / 'telemetry.sqlite'}", readonly=True)
    assert store.last_seq() == 1234
    store.close()
    again = run(tmp_path, long_csv(tmp_path, 1234))
    assert again.stdout.endswith("already imported; nothing changed\n")


def test_a_malformed_file_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    done = run(tmp_path, made_csv(tmp_path, f"{second(0)},1,abc"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "line 2, column 3 'b': 'abc' is not a number" in done.stderr


def test_a_missing_file_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    done = run(tmp_path, tmp_path / "nowhere.csv")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "nowhere.csv" in done.stderr


def test_a_terminal_sees_a_progress_bar(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    path = long_csv(tmp_path, 1234)
    done = subprocess.run(
        command(tmp_path, path),
        check=False, cwd=ROOT, env=environment(tmp_path), stdout=subprocess.DEVNULL, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    seen = os.read(ours, 100_000).decode()
    os.close(ours)
    assert done.returncode == 0
    assert "checking: 100%" in seen
    assert "storing: 100%" in seen


def test_control_c_says_how_to_go_on(tmp_path: Path) -> None:
    path = long_csv(tmp_path, 40_000)
    (tmp_path / "var").mkdir()
    url = f"sqlite:///{tmp_path / 'var' / 'telemetry.sqlite'}"
    store = open_store(url)
    running = subprocess.Popen(
        command(tmp_path, path), cwd=ROOT, env=environment(tmp_path), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    while store.last_seq() == 0:
        time.sleep(0.005)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate()
    assert running.returncode == 130
    assert said == "stopped; the same command goes on where it was\n"
    assert 0 < store.last_seq() < 40_000
    assert run(tmp_path, path).returncode == 0
    assert store.last_seq() == 40_000
    store.close()


def test_a_fault_that_no_simulator_can_show_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "data.ingest", "fault", "1", "screen_clogging"],
        check=False, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
