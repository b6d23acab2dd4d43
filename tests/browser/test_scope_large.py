"""The Scope of a large plant: up to 200 lines, and it says what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.plants import live_plant
from tests.browser.scope_screen import (
    LOAD,
    OIL,
    PRESSURE,
    TEMPERATURE,
    hover,
    lit,
    open_scope,
    query_of,
)
from tests.stack import Stack

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with live_plant(tmp_path_factory.mktemp("large"), EXTRUDERS="50") as stack:
        yield stack


def test_more_than_200_lines_are_refused_and_nothing_is_lost(page: Page, plant: Stack) -> None:
    four = ",".join([PRESSURE, TEMPERATURE, LOAD, OIL])
    open_scope(page, plant, f"?signals={four}")
    expect(page.locator(".scope-count")).to_have_text("200 lines × 900 points")
    page.get_by_role("button", name="Signals: 4").click()
    page.get_by_role("checkbox", name="Screw speed").click()
    expect(page.locator(".scope-message")).to_contain_text("That would be 250 lines")
    expect(page.get_by_role("checkbox", name="Screw speed")).not_to_be_checked()
    expect(page.locator(".scope-count")).to_have_text("200 lines × 900 points")
    assert query_of(page)["signals"] == [four]
    assert lit(page) > 10_000


def test_of_many_lines_the_table_shows_those_near_the_pointer(page: Page, plant: Stack) -> None:
    open_scope(page, plant)
    expect(page.locator(".scope-row")).to_have_count(50)
    hover(page, 0.7)
    expect(page.locator(".scope-row")).to_have_count(24)
    expect(page.locator(".scope-group__rest")).to_have_text("26 more lie further away")


def test_a_link_to_too_many_lines_shows_what_fits(page: Page, plant: Stack) -> None:
    five = ",".join([PRESSURE, TEMPERATURE, LOAD, OIL, "MainDrive.Speed.ActualValue"])
    open_scope(page, plant, f"?signals={five}")
    expect(page.locator(".scope-message")).to_contain_text("Shown are the first 40 extruders.")
    expect(page.locator(".scope-count")).to_have_text("200 lines × 900 points")
