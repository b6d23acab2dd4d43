"""Alarms on every screen: said in words, acted on by mouse and keys, never claimed to be none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import alarm_samples as samples
from tests.browser.alarm_screen import (
    KEYS,
    NAME,
    TONES,
    forget,
    open_alarms,
    posted,
    rows,
    tell,
)
from tests.browser.plants import told_plant
from tests.browser.themes import themes
from tests.browser.waiting import until
from tests.stack import Stack

pytestmark = pytest.mark.browser
SIZES = [(1920, 1080), (1280, 800), (390, 844)]


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with told_plant(tmp_path_factory.mktemp("plant")) as stack:
        yield stack


@pytest.fixture(autouse=True)
def nothing_told(plant: Stack) -> None:
    tell(plant, samples.told([]))


@pytest.fixture
def known(page: Page) -> Page:
    """The page of somebody who has given their name."""
    page.add_init_script(NAME)
    return page


def test_the_bar_counts_by_priority_and_names_the_most_urgent(page: Page, plant: Stack) -> None:
    tell(plant, samples.told(samples.few()))
    page.goto(plant.url)
    bar = page.get_by_role("complementary", name="Alarms")
    expect(bar.locator(".alarm-count")).to_have_text(["◆1Critical", "■0High", "●0Medium", "○1Low"])
    expect(bar).to_contain_text("▲▲ Motor load 101.2 % · HH 100.0 %")
    bar.get_by_role("link", name="Extruder 2").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Extruder 2")


def test_nothing_told_is_not_called_no_alarms(page: Page, plant: Stack) -> None:
    forget(plant, KEYS.alarms)
    open_alarms(page, plant)
    bar = page.get_by_role("complementary", name="Alarms")
    expect(bar).to_contain_text("Alarms are not known yet")
    expect(bar.locator(".alarm-count").first).to_have_text("◆–Critical")
    expect(page.locator(".alarms")).not_to_contain_text("No alarms")
    tell(plant, samples.told([]))
    expect(page.locator(".alarms")).to_contain_text("No alarms. Every extruder")
    expect(bar).to_contain_text("No unacknowledged alarms")


def test_alarms_that_are_old_are_called_old(page: Page, plant: Stack) -> None:
    tell(plant, {**samples.told(samples.few()), "as_of": samples.now_ms() - 60_000})
    open_alarms(page, plant)
    bar = page.get_by_role("complementary", name="Alarms")
    expect(bar).to_contain_text(re.compile(r"Alarms are not updated, shown as of \d\d:\d\d:\d\d"))
    expect(rows(page)).to_have_count(3)


def test_what_needs_somebody_comes_first_and_what_is_hidden_is_counted(
    page: Page, plant: Stack
) -> None:
    tell(plant, samples.told(samples.few()))
    open_alarms(page, plant)
    expect(rows(page).locator(".alarm-cell--extruder")).to_have_text(
        ["Extruder 2", "Extruder 3", "Extruder 1"]
    )
    expect(rows(page).nth(2)).to_contain_text("Active, acknowledged")
    expect(rows(page).nth(2)).to_contain_text("B. Çelik: Fan ordered")
    expect(rows(page).first.locator(".alarm-age")).to_have_text(re.compile(r"^1 min \d\d s$"))
    page.get_by_text("Shelved: 1").click()
    shelved = page.get_by_role("table", name="Shelved").locator("tbody tr")
    expect(shelved).to_contain_text(["Shelved until it clears"])
    expect(page.get_by_text("Suppressed by design: 0")).to_be_visible()
    expect(page.get_by_text("Out of service: 1")).to_be_visible()


def test_filters_are_in_the_address(page: Page, plant: Stack) -> None:
    tell(plant, samples.told(samples.few()))
    open_alarms(page, plant)
    page.get_by_label("Text").fill("hopper")
    expect(rows(page)).to_have_count(1)
    expect(page.locator(".alarm-filters__count")).to_have_text("1 of 3 alarms")
    page.reload()
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_label("Text")).to_have_value("hopper")
    page.get_by_role("button", name="Clear").click()
    expect(rows(page)).to_have_count(3)


def test_a_name_is_asked_once_and_kept(page: Page, plant: Stack, console: list[str]) -> None:
    tell(plant, samples.told(samples.few()))
    open_alarms(page, plant)
    sent = posted(page)
    rows(page).first.click()
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_label("Name").fill("C. Ito")
    page.get_by_role("button", name="Keep name").click()
    expect(page.get_by_text("saving…").first).to_be_visible()
    assert sent[0]["who"] == "C. Ito"
    page.reload()
    expect(page.get_by_role("button", name="Acting: C. Ito")).to_be_visible()
    page.goto("about:blank")
    console.clear()  # the browser itself reports 503 answers


def test_many_are_chosen_by_keys_and_shelved_with_a_reason(
    known: Page, plant: Stack, console: list[str]
) -> None:
    tell(plant, samples.told(samples.few()))
    open_alarms(known, plant)
    sent = posted(known)
    expect(rows(known)).to_have_count(3)
    known.keyboard.press("ArrowDown")
    known.keyboard.press("Space")
    known.keyboard.press("ArrowDown")
    known.keyboard.press("Shift+Space")
    expect(known.locator(".alarm-actions__count")).to_have_text("2 selected")
    known.keyboard.press("s")
    known.get_by_role("button", name="Shelve", exact=True).click()
    expect(known.get_by_role("dialog")).to_be_visible()  # a reason is missing
    known.get_by_label("For").select_option("1 hour")
    known.get_by_label("Reason").fill("Probe is being cleaned")
    known.get_by_role("button", name="Shelve", exact=True).click()
    expect(known.locator(".alarm-receipt")).to_contain_text("Shelve 2 alarms")
    assert {**sent[0], "id": ""} == {
        "id": "", "action": "shelve", "who": "A. Weber", "minutes": 60,
        "comment": "Probe is being cleaned",
        "alarms": ["3|Level|L", "2|MainDrive.Load|HH"],
    }  # fmt: skip
    known.keyboard.press("Escape")
    expect(known.locator(".alarm-actions__count")).to_have_text("None selected")
    known.goto("about:blank")
    console.clear()  # the browser itself reports 503 answers


def test_rows_hold_still_under_the_pointer(page: Page, plant: Stack) -> None:
    tell(plant, samples.told(samples.few()))
    open_alarms(page, plant)
    rows(page).nth(1).hover()
    urgent = samples.alarm(1, "Pressure", label="Melt pressure", since=samples.now_ms())
    tell(plant, samples.told([urgent, *samples.few()]))
    expect(page.get_by_text("The order is held")).to_be_visible()
    expect(rows(page).nth(1)).to_contain_text("Hopper level")
    expect(rows(page).nth(3)).to_contain_text("Melt pressure")
    page.mouse.move(5, 5)
    expect(rows(page).first).to_contain_text("Melt pressure")


def test_a_flood_of_a_thousand_is_drawn_in_parts(page: Page, plant: Stack) -> None:
    flood = [samples.alarm(1 + i % 3, f"Signal{i}", priority=1 + i % 4) for i in range(1000)]
    tell(plant, samples.told(flood))
    open_alarms(page, plant)
    expect(rows(page)).to_have_count(200)
    page.get_by_role("button", name="Show 200 more of 800").click()
    expect(rows(page)).to_have_count(400)
    page.get_by_label("Select all shown").first.check()
    expect(page.locator(".alarm-actions__count")).to_have_text("400 selected")


def test_a_malfunction_says_cause_check_evidence_and_cost_and_is_resolved_in_words(
    known: Page, plant: Stack, console: list[str]
) -> None:
    tell(plant, samples.told([], samples.malfunction()))
    open_alarms(known, plant)
    sent = posted(known)
    card = known.locator(".malfunction")
    expect(card.get_by_role("heading")).to_have_text("Screen clogging · 82 % likely")
    expect(card).to_contain_text("Check: screen ΔP, then change the screen pack")
    expect(card).to_contain_text("12.3 kg · €17")
    card.get_by_text("Why: 1 for, 1 against").click()
    expect(card).to_contain_text("Against: Load is steady")
    card.get_by_role("button", name="Resolve…").click()
    expect(known.get_by_label("Cause found")).to_have_value("screen_clogging")
    known.get_by_label("Action taken").fill("Changed the pack")
    known.get_by_role("button", name="Resolve", exact=True).click()
    expect(known.locator(".alarm-receipt")).to_contain_text("Resolve the malfunction of Extruder 2")
    assert sent[0]["malfunction"] == samples.MALFUNCTION
    assert (sent[0]["cause"], sent[0]["action_taken"]) == ("screen_clogging", "Changed the pack")
    known.goto("about:blank")
    console.clear()  # the browser itself reports 503 answers


def test_the_page_of_an_extruder_has_its_own_malfunction_and_alarms(
    page: Page, plant: Stack
) -> None:
    tell(plant, samples.told(samples.few(), samples.malfunction()))
    page.goto(f"{plant.url}/extruder/2")
    part = page.locator("#extruder-alarms")
    expect(part).to_contain_text("1 malfunction · 1 alarm")
    expect(part.locator(".malfunction__cost")).to_have_text("12.3 kg · €17")
    expect(part.locator(".extruder-alarm")).to_contain_text(["Motor load 101.2 %"])
    expect(part.locator(".extruder-alarm").get_by_role("button")).to_have_text("Acknowledge")


def test_history_is_filtered_and_saved_as_a_file(page: Page, plant: Stack) -> None:
    comment = {"who": "B. Çelik", "comment": '=1+1, "twice"'}
    events = [samples.event(5, "ACKNOWLEDGED", **comment), samples.event(9, "ACTIVE")]
    tell(plant, {"as_of": samples.now_ms(), "events": events}, KEYS.history)
    open_alarms(page, plant, "?tab=history")
    table = page.get_by_role("table", name="Events").locator("tbody tr")
    expect(table).to_have_count(2)
    page.get_by_label("Event", exact=True).select_option("acknowledged")
    expect(table).to_have_count(1)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export CSV").click()
    lines = Path(saved.value.path()).read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("Time,Extruder,Signal,Condition,Value,Limit,Unit,Priority")
    assert len(lines) == 2
    assert lines[1].endswith(',B. Çelik,"\'=1+1, ""twice"""')


