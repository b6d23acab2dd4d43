"""Who comes for the first time is led through, once; a wall display needs nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.module_page import modules_fixture, static_url_fixture  # noqa: F401
from tests.browser.plants import live_plant
from tests.browser.waiting import filled, until
from tests.stack import Stack

pytestmark = pytest.mark.browser

FAKE = """async ({ steps, malfunctions }) => {
  const { Tour } = await import("/assets/live/tour.mjs");
  const all = await import("/assets/live/tour_steps.mjs");
  window.alarms = { malfunctions };
  document.body.append(new Tour(all[steps], "demo", window.alarms).element);
}"""
CLOG = {
    "extruder": 1,
    "onset": 1,
    "stage": "open",
    "causes": [{"cause": "screen_clogging"}],
}


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with live_plant(tmp_path_factory.mktemp("plant"), EXTRUDERS="12") as stack:
        yield stack


@pytest.fixture
def newcomer(browser: Browser) -> Iterator[Page]:
    """Who has seen no tour yet."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def test_the_tour_leads_on_and_goes_on_when_a_page_is_loaded_anew(
    newcomer: Page, plant: Stack
) -> None:
    newcomer.goto(plant.url)
    tour = newcomer.get_by_role("complementary", name="Tour")
    expect(tour).to_contain_text("This is the plant")
    tour.get_by_role("button", name="Next").click()
    expect(newcomer.locator("#mw-alarm-bar")).to_have_class("alarm-bar tour-mark")
    newcomer.reload()
    expect(tour).to_contain_text("What is unacknowledged")
    tour.get_by_role("button", name="Next").click()
    expect(tour).to_contain_text("One extruder")
    newcomer.locator(".card a").first.click()
    expect(tour).to_contain_text("What was")
    tour.get_by_role("button", name="Close").click()
    expect(tour).to_have_count(0)


def test_a_tour_that_was_skipped_does_not_come_back(newcomer: Page, plant: Stack) -> None:
    newcomer.goto(plant.url)
    tour = newcomer.get_by_role("complementary", name="Tour")
    tour.get_by_role("button", name="Skip").click()
    expect(tour).to_have_count(0)
    newcomer.reload()
    filled(newcomer, ".card")
    expect(tour).to_have_count(0)


def test_a_wall_display_shows_no_controls_and_turns_its_pages(page: Page, plant: Stack) -> None:
    page.goto(f"{plant.url}/?wall=5")
    filled(page, ".card")
    expect(page.get_by_role("navigation", name="Pages")).to_be_hidden()
    expect(page.locator(".header .button:visible, .alarm-bar .button:visible")).to_have_count(0)
    expect(page.locator("#mw-clock")).to_be_visible()
    until(page, "scrollY > 100")
    page.goto(plant.url)
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()


def test_the_demonstration_follows_what_happens_to_the_malfunction(modules: Page) -> None:
    modules.evaluate(FAKE, {"steps": "DEMO", "malfunctions": []})
    title = modules.locator(".tour__title")
    expect(title).to_have_text("A screen begins to clog")
    other = CLOG | {"extruder": 2}
    modules.evaluate("told => { alarms.malfunctions = told; }", [other])
    modules.wait_for_timeout(1500)
    expect(title).to_have_text("A screen begins to clog")
    modules.evaluate("told => { alarms.malfunctions = told; }", [other, CLOG])
    expect(title).to_have_text("Found")
    modules.evaluate("told => { alarms.malfunctions = told; }", [CLOG | {"stage": "acknowledged"}])
    expect(title).to_have_text("Mended")
    modules.evaluate("told => { alarms.malfunctions = told; }", [CLOG | {"stage": "resolved"}])
    expect(title).to_have_text("In the history")


def test_a_wall_turns_by_screenfuls_and_begins_again(modules: Page) -> None:
    tops = modules.evaluate(
        """async () => {
          const { nextTop, wallSeconds } = await import("/assets/live/wall.mjs");
          return [
            nextTop(0, 100, 250), nextTop(100, 100, 250), nextTop(150, 100, 250),
            nextTop(0, 100, 90),
            wallSeconds("?wall=30"), wallSeconds("?wall"), wallSeconds("?wall=x"), wallSeconds(""),
          ];
        }"""
    )
    assert tops == [100, 150, 0, 0, 30, 20, 20, 0]
