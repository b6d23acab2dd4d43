"""The Scope: many lines on one screen, read at a crosshair, kept in the URL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.plants import live_plant
from tests.browser.scope_screen import (
    LOAD,
    OIL,
    PRESSURE,
    TEMPERATURE,
    group,
    hover,
    lit,
    names,
    open_scope,
    query_of,
    settled,
    values,
    window,
)
from tests.browser.themes import themes
from tests.stack import Stack

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with live_plant(tmp_path_factory.mktemp("plant"), EXTRUDERS="12") as stack:
        yield stack


def test_one_signal_of_the_whole_plant_is_a_line_per_extruder(page: Page, plant: Stack) -> None:
    open_scope(page, plant)
    expect(page.locator(".scope-count")).to_have_text("12 lines × 900 points")
    assert names(page) == [f"Extruder {number}" for number in range(1, 13)]
    assert page.locator(".scope-row .unit").all_text_contents() == ["bar"] * 12
    expect(page.locator(".scope-readout__head")).to_have_text(re.compile(r"readings \d+ s old"))
    expect(page.locator(".scope-key__value", has_text=re.compile(r"^\d+$"))).to_have_count(12)
    assert lit(page) > 3000


def test_signals_are_stacked_with_a_unit_and_a_table_each(page: Page, plant: Stack) -> None:
    open_scope(page, plant, f"?signals={PRESSURE},{TEMPERATURE}")
    expect(page.locator(".scope-axis")).to_have_count(2)
    heads = page.locator(".scope-group__name").all_text_contents()
    assert heads == ["Melt pressure bar", "Melt temperature °C"]
    boxes = [axis.bounding_box() for axis in page.locator(".scope-axis").all()]
    assert boxes[0] and boxes[1]
    assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]
    page.get_by_role("button", name="Overlaid").click()
    expect(page.locator(".scope-group__name").first).to_have_text("1 Melt pressure bar")
    boxes = [axis.bounding_box() for axis in page.locator(".scope-axis").all()]
    assert boxes[0] and boxes[1]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["x"] < boxes[1]["x"]


def test_values_at_the_crosshair_are_those_of_the_window(page: Page, plant: Stack) -> None:
    open_scope(page, plant, f"?signals={TEMPERATURE}")
    page.get_by_role("button", name="Pause").click()
    hover(page, 0.8)
    head = page.locator(".scope-readout__head")
    expect(head).to_have_text(re.compile(r"^At \d\d:\d\d:\d\d UTC$"))
    clock = head.inner_text().split()[1]
    message = window(plant, "window", TEMPERATURE)
    steps = [message.first_ts / 1000 + row for row in range(len(message.values))]
    row = [datetime.fromtimestamp(step, UTC).strftime("%H:%M:%S") for step in steps].index(clock)
    shown = values(page, TEMPERATURE)
    real = {f"Extruder {i + 1}": float(message.values[row, i]) for i in range(12)}
    assert shown == pytest.approx(real, abs=0.051)
    assert list(shown.values()) == sorted(shown.values(), reverse=True)
    notes = group(page, TEMPERATURE).locator(".scope-key__note")
    assert notes.first.inner_text() == "max"
    assert notes.last.inner_text() == "min"


def test_picked_extruders_are_in_the_url_and_come_back(page: Page, plant: Stack) -> None:
    open_scope(page, plant)
    page.get_by_role("button", name="Extruders: all 12").click()
    page.get_by_role("button", name="None", exact=True).click()
    expect(page.locator(".scope-note")).to_have_text("No chosen extruder has a chosen signal.")
    for number in (2, 5):
        page.get_by_role("checkbox", name=f"Extruder {number}", exact=True).click()
    expect(page.locator(".scope-count")).to_have_text("2 lines × 900 points")
    assert query_of(page)["extruders"] == ["2,5"]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Offset").click()
    page.reload()
    expect(page.locator(".scope-row")).to_have_count(2)
    assert names(page) == ["Extruder 2", "Extruder 5"]
    expect(page.get_by_role("button", name="Offset")).to_have_attribute("aria-pressed", "true")


def test_a_signal_is_found_and_added(page: Page, plant: Stack) -> None:
    open_scope(page, plant)
    page.get_by_role("button", name="Melt pressure ▾").click()
    page.get_by_label("Find signals").fill("motor lo")
    expect(page.locator(".scope-option:visible")).to_have_count(1)
    page.get_by_role("checkbox", name="Motor load").click()
    expect(page.get_by_role("checkbox", name="Motor load")).to_be_checked()
    expect(page.locator(".scope-count")).to_have_text("24 lines × 900 points")
    assert query_of(page)["signals"] == [f"{PRESSURE},{LOAD}"]
    page.get_by_label("Find signals").fill("no such thing")
    expect(page.locator(".scope-panel__none:visible")).to_have_text("Nothing has that name.")


def test_a_day_stands_still_and_zooms_without_asking_again(page: Page, plant: Stack) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_scope(page, plant)
    page.get_by_role("button", name="Day", exact=True).click()
    state = page.locator(".trend-state")
    expect(state).to_have_text(re.compile("^Day up to"))
    expect(page.locator(".scope-count")).to_have_text("12 lines × 8640 points")
    expect(page.locator(".scope-note")).to_be_hidden()
    assert query_of(page)["mode"] == ["day"]
    before = settled(page)
    assert before > 100
    page.wait_for_timeout(2500)
    assert lit(page) == before
    page.locator(".scope-plot").focus()
    box = page.locator(".scope-plot").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 14, box["y"] + 100)  # the plant is young
    for _ in range(30):
        page.mouse.wheel(0, -300)
    expect(state).to_have_text(re.compile(r"\(1 min 40 s\)$"))
    message = window(plant, "day", PRESSURE)
    shown = values(page, PRESSURE)
    assert min(shown.values()) >= np.nanmin(message.values) - 1
    assert max(shown.values()) <= np.nanmax(message.values) + 1
    page.keyboard.press("0")
    expect(state).to_have_text(re.compile("^Day up to"))
    assert len([url for url in asked if "/lines/day" in url]) == 1
    page.get_by_role("button", name="Back to live").click()
    expect(state).to_have_text("Live")


def test_a_signal_without_a_day_says_so(page: Page, plant: Stack) -> None:
    open_scope(page, plant, f"?signals={OIL}")
    day = page.get_by_role("button", name="Day", exact=True)
    expect(day).to_have_attribute("aria-disabled", "true")
    expect(day).to_have_attribute("title", re.compile("Gearbox oil is not kept for a day"))
    open_scope(page, plant, f"?signals={OIL}&mode=day")
    expect(page.locator(".scope-message")).to_contain_text("Gearbox oil is not kept for a day")
    expect(page.locator(".trend-state")).to_have_text("Live")


def test_pause_holds_the_picture_and_back_to_live_runs_on(page: Page, plant: Stack) -> None:
    open_scope(page, plant)
    page.get_by_role("button", name="Pause").click()
    state = page.locator(".trend-state")
    expect(state).to_have_text(re.compile("^Paused at"))
    held = state.inner_text().split(" · ")[0]
    page.wait_for_timeout(1500)
    assert state.inner_text().startswith(held)
    page.get_by_role("button", name="Back to live").click()
    expect(state).to_have_text("Live")


def test_all_can_be_done_with_the_keyboard(page: Page, plant: Stack) -> None:
    open_scope(page, plant, f"?signals={PRESSURE}&extruders=1,2,3")
    plot = page.locator(".scope-plot")
    plot.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator(".scope-readout__head")).to_have_text(re.compile("^At "))
    page.keyboard.press("ArrowDown")
    expect(page.locator(".scope-row--lit .scope-key__note")).to_have_text("max")
    page.keyboard.press("Enter")
    expect(page.locator(".scope-key[aria-pressed=true]")).to_have_count(1)
    page.keyboard.press("+")
    expect(page.locator(".trend-state")).to_have_text(re.compile("^Zoomed"))
    page.keyboard.press("0")
    page.keyboard.press("Escape")
    expect(page.locator(".scope-key[aria-pressed=true]")).to_have_count(0)
    expect(page.locator(".scope-readout__head")).to_have_text(re.compile("^Now"))


def test_an_axis_is_stretched_by_wheel_and_buttons_and_fitted_again(
    page: Page, plant: Stack
) -> None:
    open_scope(page, plant, f"?signals={PRESSURE}&extruders=1,2,3")
    page.get_by_role("button", name="Pause").click()
    fit = page.get_by_role("button", name="Fit Melt pressure")
    settled(page)
    page.wait_for_timeout(2000)  # the last readings before the pause come in
    fit.click()  # the axis was fitted to the readings of an earlier moment
    before = settled(page)
    axis = page.locator(".scope-axis").bounding_box()
    assert axis is not None
    page.mouse.move(axis["x"] + 20, axis["y"] + 20)
    page.mouse.wheel(0, 900)
    assert settled(page) != before
    fit.click()
    assert settled(page) == pytest.approx(before, rel=0.02)
    page.get_by_role("button", name="Move up Melt pressure").click()
    assert settled(page) != before


def test_a_line_under_the_pointer_stands_out_and_a_click_keeps_it(page: Page, plant: Stack) -> None:
    open_scope(page, plant)
    row = page.locator(".scope-key[data-extruder='4']")
    row.hover()
    expect(page.locator(".scope-lines")).to_have_attribute("data-muted", "some")
    row.click()
    expect(row).to_have_attribute("aria-pressed", "true")
    link = page.get_by_role("link", name="Open Extruder 4")
    expect(link).to_have_attribute("href", "/extruder/4")


def test_an_empty_choice_says_what_to_do(page: Page, plant: Stack) -> None:
    page.goto(f"{plant.url}/scope?signals=")
    expect(page.locator(".scope-note")).to_have_text("Choose a signal to see its lines.")
    expect(page.locator(".scope-count")).to_have_text("0 lines × 900 points")


def test_a_lost_server_and_stopped_readings_are_named(
    page: Page, plant: Stack, console: list[str]
) -> None:
    open_scope(page, plant)
    banner = page.locator("#mw-banner")
    plant.kill("ingest")
    expect(banner).to_contain_text("No new readings")
    expect(page.locator(".trend-state")).to_have_css("text-decoration-line", "line-through")
    plant.start_ingest()
    expect(banner).to_be_hidden()
    plant.kill("web")
    expect(banner).to_contain_text("Server lost")
    assert lit(page) > 3000
    plant.start_web()
    expect(banner).to_be_hidden()
    console.clear()  # the browser itself reports refused connections


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 800), (390, 844)], ids=str)
def test_it_fits_every_width(page: Page, plant: Stack, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_scope(page, plant, f"?signals={PRESSURE},{TEMPERATURE},{LOAD}")
    for theme in themes(page):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), theme
        if size[0] > 900:
            assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), theme
        assert lit(page) > 1000, theme


@pytest.mark.parametrize("renderer", ["canvas", "gl"])
def test_both_renderers_draw_the_lines(page: Page, plant: Stack, renderer: str) -> None:
    open_scope(page, plant, f"?signals={PRESSURE},{LOAD}&renderer={renderer}")
    expect(page.locator(".scope")).to_have_attribute("data-renderer", renderer)
    page.get_by_role("button", name="Pause").click()
    assert lit(page, 0.5) > 1000
    assert query_of(page)["renderer"] == [renderer]
    page.get_by_role("button", name="Offset").click()
    assert query_of(page)["renderer"] == [renderer]
    assert lit(page, 0.5) > 1000
