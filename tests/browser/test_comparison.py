"""Compare on the dossier: similar events over this one, the golden run, the choice in the URL."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.plants import history_plant
from tests.stack import Stack

pytestmark = pytest.mark.browser
CHART = "#comparison-chart .js-plotly-plot"


@pytest.fixture(scope="module", name="plant")
def plant_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("comparison")
    with history_plant(folder, days=6, extruders=4, raw_minutes=90) as stack:
        yield stack


def ask(plant: Stack, sql: str) -> list[str]:
    path = Path(plant.settings.database_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path, timeout=10)) as db:
        return [str(row[0]) for row in db.execute(sql).fetchall()]


def framed(plant: Stack) -> list[str]:
    """Malfunctions with frames, the newest first."""
    return ask(plant, "SELECT malfunction FROM frame_prints WHERE blob <> x'' ORDER BY onset DESC")


def open_compare(page: Page, plant: Stack, malfunction: str, query: str = "") -> None:
    page.goto(f"{plant.url}/malfunctions/{malfunction}{query}")
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()


def drawn(page: Page) -> list[str]:
    """Names of the events in the chart."""
    lines = "chart.data.filter(({mode}) => mode === 'lines').map(({name}) => name)"
    names = page.evaluate(
        f"() => {{ const chart = document.querySelector('{CHART}'); return {lines}; }}"
    )
    return sorted(set(names))


def test_similar_events_lie_over_this_one_and_lead_to_their_dossiers(
    page: Page, plant: Stack
) -> None:
    newest = framed(plant)[0]
    open_compare(page, plant, newest)
    expect(page.locator(f"{CHART} .main-svg").first).to_be_visible()
    assert "This event" in drawn(page)
    assert len(drawn(page)) >= 2
    expect(page.locator("#comparison-last")).to_contain_text(
        re.compile("Last time this was|Nothing similar|resolved")
    )
    link = page.locator("#comparison-table").get_by_role("link").first
    href = link.get_attribute("href")
    link.click()
    page.wait_for_url(f"**{href}*")
    assert href and newest not in page.url
    expect(page.get_by_role("heading", name="Compare")).to_be_visible()


def test_the_choice_is_in_the_address_and_comes_back_beside_the_dossiers_own(
    page: Page, plant: Stack
) -> None:
    newest = framed(plant)[0]
    open_compare(page, plant, newest)
    expect(page.locator(f"{CHART} .main-svg").first).to_be_visible()
    before = drawn(page)
    page.locator("#comparison-events input:checked").first.uncheck()
    page.wait_for_url("**with=*")
    page.get_by_label("Change since before the onset").check()
    page.wait_for_url("**show=change*")
    page.locator(".dossier-choice summary").click()
    page.locator("#dossier-signals input").last.check()
    page.wait_for_url("**signals=*")
    expect(page).to_have_url(re.compile(r"(?=.*with=)(?=.*show=change)(?=.*signals=)"))
    after = drawn(page)
    assert len(after) == len(before) - 1
    page.reload()
    expect(page.get_by_label("Change since before the onset")).to_be_checked()
    expect(page.locator(f"{CHART} .main-svg").first).to_be_visible()
    assert drawn(page) == after
    expect(page).to_have_url(re.compile(r"(?=.*with=)(?=.*show=change)(?=.*signals=)"))


def test_a_malfunction_that_lasts_is_compared_with_readings_so_far(
    page: Page, plant: Stack
) -> None:
    (lasting,) = ask(
        plant, "SELECT id FROM malfunctions WHERE extruder = 4 ORDER BY onset DESC LIMIT 1"
    )
    open_compare(page, plant, lasting)
    expect(page.locator("#comparison-table")).to_contain_text("Alike")
    expect(page.locator(f"{CHART} .main-svg").first).to_be_visible()
    assert "This event" in drawn(page)


def test_the_golden_run_is_a_band_or_it_is_said_how_to_mark_one(page: Page, plant: Stack) -> None:
    with_run = ask(
        plant,
        "SELECT m.id FROM malfunctions m JOIN annotations a ON a.product = m.product"
        " WHERE a.kind = 'golden' ORDER BY m.onset DESC LIMIT 1",
    )
    without = ask(
        plant,
        "SELECT id FROM malfunctions WHERE product NOT IN"
        " (SELECT product FROM annotations WHERE kind = 'golden') ORDER BY onset DESC LIMIT 1",
    )
    open_compare(page, plant, with_run[0])
    expect(page.locator("#comparison-note")).to_contain_text("Grey band: golden run of")
    expect(page.locator(CHART)).to_contain_text("golden")
    open_compare(page, plant, without[0])
    note = page.locator("#comparison-note")
    expect(note).to_contain_text("and mark it as golden run")
    expect(note.get_by_role("link", name="Trends")).to_have_attribute(
        "href", re.compile(r"^/trends\?signals=.+&from=\d+&to=\d+$")
    )


def test_an_event_of_which_nothing_is_kept_says_so_and_fits_a_phone(
    page: Page, plant: Stack
) -> None:
    first = ask(plant, "SELECT malfunction FROM frame_prints ORDER BY onset LIMIT 1")[0]
    page.set_viewport_size({"width": 390, "height": 844})
    open_compare(page, plant, first, "?compare=none")
    expect(page.locator("#comparison-note")).to_contain_text("No signal is chosen.")
    expect(page.locator("#comparison-last")).to_contain_text("no earlier event")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
