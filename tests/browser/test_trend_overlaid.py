"""Lanes of different units laid over each other."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.module_page import (
    modules_fixture,  # noqa: F401
    settle,
    static_url_fixture,  # noqa: F401
)
from tests.browser.trend_screen import (
    HEAD,
    START,
    key,
    lit,
    shown_value,
    trends_fixture,  # noqa: F401
)

pytestmark = pytest.mark.browser


def lanes(page: Page, group: str) -> list[Any]:
    return page.evaluate(
        """(group) => trends._cards.find((card) => card.chart.group.name === group)
          .chart.scene.lanes.map(({ top, bottom }) => [top, bottom])""",
        group,
    )


def overlay(page: Page) -> None:
    page.get_by_role("button", name="Overlay").click()
    settle(page)


def test_lanes_lie_over_each_other_and_back(trends: Page) -> None:
    stacked = lanes(trends, "Melt")
    assert stacked[0][1] < stacked[1][0]
    overlay(trends)
    first, second = lanes(trends, "Melt")
    assert first == second
    assert first[1] - first[0] > 2 * (stacked[0][1] - stacked[0][0])
    pressed = trends.get_by_role("button", name="Overlay").get_attribute("aria-pressed")
    assert pressed == "true"
    overlay(trends)
    assert lanes(trends, "Melt") == stacked


def test_overlaid_lines_are_all_drawn_and_the_legend_keeps_real_values(trends: Page) -> None:
    overlay(trends)
    assert lit(trends, "Melt", "--series-1", START, HEAD) > 200
    assert lit(trends, "Melt", "--series-2", START, HEAD) > 200
    assert shown_value(trends, "Pressure") == f"{200 + HEAD % 20}"


def test_a_group_of_one_lane_stays_as_it_is(trends: Page) -> None:
    before = lanes(trends, "Zones")
    overlay(trends)
    assert lanes(trends, "Zones") == before


def test_a_lane_left_alone_has_its_own_axis_again(trends: Page) -> None:
    overlay(trends)
    scene = "trends._cards.find((c) => c.chart.group.name === 'Melt').chart.scene"
    assert trends.evaluate(f"{scene}.overlaid")
    key(trends, "Pressure").click()
    settle(trends)
    assert not trends.evaluate(f"{scene}.overlaid")
