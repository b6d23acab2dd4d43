"""A journey through the Malfunctions page on a plant with two weeks of history."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from components import ids_malfunctions as ids
from components.malfunction_words import NOTHING, NOTHING_HERE
from tests.browser.plants import history_plant
from tests.stack import Stack, wait_until

pytestmark = pytest.mark.browser
PATIENCE_S = 20
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
#: What lives on does not change the days before today.
PAST = f"to={(TODAY - timedelta(days=1)).date()}"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("malfunctions")
    with history_plant(folder, days=14, extruders=4, raw_minutes=5, PLANT_TZ="UTC") as stack:
        yield stack


@pytest.fixture
def costs(plant: Stack) -> list[float]:
    """Money of every malfunction of PAST, most first."""
    path = Path(plant.settings.database_url.removeprefix("sqlite:///"))
    sql = "SELECT money FROM malfunctions WHERE onset < ? ORDER BY 1 DESC"
    with closing(sqlite3.connect(path)) as db:
        return [row[0] for row in db.execute(sql, (TODAY.timestamp() * 1000,))]


def opened(page: Page, plant: Stack, query: str = PAST) -> Page:
    page.goto(f"{plant.url}{ids.PATH}?{query}")
    expect(summary(page)).not_to_have_text("Loading …")
    expect(paging(page)).to_contain_text(re.compile(r"of \d"))
    return page


def summary(page: Page) -> Locator:
    return page.locator(f"#{ids.SUMMARY}")


def paging(page: Page) -> Locator:
    return page.locator(".ag-paging-panel")


def first_row(page: Page) -> Locator:
    return page.locator(".malfunction-grid .ag-center-cols-container .ag-row").first


def count(page: Page) -> int:
    found = re.match(r"([\d,]+) malfunction", summary(page).inner_text())
    assert found, summary(page).inner_text()
    return int(found.group(1).replace(",", ""))


def expect_query(page: Page, *parts: str) -> None:
    for part in parts:
        expect(page).to_have_url(re.compile(re.escape(part)))


def shows(page: Page, number: int) -> None:
    """Summary and table agree on how many there are."""
    word = "malfunction" if number == 1 else "malfunctions"
    expect(summary(page)).to_contain_text(f"{number} {word} ·")
    expect(paging(page)).to_contain_text(f"of {number}")


def choose(page: Page, field: str, option: str) -> None:
    page.locator(f"#{field}").click()
    page.locator(".dash-dropdown-content").get_by_text(option, exact=True).click()
    page.keyboard.press("Escape")


def brush(page: Page, start: float, end: float) -> None:
    """Drag over a share of the band from `start` to `end` (0…1)."""
    area = page.locator(f"#{ids.BAND} .nsewdrag").first
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], y, steps=5)
    page.mouse.up()


def click_first_bar(page: Page, chart: str) -> None:
    bar = page.locator(f"#{chart} .barlayer .point path").first
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)


def test_a_filter_narrows_every_part_and_clearing_brings_all_back(
    page: Page, plant: Stack, costs: list[float]
) -> None:
    opened(page, plant)
    shows(page, len(costs))
    choose(page, ids.EXTRUDERS, "Extruder 2")
    expect_query(page, "extruder=2")
    expect(summary(page)).not_to_contain_text(f"{len(costs)} malf")
    shows(page, count(page))
    expect(first_row(page)).to_contain_text("Extruder 2")
    expect(page.locator(f"#{ids.BAND} .ytick")).to_have_count(1)
    expect(page.locator(f"#{ids.FIGURES} tbody tr")).to_have_count(1)
    # The Pareto of extruders keeps the others, to compare with.
    expect(page.locator(f"#{ids.PARETO_EXTRUDER} .barlayer .point")).to_have_count(4)
    page.locator(f"#{ids.MIN_MONEY}").fill("1")
    expect_query(page, "min_money=1")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.click(f"#{ids.CLEAR}")
    expect(page).not_to_have_url(re.compile("extruder=|to="))
    expect(page.locator(f"#{ids.BAND} .ytick")).to_have_count(4)
    # The band can be drawn before the summary is told.
    wait_until(lambda: count(page) >= len(costs), PATIENCE_S, "all malfunctions")
    expect(page.locator(f"#{ids.MIN_MONEY}")).to_have_value("")
    assert not said, "a field that is cleared warns of nothing"


def test_a_bar_filters_by_a_click_and_lets_go_by_another(
    page: Page, plant: Stack, costs: list[float]
) -> None:
    opened(page, plant)
    click_first_bar(page, ids.PARETO_CAUSE)
    expect_query(page, "cause=")
    expect(summary(page)).not_to_contain_text(f"{len(costs)} malf")
    shows(page, count(page))
    click_first_bar(page, ids.PARETO_CAUSE)
    shows(page, len(costs))
    expect(page).not_to_have_url(re.compile("cause="))


def test_brush_sort_and_page_live_in_the_address(
    page: Page, plant: Stack, costs: list[float]
) -> None:
    opened(page, plant, "period=7d")
    assert count(page) < len(costs)
    opened(page, plant)
    page.locator(".ag-header-cell[col-id=money]").click()
    expect_query(page, "sort=-money")
    expect(first_row(page)).to_contain_text(f"{costs[0]:,.0f}")
    page.locator(".ag-paging-button[aria-label='Next Page']").click()
    expect_query(page, "page=2")
    page.reload()
    expect(paging(page)).to_contain_text(f"51 to 100 of {len(costs)}")
    expect(first_row(page)).to_contain_text(f"{costs[50]:,.0f}")
    brush(page, 0.3, 0.5)
    expect_query(page, "brush=", "sort=-money")
    expect(paging(page)).to_contain_text("Page 1")
    expect(summary(page)).not_to_contain_text(f"{len(costs)} malf")
    brushed, words = count(page), page.locator(f"#{ids.BRUSH_TEXT}").inner_text()
    assert 0 < brushed < len(costs)
    page.reload()
    shows(page, brushed)
    expect(page.locator(f"#{ids.BRUSH_TEXT}")).to_have_text(words)
    expect(page.locator(f"#{ids.BAND} .selectionlayer path").first).to_be_visible()
    page.click(f"#{ids.CLEAR_BRUSH}")
    shows(page, len(costs))
    expect(page).not_to_have_url(re.compile("brush="))
    expect(page.locator(f"#{ids.BAND} .selectionlayer path")).to_have_count(0)


def test_enter_opens_a_malfunction_and_back_finds_the_selection_again(
    page: Page, plant: Stack
) -> None:
    opened(page, plant, f"{PAST}&state=resolved&sort=kg")
    number = count(page)
    first_row(page).locator(".ag-cell").nth(2).click()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"{ids.PATH}/\d+-\d+"))
    page.go_back()
    shows(page, number)
    expect_query(page, "state=resolved", "sort=kg")


def test_the_file_holds_what_the_page_shows(page: Page, plant: Stack, costs: list[float]) -> None:
    opened(page, plant, f"{PAST}&extruder=1&sort=-money")
    number = count(page)
    with page.expect_download() as download:
        page.click(f"#{ids.CSV}")
    assert re.fullmatch(r"malfunctions-to-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
    lines = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert len(lines) == number + 1
    assert all(line.split(",")[1] == "1" for line in lines[1:])


def test_nothing_and_a_single_one_look_right(page: Page, plant: Stack, costs: list[float]) -> None:
    opened(page, plant, f"{PAST}&min_money={costs[0] + 1}")
    expect(summary(page)).to_have_text(NOTHING)
    expect(page.locator(".malfunction-grid")).to_contain_text(NOTHING_HERE)
    expect(page.locator(f"#{ids.PARETO_CAUSE}")).to_contain_text("No malfunction")
    opened(page, plant, f"{PAST}&min_money={(costs[0] + costs[1]) / 2}")
    shows(page, 1)
    expect(page.locator(".malfunction-grid .ag-row a")).to_have_count(1)
    expect(page.locator(f"#{ids.PARETO_CAUSE} .barlayer .point")).to_have_count(1)


def test_what_an_address_says_wrongly_is_told(page: Page, plant: Stack, costs: list[float]) -> None:
    opened(page, plant, f"{PAST}&extruder=1,x&sort=colour")
    expect(page.locator(f"#{ids.NOTES}")).to_contain_text("extruder='x' left out")
    expect(page.locator(f"#{ids.NOTES}")).to_contain_text("sort='colour' left out")
    assert 0 < count(page) < len(costs)


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_the_page_is_no_wider_than_the_screen(page: Page, plant: Stack, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    opened(page, plant)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
