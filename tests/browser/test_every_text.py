"""Whatever a page says is marked for translation, or a name that the plant has given.

The pseudo language puts each marked text into ⟦…⟧: letters outside are said in English to all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from routes.language import COOKIE
from tests.browser.plants import history_plant
from tests.browser.test_every_page import PAGES
from tests.stack import Stack
from words import PSEUDO

pytestmark = pytest.mark.browser
#: Texts, labels and hints that have letters outside ⟦…⟧, without what is a name or a unit.
UNMARKED = """([known, outside]) => {
  const NAMES = /^(?:(?:Extruder|Meltwatch|Product)\\b.*|[A-Z]{2,5}|English|Deutsch|Español)$/;
  const bare = (text) => {
    const left = text.replace(/⟦[^⟦⟧]*(⟧|…$)/g, "");
    return left === text ? left : bare(left);
  };
  const said = new Set();
  const look = (text) => {
    const left = bare(text).split(/[^\\p{L}_]+/u).filter((word) => word.length > 2);
    const other = left.filter((word) => !known.includes(word) && !NAMES.test(word));
    if (other.length) said.add(text.trim().replace(/\\s+/g, " "));
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const host = walk.currentNode.parentElement;
    if (!host.closest(outside)) look(walk.currentNode.data);
  }
  for (const element of document.querySelectorAll("[title], [aria-label], [placeholder]")) {
    if (element.closest(outside)) continue;
    for (const { name, value } of element.attributes) {
      if (["title", "aria-label", "placeholder"].includes(name)) look(value);
    }
  }
  return [...said];
}"""
#: Words of units, products and keys; weekdays by Babel; what the simulator is called; what Dash's
#: calendar tells screen readers and cannot be told otherwise.
KNOWN = [
    "bar", "rpm", "min", "pipe", "HDPE", "Meltwatch", "Esc", "Enter", "Tab", "Shift", "Home", "End",
    "Space", "Ctrl", "Alt", "Redis", "simulator", "Select", "Date",
    "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun",
]  # fmt: skip
#: What the worker has written into the journal, with values in it, stays in English.
STORED = ".malfunction__nelson, .dossier-nelson"
#: So does what jobs and the guard of the store tell of themselves, for those who run the server.
OPERATIONS = ".panel--runs table, .panel--failures, .panel--guard, .panel--cost, .panel--pipeline"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with history_plant(tmp_path_factory.mktemp("plant"), days=2, extruders=2) as stack:
        yield stack


@pytest.fixture
def pseudo(page: Page, plant: Stack) -> Page:
    page.context.add_cookies([{"name": COOKIE, "value": PSEUDO, "url": plant.url}])
    return page


@pytest.mark.parametrize("path", PAGES)
def test_every_text_of_a_page_is_marked(plant: Stack, pseudo: Page, path: str) -> None:
    pseudo.goto(f"{plant.url}{path}")
    expect(pseudo.locator(PAGES[path]).first).to_be_visible()
    pseudo.wait_for_timeout(1000)  # until the page has asked for all it wants
    outside = f"script, style, noscript, {STORED}, {OPERATIONS}"
    assert pseudo.evaluate(UNMARKED, [KNOWN, outside]) == []


def test_a_language_is_chosen_in_the_header_and_kept(plant: Stack, page: Page) -> None:
    page.goto(plant.url)
    page.get_by_label("Language").select_option("Deutsch")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    indicator = page.locator(".indicator").first
    expect(indicator.locator(".indicator__label")).to_have_text("Massedruck")
    page.goto(f"{plant.url}/extruder/1")
    expect(page.get_by_role("heading", name="Massetemperatur").first).to_be_visible()
    expect(page.locator(".gauge__number").nth(1)).to_have_text(re.compile(r"^\d+,\d$"))
    expect(page).to_have_title(re.compile("Extruder 1"))
    page.get_by_label("Sprache").select_option("Español")
    expect(page.get_by_role("link", name="Fallos", exact=True)).to_be_visible()


def test_on_a_phone_no_word_of_the_header_lies_over_another(plant: Stack, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{plant.url}/system")
    page.get_by_label("Language").select_option("Deutsch")
    here = page.get_by_role("navigation", name="Seiten").locator("[aria-current]")
    expect(here).to_be_in_viewport(ratio=1)
    overflows = page.locator(".header nav .nav-link").evaluate_all(
        "links => links.map((link) => link.scrollWidth - link.clientWidth)"
    )
    assert max(overflows) <= 0
