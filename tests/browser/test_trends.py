"""Trends: from choosing signals to a note that a colleague finds at the same address."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from data.rollups import RECORD
from tests.browser.plants import history_plant
from tests.browser.waiting import until
from tests.stack import Stack

pytestmark = pytest.mark.browser
PRESSURE = "MeltPressureZone_001.Pressure.ActualValue"
TEMPERATURE = "MeltTemperatureZone_001.Temperature.ActualValue"
MIN, DAY = 60_000, 86_400_000
#: Inside of A4 across with the margins of print.css, at 96 dots per inch.
PAPER_PX = 1046


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("plant")
    with history_plant(folder, days=16, extruders=3, PLANT_TZ="Europe/Berlin") as stack:
        yield stack


def open_trends(page: Page, plant: Stack, query: str = "") -> None:
    page.goto(f"{plant.url}/trends{query}")
    shown(page)


def shown(page: Page) -> None:
    expect(page.locator("#trends-root")).to_have_attribute("data-trends-state", "shown")


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def level(page: Page) -> str:
    return page.locator(".trends-status__level").inner_text()


def drag(page: Page, start: float, end: float) -> None:
    """Over the first lane of the chart, from and to a share of its width."""
    box = page.locator(".trends-box .nsewdrag").last.bounding_box()
    assert box
    page.mouse.move(box["x"] + start * box["width"], box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], box["y"] + 50, steps=4)
    page.mouse.up()


def span(page: Page) -> tuple[int, int]:
    query = query_of(page)
    return int(query["from"][0]), int(query["to"][0])


def stored_minutes(plant: Stack, signal: str, start: int, end: int) -> list[tuple[float, float]]:
    """Lowest and highest of each minute of extruder 1, as the store has them."""
    path = Path(plant.settings.database_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        slot = db.execute(
            "SELECT slot FROM signals WHERE extruder = 1 AND name = ?", (signal,)
        ).fetchone()[0]
        rows = db.execute(
            "SELECT signals FROM minute_rollups WHERE extruder = 1 AND ts >= ? AND ts < ?"
            " ORDER BY ts",
            (start // MIN * MIN, -(-end // MIN) * MIN),
        ).fetchall()
    records = [np.frombuffer(row[0], RECORD)[slot] for row in rows]
    return [(float(one["min"]), float(one["max"])) for one in records]


def table(page: Page) -> list[str]:
    return page.locator(".trends-table tbody tr").first.locator("td").all_inner_texts()


def test_signals_are_found_and_chosen_and_stand_in_the_address(page: Page, plant: Stack) -> None:
    open_trends(page, plant)
    expect(page.get_by_text("Choose up to eight signals")).to_be_visible()
    page.get_by_role("button", name="Find signals").click()
    for text, name in (
        ("extruder 2 melt press", "Melt pressure"),
        ("3 melt temp", "Melt temperature"),
    ):
        page.get_by_label("Find signals").fill(text)
        page.locator(".scope-options").last.get_by_label(name).click()
    page.keyboard.press("Escape")
    shown(page)
    assert query_of(page)["signals"] == [f"2:{PRESSURE},3:{TEMPERATURE}"]
    expect(page.locator(".trends-table tbody tr")).to_have_count(2)
    expect(page.locator(".trends-chart")).to_contain_text("bar")
    page.get_by_role("button", name="Do not show Extruder 2 Melt pressure").click()
    expect(page.locator(".trends-table tbody tr")).to_have_count(1)
    assert query_of(page)["signals"] == [f"3:{TEMPERATURE}"]


def test_zooming_refines_from_hours_to_minutes_and_back_leads_back(
    page: Page, plant: Stack
) -> None:
    open_trends(page, plant, f"?span=1y&signals=1:{PRESSURE}")
    assert "1-hour rollups" in level(page)
    page.get_by_role("button", name="7 d", exact=True).click()
    expect(page.locator(".trends-status__level")).to_contain_text("1-minute rollups, ")
    before = page.url
    drag(page, 0.4, 0.6)
    expect(page.locator(".trends-status__level")).to_contain_text("2 per point")
    shown(page)
    drag(page, 0.5, 0.8)
    expect(page.locator(".trends-status__level")).to_have_text("1-minute rollups, one per point")
    shown(page)
    start, end = span(page)
    minutes = stored_minutes(plant, PRESSURE, start, end)
    low, high = min(one[0] for one in minutes), max(one[1] for one in minutes)
    assert [table(page)[3], table(page)[5]] == [f"{low:.0f}", f"{high:.0f}"]
    page.get_by_role("button", name="Zoom out").click()
    shown(page)
    wider = span(page)
    assert wider[1] - wider[0] == pytest.approx(2 * (end - start), abs=2)
    page.go_back()
    shown(page)
    assert span(page) == (start, end)
    page.go_back()
    page.go_back()
    shown(page)
    assert page.url == before


def test_the_newest_minutes_show_every_reading(page: Page, plant: Stack) -> None:
    open_trends(page, plant, f"?span=15m&signals=1:{PRESSURE}")
    expect(page.locator(".trends-status__level")).to_contain_text(re.compile("reading", re.I))
    old = DAY * 3
    now = int(page.evaluate("Date.now()"))
    open_trends(page, plant, f"?from={now - old}&to={now - old + 15 * MIN}&signals=1:{PRESSURE}")
    assert level(page) == "1-minute rollups, one per point"
    expect(page.locator("#trends-status")).to_contain_text("readings are kept from")


def test_two_periods_are_laid_over_each_other_and_named(page: Page, plant: Stack) -> None:
    open_trends(page, plant, f"?span=24h&signals=1:{PRESSURE}")
    page.get_by_label("Lay over").select_option("A week earlier")
    expect(page.locator(".trends-periods")).to_contain_text("dashed")
    shown(page)
    assert query_of(page)["compare"] == [str(7 * DAY)]
    names = page.evaluate(
        "document.querySelector('.js-plotly-plot').data.map((trace) => trace.name)"
    )
    assert "Extruder 1 Melt pressure, earlier" in names
    page.reload()
    shown(page)
    expect(page.get_by_label("Lay over")).to_have_value("week")
    expect(page.locator(".trends-periods")).to_be_visible()
    page.get_by_label("Limits of today").check()
    expect(page.locator("#trends-status")).to_contain_text("Limits are those in force today")
    assert query_of(page)["limits"] == ["1"]


def test_a_note_on_a_marked_time_is_kept_found_and_removed(page: Page, plant: Stack) -> None:
    open_trends(page, plant, f"?span=8h&signals=1:{PRESSURE}")
    page.evaluate("localStorage.setItem('meltwatch-person', 'Ana')")
    page.get_by_role("button", name="Mark a time").click()
    layer = page.locator(".trends-layer").bounding_box()
    assert layer
    page.mouse.move(layer["x"] + 400, layer["y"] + 80)
    page.mouse.down()
    page.mouse.move(layer["x"] + 600, layer["y"] + 90, steps=4)
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Text").fill("new screen pack <b>fine</b>")
    dialog.get_by_role("button", name="Keep").click()
    note = page.locator("#trends-notes li", has_text="new screen pack")
    expect(note).to_contain_text("Ana")
    expect(note).to_contain_text("<b>fine</b>")
    page.reload()
    shown(page)
    expect(note).to_contain_text("Extruder 1")
    marked = page.evaluate(
        "document.querySelector('.js-plotly-plot').data.find(({name}) => name === 'Notes').text"
    )
    assert any("new screen pack" in text for text in marked)
    note.get_by_role("button", name=re.compile("Remove")).click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(note).to_have_count(0)


def test_malfunctions_lead_to_their_dossiers_and_csv_holds_what_is_shown(
    page: Page, plant: Stack
) -> None:
    open_trends(page, plant, f"?span=7d&signals=1:{PRESSURE},2:{PRESSURE}")
    link = page.locator("#trends-malfunctions a").first
    expect(link).to_have_attribute("href", re.compile(r"^/malfunctions/\d+-\d+$"))
    with page.expect_download() as started:
        page.get_by_role("button", name="CSV").click()
    with open(started.value.path(), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["extruder"] for row in rows} == {"Extruder 1", "Extruder 2"}
    assert {row["level"] for row in rows} == {"minute"}
    assert len(rows) > 1000


def test_on_paper_the_chart_is_as_wide_as_the_page(page: Page, plant: Stack) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    open_trends(page, plant, f"?span=7d&signals=1:{PRESSURE},2:{PRESSURE}")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "_dash-update" in one.url else None)
    paper = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", paper)
    assert boxes and all(float(across) > float(down) for across, down in boxes)
    width = "document.querySelector('.js-plotly-plot')._fullLayout.width"
    on_screen = page.evaluate(width)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert PAPER_PX * 0.95 < page.evaluate(width) <= PAPER_PX
    page.set_viewport_size({"width": PAPER_PX, "height": 733})
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER_PX
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    until(page, f"{width} === {on_screen} && {on_screen} > {PAPER_PX}")
    assert not asked, "paper shows what the screen has"


def test_a_time_of_which_nothing_is_kept_says_so(page: Page, plant: Stack) -> None:
    open_trends(page, plant, f"?from=1700000000000&to=1700100000000&signals=1:{PRESSURE},7:Nothing")
    expect(page.locator(".trends-chart")).to_contain_text("No reading in this time")
    expect(page.locator("#trends-status")).to_contain_text("nothing is kept before")
    expect(page.locator("#trends-status")).to_contain_text("Nothing of extruder 7")
    page.get_by_role("button", name="Take it away").click()
    expect(page.locator("#trends-status")).not_to_contain_text("extruder 7")


def test_until_the_first_answer_the_page_says_that_it_is_loading(page: Page, plant: Stack) -> None:
    def hold_back(route: Route) -> None:
        if "trends-status" not in (route.request.post_data or ""):
            route.continue_()

    page.route("**/_dash-update-component*", hold_back)
    page.goto(f"{plant.url}/trends?span=24h&signals=1:{PRESSURE}")
    expect(page.locator("#trends-root")).to_have_attribute("data-trends-state", "asking")
    said = "getComputedStyle(document.querySelector('#trends-status'), '::before').content"
    assert page.evaluate(said) == '"Loading …"'


def test_a_server_that_does_not_answer_is_told_and_the_picture_stays(
    page: Page, plant: Stack, console: list[str]
) -> None:
    open_trends(page, plant, f"?span=24h&signals=1:{PRESSURE}")
    page.route("**/_dash-update-component*", lambda route: route.abort())
    page.get_by_role("button", name="8 h", exact=True).click()
    expect(page.locator(".trends-state")).to_have_text("The server does not answer.")
    page.unroute("**/_dash-update-component*")
    page.get_by_role("button", name="Try again").click()
    shown(page)
    expect(page.locator(".trends-state")).to_have_text("")
    console.clear()
