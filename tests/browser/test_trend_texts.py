"""What the live trends export, and how times and numbers are written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser.module_page import (
    kept_page_fixture,  # noqa: F401
    library_fixture,  # noqa: F401
    message_of,
    modules_fixture,  # noqa: F401
    mount,
    static_url_fixture,  # noqa: F401
)
from tests.browser.trend_screen import (
    EXTRUDER,
    SLOTS,
    START,
    quality_of,
    readings,
    trends_fixture,  # noqa: F401
)

pytestmark = pytest.mark.browser


def test_the_export_holds_what_is_shown(modules: Page, tmp_path: Path) -> None:
    values = readings(START, SLOTS)
    quality = quality_of(values)
    values[298, 2], quality[298, 2] = np.nan, 2
    message = message_of(START, values, quality)
    mount(modules, EXTRUDER, message, selection=["Pressure", "Zone2", "Job"], slots=SLOTS)
    with modules.expect_download() as download:
        modules.get_by_role("button", name="Export CSV").click()
    assert download.value.suggested_filename == "Line-1_2023-11-14T23-18-19.csv"
    text = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    lines = text.split("\r\n")
    title = '"Zone 2, rear [°C]","Zone 2, rear quality"'
    assert lines[0] == f"Time,Extruder,Melt pressure [bar],{title},Job status"
    assert lines[1] == (
        f"2023-11-14T23:13:20+01:00,Line 1,{200 + START % 20},{190 + START % 4},good,"
        "START_UP_ACTIVE"
    )
    assert lines[299].endswith(",,sensor failure,JOB_IN_PRODUCTION")
    assert len(lines) == SLOTS + 2


def test_an_export_of_a_zoomed_range_holds_that_range(trends: Page) -> None:
    text = trends.evaluate(
        """(start) => csv.toCsv(buffer, [{ slot: 3, signal: { label: 'A "b"', unit: "" } }],
          "x", "America/St_Johns", { t0: start + 1500, t1: start + 3500 })""",
        START * 1000,
    )
    rows = text.split("\r\n")
    assert rows[0] == 'Time,Extruder,"A ""b"""'
    assert [row.split(",")[0] for row in rows[1:3]] == [
        "2023-11-14T18:43:22-03:30",
        "2023-11-14T18:43:23-03:30",
    ]
    assert rows[3:] == [""]


def test_time_axis_labels_are_round_in_the_zone_and_apart(library: Page) -> None:
    texts, xs = library.evaluate(
        """() => {
          const axis = new timeAxis.TimeAxis("Asia/Kathmandu");
          const t0 = 1700000000000, span = 3600000, width = 400;
          axis.lay(t0, t0 + span, width);
          return [axis.texts, axis.times.map((t) => ((t - t0) / span) * width)];
        }"""
    )
    assert texts == ["04:00", "04:10", "04:20", "04:30", "04:40", "04:50"]
    assert min(np.diff(xs)) >= 60


@pytest.mark.parametrize(
    ("call", "text"),
    [
        ("formatNumber(-0.35, 3)", "−0.350"),
        ("formatNumber(-0.0001, 1)", "0.0"),
        ("formatNumber(NaN, 1)", "—"),
        ("formatAge(3400)", "3 s"),
        ("formatAge(125000)", "2 min 05 s"),
        ("formatAge(3720000)", "1 h 02 min"),
        ("formatSpan(900000)", "15 min"),
        ("formatTime(1700000000000, 'Asia/Kolkata')", "03:43:20"),
        ("zoneName(1700000000000, 'Europe/Berlin')", "CET"),
        ("formatState(2, { 2: 'JOB_IN_PRODUCTION' })", "Job in production"),
        ("formatState(9, {})", "code 9"),
    ],
)
def test_texts_are_formatted(library: Page, call: str, text: str) -> None:
    assert library.evaluate(f"format.{call}") == text
