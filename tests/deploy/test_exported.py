"""What dashboard and rules ask for is what a running plant tells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.deploy.rule_mutants import PROMETHEUS, name_of, rules
from tests.stack import Stack, wait_until

GRAFANA = PROMETHEUS.parent / "grafana"
#: Made by Prometheus itself.
BUILT_IN = {"up", "ALERTS"}
SUFFIXES = {
    "counter": ("_total",),
    "histogram": ("_bucket", "_sum", "_count"),
    "gauge": ("",),
}
#: Strings, label matchers, ranges, and lists of labels name no metrics.
_NO_METRIC = re.compile(
    r'"[^"]*"|\{[^}]*\}|\[[^]]*\]'
    r"|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)"
)
_WORD = re.compile(r"[a-zA-Z_:][\w:]*(?!\s*\(|[\w:])")
_KEYWORDS = {"and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring"}
#: "topk by (x) (…)": a function's name before its labels.
_AGGREGATIONS = {"sum", "min", "max", "avg", "count", "quantile", "topk"}


def dashboard() -> dict[str, object]:
    found: dict[str, object] = json.loads((GRAFANA / "meltwatch.json").read_text("utf-8"))
    return found


def expressions(tree: object) -> Iterator[str]:
    """Every "expr" of a tree."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key == "expr":
                yield value
            else:
                yield from expressions(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from expressions(value)


def named(expression: str) -> set[str]:
    """The metrics that an expression names."""
    words = _WORD.findall(_NO_METRIC.sub(" ", expression))
    return set(words) - _KEYWORDS - _AGGREGATIONS


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names that a plant with everything in it tells, and those of recorded rules."""
    plant = Stack(tmp_path_factory.mktemp("plant"), EXTRUDERS="2")
    try:
        plant.start_redis()
        plant.start_ingest()
        plant.start_worker()
        plant.start_web()
        plant.wait_ready()
        wait_until(lambda: 'check="minute"' in told(plant), 20, "the store guard has looked")
        families = list(text_string_to_metric_families(told(plant)))
    finally:
        plant.stop()
    from_plant = {family.name + end for family in families for end in SUFFIXES[family.type]}
    return from_plant | {name_of(rule) for rule in rules() if "record" in rule} | BUILT_IN


def told(plant: Stack) -> str:
    return httpx.get(f"{plant.url}/metrics").text


def test_what_an_expression_names_is_found() -> None:
    assert named('histogram_quantile(0.95, sum by (le, route) (rate(a_bucket{b="c"}[5m])))') == {
        "a_bucket"
    }
    assert named("60 * max without (instance) (a:b) / on (job) sum by (job) (c) > bool d") == {
        "a:b", "c", "d",
    }  # fmt: skip


def test_every_panel_of_the_dashboard_asks_for_what_is_told(exported: set[str]) -> None:
    asked = list(expressions(dashboard()))
    assert len(asked) > 50
    assert {one: named(one) - exported for one in asked if named(one) - exported} == {}
    assert [one for one in asked if not named(one)] == []


def test_every_rule_asks_for_what_is_told(exported: set[str]) -> None:
    asked = {name_of(rule): named(rule["expr"]) - exported for rule in rules()}
    assert {name: unknown for name, unknown in asked.items() if unknown} == {}


def test_every_metric_that_is_told_is_in_the_documentation(exported: set[str]) -> None:
    text = (PROMETHEUS.parents[1] / "docs" / "operations.md").read_text("utf-8")
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in exported}
    families = {name for name in families if name.startswith("meltwatch_")}
    assert sorted(name for name in families if f"`{name}" not in text) == []


def test_the_dashboard_has_a_place_for_every_panel() -> None:
    panels = dashboard()["panels"]
    assert isinstance(panels, list)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(at["x"] + dx, at["y"] + dy) for dx in range(at["w"]) for dy in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in panels}) == len(panels)


@pytest.mark.parametrize("file", sorted(GRAFANA.rglob("*.yml")), ids=lambda file: file.stem)
def test_grafana_is_given_what_it_needs(file: Path) -> None:
    assert yaml.safe_load(file.read_text())["apiVersion"] == 1
