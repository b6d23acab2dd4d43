"""Trends with lines drawn by the GPU look like the 2D canvas, also when it is taken away."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.browser.module_page import (
    body_of,
    message_of,
    mount,
    settle,
    static_url_fixture,  # noqa: F401
)
from tests.browser.trend_screen import (
    EXTRUDER,
    HEAD,
    PRESSURE,
    SLOTS,
    START,
    key,
    lit,
    quality_of,
    readings,
    receive,
    zoom,
)
from tests.browser.waiting import until
from tests.stack import wait_until

pytestmark = pytest.mark.browser

# Keeps the contexts that are asked for, so that tests can take them away.
WATCH = """
const ask = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, options) {
  const context = ask.call(this, kind, options);
  if (kind === "webgl2" && context) (window.contexts ??= []).push(context);
  return context;
};
window.loser = () => (window.extension ??= contexts.at(-1).getExtension("WEBGL_lose_context"));
"""

# Rows from the top that have a colour of the theme, by column of pixels of a chart.
ROWS = """([group, variable, tolerance]) => {
  const { chart } = trends._cards.find((card) => card.chart.group.name === group);
  const { left, right, bottom } = chart.scene;
  const canvas = chart.host.querySelector("canvas");
  const width = Math.floor(right - left);
  const { data } = canvas.getContext("2d").getImageData(left, 0, width, bottom);
  const hex = getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
  const rgb = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return Array.from({ length: width }, (_, x) => {
    const rows = [];
    for (let y = 0; y < bottom; y += 1) {
      const at = (y * width + x) * 4;
      if (rgb.every((c, n) => Math.abs(c - data[at + n]) < tolerance)) rows.push(y);
    }
    return rows;
  });
}"""


def open_page(page: Page, static_url: str, renderer: str) -> None:
    page.add_init_script(WATCH)
    page.goto(f"{static_url}/blank?renderer={renderer}".removesuffix("?renderer="))
    until(page, "window.ready")


def show(page: Page, values: np.ndarray, quality: np.ndarray | None = None) -> None:
    marks = quality_of(values) if quality is None else quality
    mount(page, EXTRUDER, message_of(START, values, marks), slots=len(values))


def renderer(page: Page) -> str | None:
    return page.locator(".trends").get_attribute("data-renderer")


def rows(page: Page, group: str, variable: str, tolerance: int = 60) -> list[list[int]]:
    return page.evaluate(ROWS, [group, variable, tolerance])


def picture(page: Page, group: str, variable: str) -> tuple[list[list[int]], list[list[int]]]:
    """Rows that surely have a colour, and those that may: edges are smoothed in two ways."""
    return rows(page, group, variable, 40), rows(page, group, variable, 110)


@pytest.fixture(name="trends")
def trends_fixture(page: Page, static_url: str) -> Page:
    open_page(page, static_url, "gl")
    show(page, readings(START, SLOTS))
    assert renderer(page) == "gl"
    return page


def test_lines_are_drawn_in_their_colours(trends: Page) -> None:
    assert lit(trends, "Melt", "--series-1", START, HEAD) > 200
    assert lit(trends, "Melt", "--series-2", START, HEAD) > 200
    assert lit(trends, "Zones", "--series-2", START, HEAD) > 200


def test_all_charts_share_one_context(trends: Page) -> None:
    assert trends.locator(".trend-card").count() > 1
    assert trends.evaluate("contexts.length") == 1


def test_a_software_gpu_gives_way_to_the_canvas(page: Page, static_url: str) -> None:
    open_page(page, static_url, "")
    show(page, readings(START, SLOTS))
    assert renderer(page) == "canvas"
    assert lit(page, "Melt", "--series-1", START, HEAD) > 200


def test_the_address_can_ask_for_the_canvas(page: Page, static_url: str) -> None:
    open_page(page, static_url, "canvas")
    show(page, readings(START, SLOTS))
    assert renderer(page) == "canvas"
    assert page.evaluate("window.contexts") is None


def scene_with_everything() -> tuple[np.ndarray, np.ndarray]:
    """Ramps, a spike, a gap and bad quality."""
    values = readings(START, SLOTS)
    values[:, PRESSURE] = 200 + np.arange(SLOTS) / 10
    values[200, PRESSURE] = 260
    values[80:100, PRESSURE] = np.nan
    quality = quality_of(values)
    quality[140:160, PRESSURE] = 2
    return values, quality


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    ("group", "variable"),
    [("Melt", "--series-1"), ("Zones", "--series-1"), ("Melt", "--bad"), ("Zones", "--series-2")],
)
def test_both_renderers_draw_the_same_picture(
    page: Page, static_url: str, width: int, group: str, variable: str
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    pictures = []
    for kind in ("canvas", "gl"):
        open_page(page, static_url, kind)
        show(page, *scene_with_everything())
        pictures.append(picture(page, group, variable))
    assert sum(map(bool, pictures[0][0])) > 15
    assert_alike(*pictures)


def assert_alike(
    canvas: tuple[list[list[int]], list[list[int]]], gl: tuple[list[list[int]], list[list[int]]]
) -> None:
    """What one surely draws, the other draws within 2 px."""
    assert len(canvas[0]) == len(gl[0])
    for sure, other in ((canvas[0], gl[1]), (gl[0], canvas[1])):
        lost = [
            (x, y)
            for x, column in enumerate(sure)
            for y in column
            if not any(abs(y - at) <= 2 for near in other[max(0, x - 2) : x + 3] for at in near)
        ]
        assert not lost


def test_new_and_corrected_readings_are_drawn(trends: Page) -> None:
    values = readings(HEAD - 4, 6)
    values[0, PRESSURE] = 300
    receive(trends, HEAD - 4, 6, values)
    spike = lit(trends, "Melt", "--series-1", HEAD - 6, HEAD - 2)
    receive(trends, HEAD - 4, 7)
    left = lambda: lit(trends, "Melt", "--series-1", HEAD - 6, HEAD - 2)  # noqa: E731
    wait_until(lambda: left() < spike / 2, 5, "the correction is drawn")


def test_a_snapshot_of_another_time_replaces_everything(trends: Page) -> None:
    earlier = START - 10_000
    message = message_of(earlier, readings(earlier, SLOTS), revision=7)
    trends.evaluate("(now) => { window.now = now; }", message.head_ts + 1000)
    trends.evaluate("(text) => receive(text)", body_of(message))
    settle(trends)
    assert lit(trends, "Melt", "--series-1", earlier, earlier + SLOTS) > 200


def test_pointing_at_a_legend_entry_brings_out_its_line_only(trends: Page) -> None:
    zones = lit(trends, "Zones", "--series-1", START, HEAD)
    key(trends, "Zone2").hover()
    settle(trends)
    assert lit(trends, "Zones", "--series-1", START, HEAD) < zones / 2
    assert lit(trends, "Zones", "--series-2", START, HEAD) > 200
    before = lit(trends, "Melt", "--series-2", START, HEAD)
    key(trends, "Pressure").hover()
    settle(trends)
    assert lit(trends, "Melt", "--series-2", START, HEAD) == before


def test_a_hidden_line_is_not_drawn(trends: Page) -> None:
    key(trends, "Zone1").click()
    settle(trends)
    assert lit(trends, "Zones", "--series-1", START, HEAD) == 0


def test_the_dark_theme_recolours_lines(trends: Page) -> None:
    trends.evaluate("document.documentElement.dataset.theme = 'dark'")
    settle(trends)
    assert lit(trends, "Melt", "--series-1", START, HEAD) > 200


def test_a_zoomed_range_fills_the_chart(trends: Page) -> None:
    zoom(trends, START + 100, START + 120)
    settle(trends)
    columns = rows(trends, "Melt", "--series-2", 110)
    assert sum(map(bool, columns)) > 0.9 * len(columns)


def lose(page: Page) -> None:
    page.evaluate("loser().loseContext()")
    until(page, "contexts[0].isContextLost()")
    settle(page)


def test_lines_are_drawn_by_canvas_while_the_context_is_lost_and_by_gl_after(trends: Page) -> None:
    before = picture(trends, "Melt", "--series-1")
    lose(trends)
    assert renderer(trends) == "gl"
    assert_alike(picture(trends, "Melt", "--series-1"), before)
    trends.evaluate("loser().restoreContext()")
    until(trends, "!contexts[0].isContextLost()")
    settle(trends)
    assert renderer(trends) == "gl"
    assert picture(trends, "Melt", "--series-1") == before


def test_a_context_that_never_comes_back_is_given_up_without_a_reload(trends: Page) -> None:
    before = picture(trends, "Melt", "--series-1")
    lose(trends)
    trends.wait_for_selector('.trends[data-renderer="canvas"]')
    settle(trends)
    assert_alike(picture(trends, "Melt", "--series-1"), before)
    receive(trends, HEAD + 1, 2)
    assert lit(trends, "Melt", "--series-1", HEAD - 30, HEAD) > 20
    assert trends.locator(".trend-plot canvas").count() == 2 * trends.locator(".trend-plot").count()
