"""Alerts fire where they should: each number of each rule is held by a test of promtool."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.deploy.rule_mutants import PROMETHEUS, Rule, rules, survivors, title_of

OPERATIONS = PROMETHEUS.parents[1] / "docs" / "operations.md"

needs_promtool = pytest.mark.skipif(
    not shutil.which("promtool"), reason="no promtool: apt-get install prometheus"
)
needs_amtool = pytest.mark.skipif(
    not shutil.which("amtool"), reason="no amtool: apt-get install prometheus-alertmanager"
)


def run(*command: object) -> str:
    done = subprocess.run([*map(str, command)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_promtool
@pytest.mark.parametrize("rule", rules(), ids=title_of)
def test_a_changed_number_is_noticed(rule: Rule, tmp_path: Path) -> None:
    assert survivors(rule, tmp_path) == []


@needs_promtool
def test_prometheus_takes_its_file_and_all_rules() -> None:
    assert "2 rule files found" in run("promtool", "check", "config", PROMETHEUS / "prometheus.yml")


@needs_amtool
def test_alertmanager_takes_its_file() -> None:
    run("amtool", "check-config", PROMETHEUS / "alertmanager.yml")


@needs_amtool
def test_every_alert_goes_to_somebody() -> None:
    receivers = {"page": "page", "ticket": "ticket", "none": "heartbeat"}
    test = ("amtool", "config", "routes", "test", "--config.file", PROMETHEUS / "alertmanager.yml")
    for rule in (one for one in rules() if "alert" in one):
        labels = {"alertname": rule["alert"], **rule["labels"]}
        told = run(*test, *(f"{name}={value}" for name, value in labels.items()))
        assert told.split() == [receivers[rule["labels"]["severity"]]], title_of(rule)


def test_what_is_a_consequence_is_not_told_as_well() -> None:
    body = yaml.safe_load((PROMETHEUS / "alertmanager.yml").read_text())
    known = {rule["alert"] for rule in rules() if "alert" in rule}
    named = set(re.findall(r"Meltwatch\w+", json.dumps(body["inhibit_rules"])))
    assert named and named <= known


def test_every_alert_has_its_runbook_and_every_runbook_its_alert() -> None:
    alerts = {rule["alert"] for rule in rules() if "alert" in rule}
    urls = {rule["annotations"]["runbook_url"] for rule in rules() if "alert" in rule}
    headings = re.findall(r"^#+ (Meltwatch\w+)$", OPERATIONS.read_text("utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(alerts)
    # A heading's anchor is its text in small letters.
    docs = "{{ $externalLabels.docs }}/operations.md#"
    assert urls == {docs + alert.lower() for alert in alerts}
