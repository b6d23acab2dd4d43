"""The Extruder page played back: the store's readings at their time, never taken for live."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.plants import history_plant
from tests.browser.waiting import until
from tests.stack import Stack

pytestmark = pytest.mark.browser
MINUTE = 60_000
STALE_AFTER_S = 2
#: A minute of the first extruder in which nothing was read.
GAP_AGO = 80 * MINUTE


@pytest.fixture(scope="module", name="plant")
def plant_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("playback")
    with history_plant(folder, days=3, extruders=2, STALE_AFTER_S=str(STALE_AFTER_S)) as stack:
        start = gap_start()
        with closing(sqlite3.connect(path_of(stack))) as db:
            db.execute(
                "DELETE FROM readings WHERE extruder = 1 AND ts >= ? AND ts < ?",
                (start, start + MINUTE),
            )
            db.commit()
        yield stack


#: Fixed for the module: tests run for longer than a second.
STARTED = int(time.time()) * 1000


def gap_start() -> int:
    return (STARTED - GAP_AGO) // MINUTE * MINUTE


def path_of(plant: Stack) -> Path:
    return Path(plant.settings.database_url.removeprefix("sqlite:///"))


def ago(minutes: float) -> int:
    return STARTED - round(minutes * MINUTE)


def clock(ts: int) -> str:
    return datetime.fromtimestamp(ts / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def open_at(page: Page, plant: Stack, at: int, more: str = "") -> None:
    page.goto(f"{plant.url}/extruder/1?at={at}{more}")
    shown(page, at)


def head(page: Page) -> int:
    return int(page.locator("#extruder-root").get_attribute("data-mw-head") or 0)


def shown(page: Page, at: int) -> None:
    """Wait until the readings of the second of `at` are shown."""
    expect(page.locator("#extruder-root")).to_have_attribute("data-mw-head", str(at // 1000 * 1000))


def stored(plant: Stack, ts: int, slot: int) -> float:
    with closing(sqlite3.connect(path_of(plant))) as db:
        sql = 'SELECT "values" FROM readings WHERE extruder = 1 AND ts / 1000 = ?'
        return float(np.frombuffer(db.execute(sql, (ts // 1000,)).fetchone()[0], "<f4")[slot])


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(page.evaluate("location.search.slice(1)"))


def strip(page: Page) -> str:
    return page.locator(".playback__strip").inner_text()


def test_it_opens_at_a_time_and_shows_the_readings_of_the_store(page: Page, plant: Stack) -> None:
    open_at(page, plant, ago(60))
    for tile in page.locator("[data-mw-gauge]").all():
        slot = int(tile.get_attribute("data-mw-gauge") or 0)
        text = tile.locator("[data-mw-part=number]").inner_text()
        decimals = len(text.partition(".")[2])
        assert abs(float(text) - stored(plant, ago(60), slot)) <= 0.51 * 10**-decimals
    expect(page.locator(".trend-toolbar")).to_contain_text("Playback")
    expect(page.locator("#extruder-root")).to_contain_text("Readings 0 s old")


def test_nobody_takes_it_for_live(page: Page, plant: Stack) -> None:
    open_at(page, plant, ago(60))
    assert f"PLAYBACK – not live – {clock(ago(60))} UTC" in strip(page).replace("\n", " ")
    assert "(paused)" in strip(page)
    assert page.title().startswith("PLAYBACK")
    status = page.locator("#extruder-alarms .extruder-alarms__status")
    expect(status).to_contain_text(f"As it was at {clock(ago(60))[11:]}")
    assert page.locator("#extruder-alarms button").count() == 0
    expect(page.locator(".trend-toolbar")).not_to_contain_text("Live")
    time.sleep(STALE_AFTER_S + 1)  # longer than readings may be old on a live page
    expect(page.locator("#mw-banner")).to_be_hidden()


def test_at_ten_times_ten_seconds_pass_in_one(page: Page, plant: Stack) -> None:
    open_at(page, plant, ago(60), "&speed=10")
    page.keyboard.press("Space")
    expect(page.locator(".playback__pace")).to_have_text("(10×)")
    time.sleep(1)
    before, started = head(page), time.monotonic()
    time.sleep(4)
    rate = (head(page) - before) / 1000 / (time.monotonic() - started)
    assert 8 < rate < 12
    page.keyboard.press("Space")
    expect(page.locator(".playback__pace")).to_have_text("(paused)")
    until(page, "location.search.includes('speed=10')")
    time.sleep(0.5)
    assert int(query(page)["at"][0]) // 1000 == head(page) // 1000
    assert abs(stored(plant, head(page), 0)) > 0


def test_keys_move_the_time(page: Page, plant: Stack) -> None:
    open_at(page, plant, ago(60))
    page.keyboard.press("ArrowRight")
    shown(page, ago(60) + 10_000)
    page.keyboard.press("Shift+ArrowLeft")
    shown(page, ago(60) - 50_000)
    page.get_by_role("button", name="+1 min").click()
    shown(page, ago(60) + 10_000)
    page.keyboard.press("Space")
    expect(page.locator(".playback__pace")).to_have_text("(1×)")


def test_scrubbing_shows_another_time_at_once_and_the_address_follows(
    page: Page, plant: Stack
) -> None:
    open_at(page, plant, ago(60))
    bar = page.get_by_role("slider", name="Time that is shown")
    to = ago(75) // 1000
    bar.fill(str(to))
    shown(page, to * 1000)
    until(page, f"location.search.includes('at={to * 1000}')")
    assert clock(to * 1000) in strip(page)
    page.reload()
    shown(page, to * 1000)


def test_any_time_can_be_written_and_its_level_is_said(page: Page, plant: Stack) -> None:
    open_at(page, plant, ago(60))
    at = ago(36 * 60)
    page.get_by_label("Date and time").fill(clock(at).replace(" ", "T"))
    page.get_by_role("button", name="Go").click()
    shown(page, at)
    assert re.search(r"1-minute means|kept with a malfunction", strip(page))


def test_previous_event_goes_to_a_malfunction_and_says_it(page: Page, plant: Stack) -> None:
    with closing(sqlite3.connect(path_of(plant))) as db:
        sql = "SELECT onset, detected FROM malfunctions WHERE extruder = 1 AND ended < ?"
        onset, detected = db.execute(f"{sql} ORDER BY onset DESC", (ago(150),)).fetchone()
    open_at(page, plant, onset // 1000 * 1000 + MINUTE)
    expect(page.locator(".playback-mark--malfunction")).not_to_have_count(0)
    page.keyboard.press("Control+ArrowLeft")
    until(page, f"location.search.includes('at={onset}')")
    section = page.locator("#extruder-alarms")
    expect(section).to_contain_text("not found yet: that was at")
    page.keyboard.press("Control+ArrowRight")
    until(page, f"!location.search.includes('at={onset}')")
    assert onset < int(query(page)["at"][0]) <= detected


def test_a_gap_in_the_readings_is_a_gap(page: Page, plant: Stack) -> None:
    page.goto(f"{plant.url}/extruder/1?at={gap_start() + 30_500}")
    shown(page, gap_start() - 1000)
    expect(page.locator("#extruder-root")).to_contain_text("Readings 31 s old")
    expect(page.locator("#extruder-root")).to_contain_text("(last known)")
    page.keyboard.press("Shift+ArrowRight")
    shown(page, gap_start() + 90_000)
    expect(page.locator("#extruder-root")).to_contain_text("Readings 0 s old")


def test_of_a_time_before_everything_it_says_that_nothing_is_kept(page: Page, plant: Stack) -> None:
    page.goto(f"{plant.url}/extruder/1?at={ago(60 * 24 * 40)}")
    note = page.locator(".playback__note")
    expect(note).to_contain_text("No readings of this time are kept: the oldest are of")
    expect(page.locator("#extruder-alarms")).to_contain_text("no alarms are kept")
    expect(page.locator("[data-mw-part=age]")).to_have_text("No readings of this time")


def test_playing_into_the_present_ends_and_offers_live(page: Page, plant: Stack) -> None:
    page.goto(f"{plant.url}/extruder/1?at={int(time.time() * 1000) + 5 * MINUTE}")
    expect(page.locator(".playback__note")).to_contain_text("End of the recording")
    expect(page.locator(".playback__pace")).to_have_text("(end)")
    assert time.time() * 1000 - head(page) < 15_000


def test_from_live_to_playback_and_back(page: Page, plant: Stack) -> None:
    page.goto(f"{plant.url}/extruder/1?signals=Pressure")
    until(page, "Number(document.querySelector('#extruder-root')?.dataset.mwHead) > 0")
    page.get_by_role("button", name="Play back").click()
    expect(page.locator(".playback__pace")).to_have_text("(1×)")
    until(page, "Number(document.querySelector('#extruder-root')?.dataset.mwHead) > 0")
    assert 14 * MINUTE < time.time() * 1000 - head(page) < 17 * MINUTE
    assert query(page)["signals"] == ["Pressure"]
    page.get_by_role("button", name="Back to live").click()
    expect(page.locator(".playback__strip")).to_have_count(0)
    expect(page.get_by_role("button", name="Play back")).to_be_visible()
    until(
        page, "Date.now() - Number(document.querySelector('#extruder-root')?.dataset.mwHead) < 8000"
    )
    before = head(page)
    until(page, f"Number(document.querySelector('#extruder-root').dataset.mwHead) > {before}")
    assert not page.title().startswith("PLAYBACK")
    assert query(page) == {"signals": ["Pressure"]}


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_nothing_is_wider_than_the_screen(page: Page, plant: Stack, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    open_at(page, plant, ago(60))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_word_in_place_of_a_time_is_told_and_the_page_is_live(page: Page, plant: Stack) -> None:
    page.goto(f"{plant.url}/extruder/1?at=yesterday")
    expect(page.locator(".playback-refused")).to_contain_text("“yesterday” in the address is no")
    until(page, "Number(document.querySelector('#extruder-root')?.dataset.mwHead) > 0")
