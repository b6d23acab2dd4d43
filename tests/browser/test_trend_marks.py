"""Marks of the instants at which signals went past a limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser.module_page import (
    message_of,
    modules_fixture,  # noqa: F401
    mount,
    settle,
    static_url_fixture,  # noqa: F401
)
from tests.browser.trend_screen import (
    EXTRUDER,
    HEAD,
    PRESSURE,
    SLOTS,
    START,
    key,
    lit,
    quality_of,
    readings,
    receive,
)

pytestmark = pytest.mark.browser


def pressure(*changes: tuple[int, float]) -> np.ndarray:
    """Readings whose pressure is 200 and takes other values from steps on."""
    values = readings(START, SLOTS)
    values[:, PRESSURE] = 200
    for step, value in changes:
        values[step:, PRESSURE] = value
    return values


def show(page: Page, values: np.ndarray) -> None:
    mount(page, EXTRUDER, message_of(START, values, quality_of(values)), slots=SLOTS)


def marks(page: Page) -> list[tuple[int, str, int]]:
    found: list[dict[str, Any]] = page.evaluate("trends._crossings.marks")
    return [(round(one["ts"] / 1000) - START, one["name"], one["severity"]) for one in found]


def test_each_limit_that_is_crossed_is_marked_once_on_the_way_out(modules: Page) -> None:
    show(modules, pressure((50, 220), (80, 250), (120, 220), (150, 200), (200, 241)))
    assert marks(modules) == [(50, "H", 1), (80, "HH", 2), (200, "HH", 2)]


def test_a_signal_that_was_past_its_limit_at_first_crossed_nothing(modules: Page) -> None:
    show(modules, pressure((0, 220), (100, 200)))
    assert marks(modules) == []


def test_a_gap_crosses_nothing(modules: Page) -> None:
    values = pressure((50, 220))
    values[100:110, PRESSURE] = np.nan
    show(modules, values)
    assert marks(modules) == [(50, "H", 1)]


def test_a_mark_is_drawn_at_the_top_of_its_lane(modules: Page) -> None:
    show(modules, pressure((150, 220)))
    assert lit(modules, "Melt", "--high", START + 146, START + 154) > 10
    assert lit(modules, "Melt", "--high", START + 50, START + 140) == 0
    key(modules, "Pressure").click()
    settle(modules)
    assert lit(modules, "Melt", "--high", START + 146, START + 154) == 0


def test_marks_follow_readings_and_their_corrections(modules: Page) -> None:
    show(modules, pressure())
    late = readings(HEAD + 1, 3)
    late[:, PRESSURE] = [200, 216, 216]
    receive(modules, HEAD + 1, 3, late)
    assert marks(modules) == [(SLOTS + 1, "H", 1)]
    late[:, PRESSURE] = [200, 200, 216]
    receive(modules, HEAD + 1, 3, late)
    assert marks(modules) == [(SLOTS + 2, "H", 1)]


def test_marks_leave_with_the_window(modules: Page) -> None:
    show(modules, pressure((5, 220), (10, 200)))
    assert len(marks(modules)) == 1
    later = readings(HEAD + 1, 8)
    later[:, PRESSURE] = 200
    receive(modules, HEAD + 1, 8, later)
    assert marks(modules) == []


def test_other_limits_make_other_marks(modules: Page) -> None:
    show(modules, pressure((50, 220)))
    modules.evaluate("trends.setLimits({ Pressure: { h: 230 } })")
    settle(modules)
    assert marks(modules) == []
    modules.evaluate("trends.setLimits({ Pressure: { l: 210 } })")
    settle(modules)
    assert marks(modules) == []
    modules.evaluate("trends.setLimits({ Pressure: { h: 219 } })")
    settle(modules)
    assert marks(modules) == [(50, "H", 1)]
