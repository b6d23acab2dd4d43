"""What alarms are called follows the language; what programs read of them does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from routes.language import COOKIE
from tests.browser import alarm_samples as samples
from tests.browser.alarm_screen import KEYS, open_alarms, posted, tell
from tests.browser.plants import told_plant
from tests.stack import Stack

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with told_plant(tmp_path_factory.mktemp("plant")) as stack:
        yield stack


@pytest.fixture
def german(page: Page, plant: Stack) -> Page:
    page.context.add_cookies([{"name": COOKIE, "value": "de", "url": plant.url}])
    return page


def test_alarms_are_named_and_numbered_as_germans_write(german: Page, plant: Stack) -> None:
    tell(plant, samples.told(samples.few()))
    open_alarms(german, plant)
    row = german.get_by_role("table", name="Aktive Alarme").locator("tbody tr").first
    expect(row).to_contain_text("▲▲ Motorlast 101,2 % · HH 100,0 %")
    expect(row).to_contain_text("Aktiv, unquittiert")
    row.get_by_role("checkbox").check()
    sent = posted(german)
    german.get_by_role("button", name="Quittieren", exact=True).click()
    german.get_by_role("dialog").get_by_label("Name").fill("A. Weber")
    german.get_by_role("button", name="Name merken").click()
    expect(german.locator(".alarm-receipt")).to_contain_text("1 Alarm quittieren")
    assert sent[0]["action"] == "acknowledge"


def test_a_file_of_events_is_english_in_every_language(german: Page, plant: Stack) -> None:
    tell(plant, {"as_of": samples.now_ms(), "events": [samples.event(9, "ACTIVE")]}, KEYS.history)
    open_alarms(german, plant, "?tab=history")
    row = german.get_by_role("table", name="Ereignisse").locator("tbody tr")
    expect(row).to_contain_text("wurde aktiv")
    with german.expect_download() as saved:
        german.get_by_role("button", name="CSV exportieren").click()
    head, line = Path(saved.value.path()).read_text("utf-8-sig").splitlines()
    assert head.startswith("Time,Extruder,Signal,Condition,Value,Limit,Unit,Priority")
    assert ",became active," in line
    assert ",101.2," in line


def test_health_names_its_alarms_in_german(german: Page, plant: Stack) -> None:
    tell(plant, samples.health(), KEYS.health)
    open_alarms(german, plant, "?tab=health")
    expect(german.get_by_role("table", name="Häufigste")).to_contain_text(
        "Extruder 2: Motorlast HH"
    )
    figure = german.locator(".figure").filter(has_text="Alarme pro Tag")
    expect(figure).to_contain_text("180über Ziel höchstens 150")


def test_what_the_style_sheet_says_is_german_too(german: Page, plant: Stack) -> None:
    said = (
        """([selector, part]) => getComputedStyle(document.querySelector(selector), part).content"""
    )
    german.set_viewport_size({"width": 390, "height": 844})
    open_alarms(german, plant)
    assert "Alle gezeigten" in german.evaluate(said, [".alarm-list th", "::after"])
    german.goto(f"{plant.url}/extruder/1?at=1767225600000")
    expect(german.locator("[data-mw-playback]")).to_be_attached()
    assert "Jetzt" in german.evaluate(said, [".clock", "::before"])
    assert "Live:" in german.evaluate(said, [".alarm-bar", "::before"])
