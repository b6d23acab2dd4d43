"""The bill of materials names what is locked, and is the same each time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.test_locks import ROOT, name_of, pins


def bill(path: Path) -> str:
    command = [
        sys.executable, "-m", "cyclonedx_py", "requirements", "requirements.lock",
        "--pyproject", "pyproject.toml", "--output-reproducible", "-o", str(path),
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return path.read_text()


def test_the_bill_names_every_locked_package_with_version_and_hash(tmp_path: Path) -> None:
    text = bill(tmp_path / "sbom.json")
    told = json.loads(text)
    assert told["bomFormat"] == "CycloneDX"
    assert told["metadata"]["component"]["name"] == "meltwatch"
    found = {(name_of(one["name"]), one["version"]) for one in told["components"]}
    assert found == pins("requirements")
    assert bill(tmp_path / "again.json") == text
