"""What nobody knows is a dash in the shift report, and lines are in the order asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.page_settings import PageSettings
from components.shift_report_numbers import hours, mass, money, share
from components.shift_report_page import notes
from components.shift_report_table import BY_NUMBER, WORST, columns, in_order
from data.history.shift_report import ShiftReport
from tests.history.shift_plant import HOUR, PLAN, ShiftPlant, ms

START = ms("2026-11-24 06:00")
SETTINGS = PageSettings("EUR", PLAN)


@pytest.fixture
def shown(tmp_path: Path) -> ShiftReport:
    plant = ShiftPlant(tmp_path)
    plant.minutes(1, START, 480, kg_per_h=100)
    plant.minutes(2, START, 240, kg_per_h=None)
    plant.minutes(2, START + 4 * HOUR, 240, kg_per_h=300)
    plant.malfunction(3, START + HOUR, START + 2 * HOUR, kg=7)
    return plant.report("2026-11-24 06:00")


def test_the_unknown_is_no_nought() -> None:
    assert (mass(None), hours(None), share(None), money(None, 1)) == ("–",) * 4
    assert (mass(0), hours(0), share(0), money(0, 0)) == ("0", "0.00", "0.0", "0")


def test_a_little_is_not_nothing_and_a_partly_known_cost_says_so() -> None:
    assert (mass(0.2), mass(1234.4), money(1234.4, 1)) == ("< 1", "1,234", "≥ 1,234")


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (WORST, [3, 4, 1, 2]),
        (BY_NUMBER, [1, 2, 3, 4]),
        ("kg", [2, 1, 3, 4]),
        ("nodata", [3, 4, 1, 2]),
        ("no such column", [3, 4, 1, 2]),
    ],
)
def test_lines_are_in_the_order_asked_for(shown: ShiftReport, sort: str, order: list[int]) -> None:
    ordered = in_order(shown.lines, sort, columns(shown, "EUR"))
    assert [line.extruder for line in ordered] == order


def test_missing_kilograms_are_said(shown: ShiftReport) -> None:
    assert notes(shown, SETTINGS) == [
        "Throughput was not measured in 4.0 h of production: those kilograms are missing."
    ]
