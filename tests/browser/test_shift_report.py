"""A shift's report is read, leafed through, sorted, taken away as CSV and printed."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from data.extruders import NO_JOB, Catalogue, Extruder, Product
from data.malfunctions.malfunction import Scrap
from tests.history.shift_plant import CATALOGUE, HOUR, MINUTE, PLAN, ShiftPlant, ms
from tests.stack import Stack

pytestmark = pytest.mark.browser

START = ms("2026-11-24 06:00")
EARLY = "/report?day=2026-11-24&shift=Early"
#: Eight lines, the first four as CATALOGUE has them.
EIGHT = Catalogue(
    0,
    (
        *CATALOGUE.extruders,
        *(Extruder(n, f"Line {n}", CATALOGUE.extruders[0].signals) for n in range(5, 9)),
    ),
    (*CATALOGUE.products, Product(9, "PVC profile", 1.1)),
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A store with known shifts behind a web process; nothing is live."""
    folder = tmp_path_factory.mktemp("report")
    _fill(ShiftPlant(folder, EIGHT))
    stack = Stack(folder, SHIFTS="Early 06:00, Late 14:00, Night 22:00", PLANT_TZ="Europe/Berlin")
    try:
        stack.start_redis()
        stack.start_web()
        yield stack
    finally:
        stack.stop()


