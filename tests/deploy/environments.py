"""What deploy/ says: the settings of its environments, the parts of a release."""

from __future__ import annotations

import re

from tests.stack import ROOT

DEPLOY = ROOT / "deploy"
ENVIRONMENTS = ("staging", "production")


def lines(name: str) -> list[str]:
    """NAME=value lines of one file."""
    text = (DEPLOY / "environments" / name / "settings.env").read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def settings(environment: str) -> dict[str, str]:
    """Common settings under those of one environment."""
    pairs = [line.split("=", 1) for line in (*lines("common"), *lines(environment))]
    return dict(pairs)


def copied() -> list[str]:
    """The parts of a release: what the Dockerfile copies from here."""
    found = re.findall(r"^COPY (?!--)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    return [one for words in found for one in words.split()]
