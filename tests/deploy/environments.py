"""The settings of deploy/environments, as every tool reads them."""

from __future__ import annotations

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
