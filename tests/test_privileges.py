"""Rights: nothing needs root, and who runs it as root reads one line about it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from data import privileges
from data.privileges import root_warning
from tests.stack import ROOT

CODE = "from data.privileges import root_warning; print(root_warning())"


def test_root_is_warned_and_a_containers_root_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("container", raising=False)
    monkeypatch.setattr(privileges, "_CONTAINER_SIGNS", (tmp_path / "sign",))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert root_warning().startswith("running as root")
    (tmp_path / "sign").touch()
    assert root_warning() == ""


def test_another_account_reads_nothing() -> None:
    as_nobody = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    if as_nobody and not shutil.which("setpriv"):
        pytest.skip("no setpriv to leave root by")
    done = subprocess.run(
        [*as_nobody, sys.executable, "-c", CODE], cwd=ROOT, text=True, capture_output=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "\n"), done.stderr


@pytest.mark.parametrize("unit", sorted((ROOT / "deploy").rglob("*.service")), ids=lambda p: p.name)
def test_every_unit_has_an_account_of_its_own(unit: Path) -> None:
    lines = unit.read_text().splitlines()
    assert any(line.startswith(("User=", "DynamicUser=yes")) for line in lines)
    assert "User=root" not in lines and "NoNewPrivileges=yes" in lines
