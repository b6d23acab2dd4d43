"""The System page: what the store is asked, held against polling, and honest when that is away."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from redis import Redis

from data.window_cache import cost_minute
from tests.browser.plants import live_plant
from tests.stack import Stack

pytestmark = pytest.mark.browser
SIZES = [(1920, 1080), (1280, 800), (390, 844)]
#: Of one minute, half an hour ago and now.
THEN = {"job:refresh:statements": 180, "job:refresh:reads": 180, "job:refresh:rows": 900}
NOW = {**THEN, "job:refresh:rows": 500, "process:web:viewer_s": 180, "process:web:cpu_s": 0.5}


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A plant that nothing works in any more, so that what was spent is the tests' choice."""
    folder = tmp_path_factory.mktemp("plant")
    with live_plant(folder, EXTRUDERS="2", PRICES="aws-aurora") as stack:
        stack.kill("worker")
        stack.kill("ingest")
        with Redis.from_url(stack.settings.redis_url) as client:
            last = int(time.time() / 60)
            for minute in range(last - 70, last + 10):
                client.delete(cost_minute(minute))
                client.hset(cost_minute(minute), mapping=THEN if minute < last - 30 else NOW)
        yield stack


@pytest.fixture
def system(plant: Stack, page: Page) -> Page:
    page.goto(f"{plant.url}/system")
    expect(state(page)).to_contain_text("Mean of the last hour")
    return page


def state(page: Page) -> Locator:
    return page.locator('.panel--cost [data-mw-part="state"]')


def cell(page: Page, row: str, measure: str) -> Locator:
    return page.locator(f'[data-mw-row="{row}"] [data-mw-measure="{measure}"]')


def number(text: str | None) -> float:
    return float(re.sub(r"[^0-9.]", "", text or ""))


def test_the_navigation_leads_here_and_says_so(plant: Stack, page: Page) -> None:
    page.goto(plant.url)
    page.get_by_role("link", name="System").click()
    expect(page.get_by_role("heading", name="Cost")).to_be_visible()
    expect(page.get_by_role("link", name="System")).to_have_attribute("aria-current", "page")


def place(page: Page) -> dict[str, float]:
    box = page.locator(".cost__frame").last.bounding_box()
    assert box is not None
    return dict(box)


def at_rest(page: Page) -> dict[str, float]:
    """The place once it no longer changes: other panels are filled as their answers come."""
    expect(page.locator(".panel__state", has_text="Loading …")).to_have_count(0)
    before, now = {}, place(page)
    while now != before:
        page.wait_for_timeout(300)
        before, now = now, place(page)
    return now


def test_each_span_shows_its_own_mean_and_nothing_moves(system: Page) -> None:
    rows = cell(system, "jobs:refresh", "rows")
    hour = number(rows.text_content())
    assert 500 < hour < 900
    button = system.get_by_role("button", name="last minute")
    button.scroll_into_view_if_needed()
    before = at_rest(system)
    button.click()
    expect(rows).to_have_text("500")
    expect(state(system)).to_contain_text("Mean of the last minute")
    assert place(system) == pytest.approx(before, abs=0.1), "to the pixel"


def test_polling_is_reckoned_for_todays_viewers_or_a_number_typed(system: Page) -> None:
    system.get_by_role("button", name="last minute").click()
    expect(cell(system, "polling", "rows")).to_have_text("162,000")  # 3 × 60 × 900
    expect(cell(system, "ratio", "rows")).to_have_text("324 ×")
    system.get_by_label("Viewers").fill("100")
    expect(cell(system, "polling", "rows")).to_have_text("5,400,000")
    sentence = system.locator('[data-mw-part="sentence"]')
    expect(sentence).to_contain_text("With 100 viewers who poll every 1 s")
    expect(sentence).to_contain_text("10,800 × the rows read")
    system.get_by_label("Viewers").fill("-1")
    expect(sentence).to_have_text("Give a number of viewers.")
    expect(cell(system, "polling", "rows")).to_have_text("—")


def test_money_names_its_currency_and_where_prices_come_from(system: Page) -> None:
    expect(system.get_by_text("USD per month")).to_have_count(3)
    expect(system.locator('[data-mw-part="prices"]')).to_contain_text("check them")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_fits_every_screen(system: Page, width: int, height: int) -> None:
    system.set_viewport_size({"width": width, "height": height})
    assert system.evaluate("document.documentElement.scrollWidth <= innerWidth")
    chart = system.locator(".cost-chart")
    expect(chart).to_have_attribute("aria-label", re.compile("500 at the end, 900 at most"))
    box, frame = chart.bounding_box(), system.locator(".cost__chart").bounding_box()
    assert box and frame and box["width"] <= frame["width"]


def test_without_redis_the_last_figures_stay_and_it_is_said(
    plant: Stack, system: Page, console: list[str]
) -> None:
    plant.kill("redis")
    expect(state(system)).to_contain_text("Figures cannot be had")
    expect(state(system)).to_contain_text("Shown is what was known up to")
    assert number(cell(system, "jobs:refresh", "rows").text_content()) > 500
    system.reload()
    expect(state(system)).to_contain_text("Figures cannot be had")
    console.clear()  # the browser's own words for 503