def test_health_says_which_figures_are_over_their_target(page: Page, plant: Stack) -> None:
    tell(plant, samples.health(), KEYS.health)
    open_alarms(page, plant, "?tab=health")
    figure = page.locator(".figure")
    expect(figure.filter(has_text="Alarms a day")).to_contain_text("180over target at most 150")
    expect(figure.filter(has_text="Stale")).to_contain_text("2ok target below 5")
    expect(page.get_by_role("table", name="Most frequent")).to_contain_text("Motor load HH")
    name = "Alarms in each ten minutes: 1 of 144 over the target of 1"
    expect(page.get_by_role("img", name=name)).to_be_visible()


def test_limits_in_force_are_shown_and_wrong_ones_refused(page: Page, plant: Stack) -> None:
    open_alarms(page, plant, "?tab=limits&extruder=2")
    high, highest = page.get_by_label("H bar", exact=True), page.get_by_label("HH bar", exact=True)
    expect(high).to_have_value(re.compile(r"\d"))
    expect(page.get_by_role("button", name="Put in force…")).to_be_disabled()
    high.fill("9999")
    expect(page.get_by_text("HH must be above H.")).to_be_visible()
    highest.fill("99999")
    expect(page.get_by_text("Changed, not in force.")).to_be_visible()
    expect(page.get_by_role("button", name="Put in force…")).to_be_enabled()


def test_a_critical_alarm_sounds_until_it_is_silenced(page: Page, plant: Stack) -> None:
    page.add_init_script(TONES)
    page.goto(plant.url)
    page.get_by_role("button", name="Sound off").click()
    expect(page.get_by_role("button", name="Sound on")).to_be_visible()
    page.evaluate("window.tones.length = 0")
    tell(plant, samples.told([samples.alarm(2, "MainDrive.Load")]))
    until(page, "window.tones.length >= 8")
    page.get_by_role("button", name="Silence").click()
    expect(page.get_by_role("button", name="Silence")).to_be_hidden()
    tell(plant, samples.told([samples.alarm(1, "Level", priority=4)]))
    until(page, "window.tones.at(-1) === 392")


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("tab", ["active", "history", "health", "limits"])
def test_every_tab_fits_every_screen(
    page: Page, plant: Stack, size: tuple[int, int], tab: str
) -> None:
    tell(plant, samples.told(samples.few(), samples.malfunction(extruder_name="A" * 60)))
    tell(plant, samples.health(), KEYS.health)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_alarms(page, plant, f"?tab={tab}")
    expect(page.locator(".alarm-bar__what")).to_be_visible()
    for theme in themes(page):
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), theme
