"""Faults are tried by `make faults`, a short part of them by `make test`; a table says the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.kept_stack import KeptStack, kept_plant
from tests.faults.verdict import RESULTS, table


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes minutes, unless it is asked for by its mark."""
    if "faults" in str(config.getoption("markexpr")):
        return
    long = [item for item in items if item.get_closest_marker("faults")]
    if long:
        items[:] = [item for item in items if item not in long]
        config.hook.pytest_deselected(items=long)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if RESULTS:
        terminalreporter.section("faults")
        terminalreporter.write_line(table(RESULTS))


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[KeptStack]:
    with kept_plant(tmp_path) as stack:
        yield stack
