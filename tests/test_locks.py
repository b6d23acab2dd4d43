"""Locks: they hold what the requirements pin, and nothing without a hash."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BOTH = ("requirements", "requirements-dev")


def name_of(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def pinned(file: str) -> dict[str, str]:
    """Version by name of what people have written; extras are left out."""
    lines = (ROOT / f"{file}.txt").read_text().splitlines()
    found = (re.match(r"([\w.-]+)(?:\[\w+\])?==(\S+)", line) for line in lines)
    return {name_of(match[1]): match[2] for match in found if match}


def locked(file: str) -> dict[str, list[str]]:
    """The lines of each package of a lock, its pin first; some have a pin for each platform."""
    blocks = re.split(r"\n(?=[A-Za-z])", (ROOT / f"{file}.lock").read_text())
    return {block.splitlines()[0].rstrip(" \\"): block.splitlines()[1:] for block in blocks}


def pins(file: str) -> set[tuple[str, str]]:
    found = (re.match(r"([\w.-]+)(?:\[\w+\])?==([^\s;]+)", pin) for pin in locked(file))
    return {(name_of(match[1]), match[2]) for match in found if match}


@pytest.mark.parametrize("file", BOTH)
def test_a_lock_holds_what_its_requirements_pin(file: str) -> None:
    assert set(pinned(file).items()) <= pins(file), "run `make lock`"


@pytest.mark.parametrize("file", BOTH)
def test_every_package_of_a_lock_has_a_version_and_a_hash(file: str) -> None:
    assert len(pins(file)) >= len(pinned(file)) > 5
    for pin, lines in locked(file).items():
        assert "==" in pin
        assert any(re.match(r"    --hash=sha256:[0-9a-f]{64}", line) for line in lines), pin


def test_tests_try_the_versions_that_run() -> None:
    assert pins("requirements") <= pins("requirements-dev")


@pytest.mark.parametrize("file", BOTH)
def test_every_requirement_has_a_reason(file: str) -> None:
    lines = (ROOT / f"{file}.txt").read_text().splitlines()
    assert all(" # " in line for line in lines if "==" in line)
