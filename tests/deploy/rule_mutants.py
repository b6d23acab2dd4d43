"""Prometheus rules with one number changed, and the tests that should notice it."""

from __future__ import annotations

import copy
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PROMETHEUS = Path(__file__).parents[2] / "deploy" / "prometheus"
Rule = dict[str, Any]

#: What is no threshold: ranges, label matchers, digits inside of a name.
_NO_THRESHOLD = re.compile(r"\[[^]]*\]|\{[^}]*\}|[a-zA-Z_:][\w:]*")
_NUMBER = re.compile(r"\d+(\.\d+)?")
_UNITS_S = {"s": 1, "m": 60, "h": 3600}
#: Rules are looked at so often.
STEP_S = 15


@dataclass(frozen=True)
class Mutant:
    """A rule, and what was changed in it."""

    rule: Rule
    change: str


def rules() -> list[Rule]:
    """All rules that are delivered."""
    return [
        rule
        for file in sorted(PROMETHEUS.glob("rules/*.yml"))
        for group in yaml.safe_load(file.read_text())["groups"]
        for rule in group["rules"]
    ]


def name_of(rule: Rule) -> str:
    return str(rule.get("alert") or rule["record"])


def title_of(rule: Rule) -> str:
    return " ".join([name_of(rule), rule.get("labels", {}).get("burn", "")]).strip()


def mutants(rule: Rule) -> Iterator[Mutant]:
    """The rule with each number of its expression, and its `for`, a little more and less."""
    expr = str(rule["expr"])
    bare = _NO_THRESHOLD.sub(lambda found: " " * len(found[0]), expr)
    for number in _NUMBER.finditer(bare):
        for other in _beside(number[0]):
            changed = f"{expr[: number.start()]}{other}{expr[number.end() :]}"
            yield Mutant(rule | {"expr": changed}, f"{number[0]} → {other}")
    if "for" in rule:
        seconds = int(rule["for"][:-1]) * _UNITS_S[rule["for"][-1]]
        for other_s in (seconds - STEP_S, seconds + STEP_S):
            yield Mutant(rule | {"for": f"{other_s}s"}, f"for {rule['for']} → {other_s}s")


def _beside(number: str) -> tuple[str, str]:
    if "." not in number and int(number) <= 10:  # a tenth of few is none
        return f"({int(number) - 1})", str(int(number) + 1)
    return f"{float(number) * 0.9:g}", f"{float(number) * 1.1:g}"


def survivors(rule: Rule, folder: Path) -> list[str]:
    """Changes of a rule that its tests do not notice; "nothing" if they fail as it is.

    All mutants are rules of one run, each under a name of its own with its own copy of the tests.
    """
    all_ = [Mutant(rule, "nothing"), *mutants(rule)]
    named = [f"{name_of(rule)}_mutant{number}" for number in range(len(all_))]
    tests = list(_tests_of(rule))
    assert tests, f"no test of {title_of(rule)} in {PROMETHEUS / 'tests'}"
    _write(folder / "rules.yml", _groups(rule, all_, named))
    for number, (interval, test) in enumerate(tests):
        body = {
            "rule_files": ["rules.yml"],
            "evaluation_interval": interval,
            "tests": [_for_all(test, rule, named)],
        }
        _write(folder / f"test{number}.yml", body)
    noticed = _failed(sorted(folder.glob("test*.yml")))
    told = dict(zip(named, all_, strict=True))
    wrong = [one.change for name, one in told.items() if name not in noticed and one != all_[0]]
    return ["nothing", *wrong] if named[0] in noticed else wrong


def _write(file: Path, body: dict[str, Any]) -> None:
    file.write_text(json.dumps(body))  # JSON is YAML


def _groups(rule: Rule, all_: list[Mutant], named: list[str]) -> dict[str, Any]:
    """The mutants after the recorded rules that they are made of."""
    needed = [one for one in rules() if "record" in one and one["record"] in _names(rule["expr"])]
    deeper = [
        one
        for one in rules()
        if "record" in one and any(one["record"] in _names(by["expr"]) for by in needed)
    ]
    kind = "alert" if "alert" in rule else "record"
    changed = [one.rule | {kind: name} for name, one in zip(named, all_, strict=True)]
    return {"groups": [{"name": "all", "rules": [*deeper, *needed, *changed]}]}


def _names(expr: str) -> set[str]:
    return set(re.findall(r"[a-zA-Z_:][\w:]*", expr))


def _tests_of(rule: Rule) -> Iterator[tuple[str, dict[str, Any]]]:
    """Interval and test, with only those checks that are about a rule."""
    burn = rule.get("labels", {}).get("burn")  # each has a file, of its own intervals
    for file in sorted(PROMETHEUS.glob(f"tests/slo_{burn}.yml" if burn else "tests/*.yml")):
        body = yaml.safe_load(file.read_text())
        for test in body["tests"]:
            checks = _checks_of(rule, test)
            if any(checks.values()):
                yield body["evaluation_interval"], test | checks


def _checks_of(rule: Rule, test: dict[str, Any]) -> dict[str, list[Any]]:
    if "record" in rule:
        asked = test.get("promql_expr_test", [])
        about = [one for one in asked if one["expr"] == rule["record"]]
        return {"promql_expr_test": about, "alert_rule_test": []}
    asked = test.get("alert_rule_test", [])
    about = [one for one in asked if one["alertname"] == rule["alert"]]
    return {"alert_rule_test": about, "promql_expr_test": []}


def _for_all(test: dict[str, Any], rule: Rule, named: list[str]) -> dict[str, Any]:
    """The checks of a test once for each mutant."""
    alerts = [
        _only(one, rule) | {"alertname": name} for name in named for one in test["alert_rule_test"]
    ]
    exprs = [
        json.loads(json.dumps(one).replace(name_of(rule), name))
        for name in named
        for one in test["promql_expr_test"]
    ]
    return test | {"alert_rule_test": alerts, "promql_expr_test": exprs}


def _only(check: dict[str, Any], rule: Rule) -> dict[str, Any]:
    """A check without the alerts of other rules of the same name."""
    check = copy.deepcopy(check)
    labels = rule.get("labels", {}).items()
    check["exp_alerts"] = [
        one for one in check.get("exp_alerts", []) if labels <= one["exp_labels"].items()
    ]
    return check


def _failed(files: list[Path]) -> set[str]:
    command = ["promtool", "test", "rules", *files]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    output = done.stdout + done.stderr
    failed = set(re.findall(r"(?:alertname: |expr: \")([\w:]+_mutant\d+)", output))
    assert bool(failed) == bool(done.returncode), output
    return failed
