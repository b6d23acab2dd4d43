"""Pages on paper: light, whole, and on the screen again as before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.plants import history_plant
from tests.browser.test_every_page import PAGES
from tests.browser.themes import themes
from tests.stack import Stack

pytestmark = pytest.mark.browser
THEME = "document.documentElement.dataset.theme"
#: Inside of A4 landscape, px: how wide a page is laid out for paper.
PAPER_PX = 1047
#: Charts and tables that reach out of what they stand in.
CUT = """() => [...document.querySelectorAll("main :is(.chart, .malfunction-grid)")]
  .map((part) => [part, part.parentElement].map((one) => one.getBoundingClientRect().right))
  .filter(([right, edge]) => right > edge + 1)"""


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with history_plant(tmp_path_factory.mktemp("plant"), days=2, extruders=2) as stack:
        yield stack


def printing(page: Page, event: str) -> None:
    page.evaluate(f"dispatchEvent(new Event('{event}'))")
    page.emulate_media(media="print" if event == "beforeprint" else "screen")


@pytest.mark.parametrize("path", ["/", "/extruder/1", "/alarms", "/malfunctions", "/system"])
def test_a_page_fits_on_paper(plant: Stack, page: Page, path: str) -> None:
    page.goto(plant.url + path)
    expect(page.locator(PAGES[path]).first).to_be_visible()
    if path == "/malfunctions":  # rows that are sent along come before those of the grid
        expect(page.locator(".malfunction-grid .ag-row a").first).to_be_visible()
    expect(page.locator('[data-dash-is-loading="true"]')).to_have_count(0)
    printing(page, "beforeprint")
    page.set_viewport_size({"width": PAPER_PX, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER_PX
    assert page.evaluate(CUT) == []
    expect(page.locator("main .button:visible")).to_have_count(0)


def test_a_dark_screen_is_light_on_paper_and_dark_again(plant: Stack, page: Page) -> None:
    page.goto(f"{plant.url}/extruder/1")
    expect(page.locator("canvas").first).to_be_visible()
    for theme in themes(page):
        printing(page, "beforeprint")
        assert page.evaluate(THEME) == "light"
        printing(page, "afterprint")
        assert page.evaluate(THEME) == theme


def test_the_table_is_made_smaller_for_paper_and_is_as_before_again(
    plant: Stack, page: Page
) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{plant.url}/malfunctions")
    grid = page.locator(".malfunction-grid")
    expect(grid.locator(".ag-row a").first).to_be_visible(timeout=30_000)
    before = grid.bounding_box()
    assert before and before["width"] > PAPER_PX
    printing(page, "beforeprint")
    zoom = float(grid.evaluate("(one) => getComputedStyle(one).zoom"))
    assert 0.9 * PAPER_PX < zoom * before["width"] < PAPER_PX
    printing(page, "afterprint")
    assert grid.evaluate("(one) => getComputedStyle(one).zoom") == "1"
    assert grid.bounding_box() == before
