"""The live trends: what is drawn, said and reported."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser.module_page import (
    message_of,
    modules_fixture,  # noqa: F401
    mount,
    settle,
    static_url_fixture,  # noqa: F401
)
from tests.browser.trend_screen import (
    EXTRUDER,
    HEAD,
    MELT,
    PRESSURE,
    SLOTS,
    START,
    hover_at,
    key,
    lit,
    plot,
    quality_of,
    readings,
    receive,
    shown_value,
    trends_fixture,  # noqa: F401
)

pytestmark = pytest.mark.browser


def test_lines_are_drawn_in_their_colours(trends: Page) -> None:
    assert lit(trends, "Melt", "--series-1", START, HEAD) > 200
    assert lit(trends, "Melt", "--series-2", START, HEAD) > 200
    assert lit(trends, "Zones", "--series-2", START, HEAD) > 200


def test_the_legend_says_the_newest_readings(trends: Page) -> None:
    assert shown_value(trends, "Pressure") == f"{200 + HEAD % 20}"
    assert shown_value(trends, "Melt") == f"{210 + HEAD % 8 / 4:.1f}"
    assert shown_value(trends, "Job") == "Job in production"
    receive(trends, HEAD, 2)
    assert shown_value(trends, "Pressure") == f"{200 + (HEAD + 1) % 20}"


def test_a_signal_past_its_limit_says_so_with_a_sign_and_a_word(trends: Page) -> None:
    values = readings(HEAD + 1, 1)
    values[0, PRESSURE] = 216
    receive(trends, HEAD + 1, 1, values)
    assert key(trends, "Pressure").locator(".trend-key__note").inner_text() == "▲ H"
    trends.evaluate("trends.setLimits({})")
    settle(trends)
    assert key(trends, "Pressure").locator(".trend-key__note").text_content() == ""


def test_a_gap_is_drawn_as_a_gap(modules: Page) -> None:
    values = readings(START, SLOTS)
    values[100:140, PRESSURE] = np.nan
    mount(modules, EXTRUDER, message_of(START, values, quality_of(values)), slots=SLOTS)
    assert lit(modules, "Melt", "--series-1", START + 102, START + 138) == 0
    assert lit(modules, "Melt", "--series-1", START + 60, START + 98) > 30
    assert lit(modules, "Melt", "--series-2", START + 102, START + 138) > 30


def test_bad_quality_is_a_gap_with_a_mark_although_there_is_a_number(modules: Page) -> None:
    values = readings(START, SLOTS)
    quality = quality_of(values)
    quality[100:140, PRESSURE] = 2
    mount(modules, EXTRUDER, message_of(START, values, quality), slots=SLOTS)
    assert lit(modules, "Melt", "--series-1", START + 102, START + 138) == 0
    assert lit(modules, "Melt", "--bad", START + 102, START + 138) > 30
    assert lit(modules, "Melt", "--bad", START + 150, START + 200) == 0


def test_a_gap_narrower_than_a_pixel_is_not_bridged(modules: Page) -> None:
    modules.set_viewport_size({"width": 390, "height": 844})
    values = np.full((900, 5), 200, np.float32)
    values[451, PRESSURE] = np.nan
    mount(modules, EXTRUDER, message_of(START, values, quality_of(values)))
    columns = [
        lit(modules, "Melt", "--series-1", START + s, START + s + 3) for s in range(430, 476)
    ]
    assert min(columns) == 0
    assert max(columns) > 0


def test_the_crosshair_says_the_data_of_its_step_on_every_chart(trends: Page) -> None:
    step = START + 150
    hover_at(trends, "Zones", step)
    at = round(trends.evaluate("trends.view.crosshair") / 1000)
    assert abs(at - step) <= 1
    assert shown_value(trends, "Pressure") == f"{200 + at % 20}"
    assert shown_value(trends, "Zone2") == f"{190 + at % 4:.1f}"
    assert "Values at 23:15:" in trends.locator(".trend-at").inner_text()


def test_the_crosshair_says_why_there_is_no_value(modules: Page) -> None:
    values = readings(START, SLOTS)
    quality = quality_of(values)
    values[100:140, PRESSURE], quality[100:140, PRESSURE] = np.nan, 3
    values[100:140, MELT], quality[100:140, MELT] = np.nan, 255
    mount(modules, EXTRUDER, message_of(START, values, quality), slots=SLOTS)
    hover_at(modules, "Melt", START + 120)
    assert shown_value(modules, "Pressure") == "—"
    assert "no communication" in key(modules, "Pressure").inner_text()
    assert "no reading" in key(modules, "Melt").inner_text()


def test_leaving_the_chart_brings_the_newest_readings_back(trends: Page) -> None:
    hover_at(trends, "Melt", START + 150)
    trends.mouse.move(5, 5)
    settle(trends)
    assert shown_value(trends, "Pressure") == f"{200 + HEAD % 20}"
    assert trends.locator(".trend-at").text_content() == ""


def test_hiding_a_line_reports_the_selection(trends: Page) -> None:
    key(trends, "Zone1").click()
    settle(trends)
    assert trends.evaluate("selections") == [["Pressure", "Melt", "Zone2", "Job"]]
    assert key(trends, "Zone1").get_attribute("aria-pressed") == "false"
    assert lit(trends, "Zones", "--series-1", START, HEAD) == 0
    trends.get_by_role("button", name="Show all").click()
    settle(trends)
    assert len(trends.evaluate("selections.at(-1)")) == 5
    assert lit(trends, "Zones", "--series-1", START, HEAD) > 200


def test_a_double_click_on_the_legend_shows_a_line_alone(trends: Page) -> None:
    key(trends, "Zone2").dblclick()
    assert "Zone1" not in trends.evaluate("selections.at(-1)")
    assert "Zone2" in trends.evaluate("selections.at(-1)")
    key(trends, "Zone2").click(modifiers=["Alt"])
    assert "Zone1" in trends.evaluate("selections.at(-1)")


def test_a_selection_is_what_is_shown_at_first(modules: Page) -> None:
    message = message_of(START, readings(START, SLOTS))
    mount(modules, EXTRUDER, message, selection=["Zone2"], slots=SLOTS)
    assert key(modules, "Zone2").get_attribute("aria-pressed") == "true"
    assert key(modules, "Zone1").get_attribute("aria-pressed") == "false"
    assert modules.locator(".trend-none:visible").count() == 2


def test_pointing_at_a_legend_entry_brings_out_its_line(trends: Page) -> None:
    before = lit(trends, "Zones", "--series-1", START, HEAD)
    key(trends, "Zone2").hover()
    settle(trends)
    assert lit(trends, "Zones", "--series-1", START, HEAD) < before / 2


def test_the_dark_theme_recolours_the_canvas(trends: Page) -> None:
    trends.evaluate("document.documentElement.dataset.theme = 'dark'")
    settle(trends)
    assert lit(trends, "Melt", "--series-1", START, HEAD) > 200
    assert lit(trends, "Melt", "--raised", START, HEAD) > 1000


@pytest.mark.parametrize("width", [320, 390, 1280, 1920])
def test_nothing_is_wider_than_the_screen(trends: Page, width: int) -> None:
    trends.set_viewport_size({"width": width, "height": 844})
    settle(trends)
    assert trends.evaluate("document.documentElement.scrollWidth <= innerWidth")
    boxes = trends.locator(".trend-plot, .trend-legend, .trend-key").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().right)"
    )
    assert max(boxes) <= width


def test_two_charts_stand_side_by_side_on_a_wide_screen(trends: Page) -> None:
    def tops() -> set[float]:
        boxes = [plot(trends, group).bounding_box() for group in ("Melt", "Zones")]
        return {box["y"] for box in boxes if box}

    trends.set_viewport_size({"width": 1920, "height": 1080})
    assert len(tops()) == 1
    trends.set_viewport_size({"width": 390, "height": 844})
    assert len(tops()) == 2


def test_a_state_signal_is_a_strip_of_named_bands(trends: Page) -> None:
    ink = lit(trends, "State", "--ink", START + 2, START + 98)
    assert ink > 20
    assert shown_value(trends, "Job") == "Job in production"


def test_a_value_axis_stays_put_while_it_fits(trends: Page) -> None:
    ranges = (
        "trends._cards.flatMap((c) => c.chart.scene.lanes.map((l) => [l.range.low, l.range.high]))"
    )
    before = trends.evaluate(ranges)
    for newest in range(HEAD + 1, HEAD + 6):
        receive(trends, newest, 1)
    assert trends.evaluate(ranges) == before
    high = readings(HEAD + 6, 1)
    high[0, PRESSURE] = 300
    receive(trends, HEAD + 6, 1, high)
    assert trends.evaluate(ranges)[0][1] >= 300


def test_a_plot_is_described_to_screen_readers(trends: Page) -> None:
    label = plot(trends, "Melt").get_attribute("aria-label") or ""
    assert "Melt pressure, Melt temperature over 5 min" in label
    assert plot(trends, "Melt").get_attribute("tabindex") == "0"


def test_destroying_leaves_nothing_behind(trends: Page) -> None:
    trends.evaluate("trends.destroy()")
    assert trends.locator("#trends").inner_html() == ""
    trends.evaluate("document.documentElement.dataset.theme = 'dark'")
    settle(trends)
