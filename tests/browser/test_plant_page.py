"""The Plant page: who needs attention comes first, readable at every size, usable by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from data.ingest.simulator.commands import request_fault
from tests.browser.plants import live_plant
from tests.browser.themes import themes
from tests.browser.waiting import filled
from tests.stack import Stack

pytestmark = pytest.mark.browser
SIZES = [(1920, 1080), (1280, 800), (390, 844)]


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with live_plant(tmp_path_factory.mktemp("plant"), EXTRUDERS="8") as stack:
        yield stack


@pytest.fixture(scope="module")
def large_plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with live_plant(tmp_path_factory.mktemp("large"), EXTRUDERS="50") as stack:
        yield stack


def ready(page: Page, url: str) -> None:
    page.goto(url)
    filled(page, ".card")


def test_every_card_has_state_product_figures_units_and_age(page: Page, plant: Stack) -> None:
    ready(page, plant.url)
    cards = page.locator(".card")
    expect(cards).to_have_count(8)
    for card in cards.all():
        expect(card.locator(".chip")).to_have_text(re.compile("Production|Start-up|Stopped"))
        expect(card.locator(".card__product")).not_to_have_text(re.compile("^–?$"))
        expect(card.locator(".card__age")).to_have_text(re.compile(r"^\d+ s old$"))
        assert all(card.locator(".unit").all_text_contents())
    expect(page.locator(".spark svg")).to_have_count(8)


def test_an_extruder_with_a_fault_comes_first_and_says_what_is_wrong(
    page: Page, plant: Stack
) -> None:
    ready(page, plant.url)
    request_fault(plant.settings.var_dir, 7, "motor_overload", 2)
    first = page.locator(".card").first
    expect(first.get_by_role("heading")).to_have_text("Extruder 7", timeout=60_000)
    expect(first.locator(".card__worst")).to_have_text(re.compile("^▲▲? Motor load .* H"))
    expect(page.locator("[data-mw-tally=attention]")).not_to_have_text("0")


def test_a_card_opens_with_the_keyboard(page: Page, plant: Stack) -> None:
    ready(page, plant.url)
    name = page.locator(".card__link").first.get_by_role("heading").inner_text()
    # By its name: the first place may be taken by another one meanwhile.
    page.locator(".card__link", has=page.get_by_role("heading", name=name, exact=True)).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.go_back()
    expect(page.locator(".card")).to_have_count(8)
    filled(page, ".card")


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_fifty_extruders_fit_the_width_without_cut_numbers(
    page: Page, large_plant: Stack, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    ready(page, large_plant.url)
    expect(page.locator(".card")).to_have_count(50)
    for theme in themes(page):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), theme
        cut = page.evaluate(
            """() => [...document.querySelectorAll('.card__number, .indicator__value, .unit')]
            .filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 1).length"""
        )
        assert cut == 0, theme


def test_a_question_mark_tells_the_keys_of_the_page(page: Page, plant: Stack) -> None:
    ready(page, plant.url)
    expect(page.get_by_role("button", name="Keys of this page")).to_be_visible()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("these keys")
    expect(keys).not_to_contain_text("cross-hair")
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    page.goto(f"{plant.url}/scope")
    expect(page.locator("[data-mw-page=scope]")).to_be_visible()
    page.get_by_role("button", name="Keys of this page").click()
    expect(keys).to_contain_text("cross-hair")
