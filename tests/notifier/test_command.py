"""`python -m data.notifier test FILE` tells for each route whether it works."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.notifier.servers import Webhook

ROOT = Path(__file__).parents[2]


def run(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "data.notifier", "test", str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_each_route_gets_a_message_and_a_line(tmp_path: Path, webhook: Webhook) -> None:
    path = tmp_path / "n.toml"
    path.write_text(
        f'[[route]]\nname = "good"\nurls = ["{webhook.url}"]\n'
        '[[route]]\nname = "bad"\nurls = ["json://127.0.0.1:1/T0PSECRET"]\n'
    )
    done = run(path)
    good, bad = done.stdout.splitlines()
    assert (done.returncode, good) == (1, "good: ok")
    assert bad.startswith("bad: ")
    assert "Connection refused" in bad
    assert "T0PSECRET" not in done.stdout + done.stderr
    assert webhook.titles == ["Meltwatch: test message"]


def test_a_mistake_in_the_file_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "n.toml"
    path.write_text("[[route]]\n")
    done = run(path)
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr == (
        f"meltwatch notifier: {path}: route[1].name = (missing): expected a text\n"
    )