def _fill(plant: ShiftPlant) -> None:
    for extruder in range(1, 9):
        plant.minutes(extruder, START, 420, kg_per_h=100.0 * extruder)
    plant.minutes(2, START + 7 * HOUR, 60, NO_JOB, kg_per_h=0)
    plant.minutes(1, START + 7 * HOUR, 60, product=9, kg_per_h=100)
    lasting = plant.malfunction(1, START + HOUR, None, kg=70)
    plant.malfunction(2, START + 2 * HOUR, START + 3 * HOUR, product=8, scrap=Scrap(kg=5))
    plant.note(lasting, START + 2 * HOUR, "spare screens are ordered")
    plant.alarm(1, START + HOUR)
    plant.annotate(0, START + HOUR, "compressor serviced")
    night = PLAN.span_at(ms("2026-10-24 23:00"))
    plant.minutes(1, night.start, (night.end - night.start) // MINUTE)
    now = time.time_ns() // 1_000_000 // MINUTE * MINUTE
    running = PLAN.span_at(now)
    plant.minutes(1, running.start, (now - running.start) // MINUTE)


@pytest.fixture
def report(page: Page, served: Stack) -> Page:
    page.goto(served.url + EARLY)
    expect(page.locator(".report__table")).to_be_visible()
    return page


def names(page: Page) -> list[str]:
    return page.locator(".report__table tbody th a").all_inner_texts()


def cells(page: Page, name: str) -> list[str]:
    row = page.locator(".report__table tr", has=page.get_by_role("rowheader", name=name))
    return [text.split("\n")[0] for text in row.locator("td").all_inner_texts()]


def test_a_report_tells_what_each_line_made_lost_and_cost(report: Page) -> None:
    expect(report.locator(".report__title")).to_contain_text(
        "Tue 2026-11-24 06:00 – 14:00 CET, 8 h"
    )
    expect(report.locator(".report__title")).to_contain_text("complete")
    assert cells(report, "Line A")[:9] == ["800", "8.00", "0.00", "0.00", "0.00", "0.00", "1",
                                           "70 so far", "105"]  # fmt: skip
    assert cells(report, "Line B")[:4] == ["1,400", "7.00", "0.00", "1.00"]
    assert cells(report, "Line B")[8] == "–"  # nobody has told the price
    assert cells(report, "Line C")[:2] == ["–", "7.00"]
    assert cells(report, "Line D")[:2] == ["–", "–"]
    link = report.locator(".report__table").get_by_role("link", name="Screen clogging").first
    assert re.fullmatch(r"/malfunctions/1-\d+", link.get_attribute("href") or "")
    handover = report.locator(".report__handover")
    expect(handover).to_contain_text("still lasts")
    expect(handover).to_contain_text("spare screens are ordered")
    expect(handover).to_contain_text("compressor serviced")


def test_a_heading_sorts_and_the_address_keeps_it(report: Page) -> None:
    assert names(report)[:2] == ["Line A", "Line B"]  # the worst first
    report.get_by_role("columnheader", name="Production kg").get_by_role("link").first.click()
    expect(report.get_by_text("By Production kg, highest first")).to_be_visible()
    assert names(report)[:2] == ["Line 8", "Line 7"]
    assert report.url.endswith("sort=kg")
    report.reload()
    expect(report.get_by_role("columnheader", name="Production ▼ kg")).to_have_attribute(
        "aria-sort", "descending"
    )
    report.get_by_role("columnheader", name="Extruder").get_by_role("link").click()
    expect(report.get_by_text("By number")).to_be_visible()
    assert names(report)[0] == "Line A"


def test_one_leafs_from_shift_to_shift_and_jumps_to_a_day(report: Page) -> None:
    report.get_by_role("link", name="Next shift").click()
    expect(report.get_by_role("heading", name="Late shift")).to_be_visible()
    report.get_by_role("link", name="Previous shift").click()
    expect(report.get_by_role("heading", name="Early shift")).to_be_visible()
    report.get_by_role("link", name="Night", exact=True).click()
    expect(report.get_by_role("heading", name="Night shift")).to_be_visible()
    assert report.url.endswith("/report?day=2026-11-24&shift=Night")
    report.locator("#report-day").focus()
    report.keyboard.press("ArrowDown")
    expect(report.locator("td:focus")).to_have_text("24")
    report.keyboard.press("ArrowLeft")
    expect(report.locator("td:focus")).to_have_text("23")
    report.keyboard.press("Enter")
    report.wait_for_url("**/report?day=2026-11-23&shift=Night")
    expect(report.locator(".report__title")).to_contain_text("Mon 2026-11-23")
    report.go_back()
    expect(report.locator(".report__title")).to_contain_text("Tue 2026-11-24")


def test_the_report_is_taken_away_as_csv(report: Page) -> None:
    with report.expect_download() as download:
        report.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "shift-report-2026-11-24-Early.csv"
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert len(lines) == 9
    first = lines[0]
    assert (first["From"], first["Until"]) == (
        "2026-11-24T06:00:00+01:00", "2026-11-24T14:00:00+01:00",
    )  # fmt: skip
    assert (first["Production [kg]"], first["Scrap [EUR]"]) == ("800", "105")
    assert first["Scrap state"] == "counted so far"
    assert (lines[2]["Production [kg]"], lines[3]["In production [h]"]) == ("", "")
    assert lines[-1]["Name"] == "Plant"
    assert not any(
        cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line.values()
    )


def test_a_csv_of_no_shift_is_refused_in_words(served: Stack) -> None:
    answer = httpx.get(f"{served.url}/history/report.csv?day=2026-11-24&shift=Lunch")
    assert answer.status_code == 404
    assert "shift one of Early, Late, Night" in answer.json()["error"]


def test_a_shift_without_readings_says_so(page: Page, served: Stack) -> None:
    page.goto(f"{served.url}/report?day=2020-02-02&shift=Late")
    expect(page.get_by_text("There are no readings of this shift")).to_be_visible()
    assert cells(page, "Line A")[:5] == ["–", "–", "–", "–", "8.00"]
    expect(page.get_by_text("Nothing is open, shelved or noted.")).to_be_visible()


def test_a_night_of_autumn_has_nine_hours(page: Page, served: Stack) -> None:
    page.goto(f"{served.url}/report?day=2026-10-24&shift=Night")
    expect(page.locator(".report__title")).to_contain_text("22:00 – Sun 06:00 CEST/CET, 9 h")
    assert cells(page, "Line A")[:2] == ["2,700", "9.00"]
    assert cells(page, "Line B")[4] == "9.00"


def test_the_shift_that_runs_is_marked_so_far(page: Page, served: Stack) -> None:
    page.goto(f"{served.url}/report")
    expect(page.locator(".report__chip--runs")).to_contain_text("so far, until")
    expect(page.locator(".report__none", has_text="Next shift")).to_be_visible()


def test_an_address_without_a_shift_and_a_day_to_come_are_told_in_words(
    page: Page, served: Stack
) -> None:
    page.goto(f"{served.url}/report?day=2026-11-24&shift=Lunch")
    expect(page.get_by_text("There is no such shift")).to_be_visible()
    page.get_by_role("link", name="To the shift that runs now").click()
    expect(page.locator(".report__title")).to_be_visible()
    page.goto(f"{served.url}/report?day=2999-01-01&shift=Late")
    expect(page.get_by_text("This shift has not begun.")).to_be_visible()


def test_a_narrow_screen_scrolls_the_table_not_the_page(page: Page, served: Stack) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(served.url + EARLY)
    expect(page.locator(".report__table")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_eight_lines_are_printed_on_one_page_across(report: Page) -> None:
    printed = report.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert [float(width) > float(height) for width, height in boxes] == [True]
