"""Lines by the GPU (a software one here): lit pixels lie where readings are, whatever happens."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.module_page import static_url_fixture  # noqa: F401

pytestmark = pytest.mark.browser

START = 1_700_000_000
HEIGHT = 100

SETUP = """async ([lines, slots, width, height]) => {
  const { GlLines } = await import("/assets/live/gl_lines.mjs");
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  document.body.replaceChildren(canvas);
  const gl = GlLines.create(canvas, { lines, slots, allowSoftware: true });
  for (let i = 0; i < lines; i += 1) gl.setColor(i, [i === 0 ? 1 : 0, i === 1 ? 1 : 0, 1, 1]);
  const context = canvas.getContext("webgl2");
  window.gl = gl;
  window.loser = context.getExtension("WEBGL_lose_context");
  // Rows from the top that are lit in each column, by one channel of the pixels.
  window.columns = (channel = 2) => {
    const pixels = new Uint8Array(width * height * 4);
    context.readPixels(0, 0, width, height, context.RGBA, context.UNSIGNED_BYTE, pixels);
    return Array.from({ length: width }, (_, x) => {
      const rows = [];
      for (let y = 0; y < height; y += 1) {
        if (pixels[((height - 1 - y) * width + x) * 4 + channel] > 100) rows.push(y);
      }
      return rows;
    });
  };
  window.show = (first, last, more = {}) => {
    gl.begin([0, 0, 0, 1]);
    const all = Array.from({ length: lines }, (_, i) => i);
    gl.draw({ x: 0, y: 0, width, height, firstStep: first, lastStep: last, headStep: last,
      oldestStep: first, lines: all, ranges: all.flatMap(() => [0, 100]), ...more });
    return columns(more.channel);
  };
}"""


@pytest.fixture(name="sheet")
def sheet_fixture(page: Page, static_url: str) -> Page:
    page.goto(f"{static_url}/blank")
    return page


def make(page: Page, lines: int = 1, slots: int = 300, width: int = 300) -> None:
    page.evaluate(SETUP, [lines, slots, width, HEIGHT])


def write(page: Page, step: int, values: list[float | None], line: int = 0) -> None:
    page.evaluate(
        "([line, step, values]) => gl.write(line, step, values.map((v) => v ?? NaN))",
        [line, step, values],
    )


def show(page: Page, first: float, last: float, **more: Any) -> list[list[int]]:
    """Rows lit in each column when steps from `first` to `last` fill the canvas."""
    return page.evaluate("([first, last, more]) => show(first, last, more)", [first, last, more])


def middle(rows: list[int]) -> float:
    return (rows[0] + rows[-1]) / 2


def test_a_line_is_lit_where_its_values_are(sheet: Page) -> None:
    make(sheet)
    write(sheet, START, [25.0] * 150 + [75.0] * 150)
    columns = show(sheet, START, START + 299)
    assert all(columns[2:-2])
    assert middle(columns[70]) == pytest.approx(74.5, abs=1)
    assert middle(columns[220]) == pytest.approx(24.5, abs=1)
    assert len(columns[149]) + len(columns[150]) > 45


def test_lines_are_as_wide_as_asked_for(sheet: Page) -> None:
    make(sheet)
    write(sheet, START, [50.0] * 300)
    assert len(show(sheet, START, START + 299, widthPx=9)[150]) in (9, 10)
    assert 1 <= len(show(sheet, START, START + 299)[150]) <= 2


def test_steps_without_a_number_are_dark(sheet: Page) -> None:
    make(sheet)
    write(sheet, START, [50.0] * 100 + [None] * 50 + [50.0] * 150)
    columns = show(sheet, START, START + 299)
    assert not any(columns[103:148])
    assert all(columns[153:290])


def test_steps_left_out_are_dark_although_their_places_held_older_ones(sheet: Page) -> None:
    make(sheet)
    write(sheet, START, [50.0] * 300)
    write(sheet, START + 350, [50.0] * 10)
    columns = show(sheet, START + 60, START + 359)
    assert not any(columns[243:287])
    assert all(columns[3:237])
    assert all(columns[292:297])


def test_a_reading_between_gaps_is_a_short_dash(sheet: Page) -> None:
    make(sheet)
    write(sheet, START, [None] * 10 + [50.0] + [None] * 19)
    columns = show(sheet, START, START + 29)
    assert sum(1 for rows in columns if rows) in range(2, 6)


@pytest.mark.parametrize("step", [0, 1, 4_499, 4_500, 8_998, 8_999])
def test_a_spike_among_nine_thousand_points_never_vanishes(sheet: Page, step: int) -> None:
    make(sheet, slots=9_000)
    values: list[float | None] = [10.0] * 9_000
    values[step] = 90.0
    write(sheet, START, values)
    columns = show(sheet, START, START + 8_999)
    top = min(min(rows, default=HEIGHT) for rows in columns)
    assert top <= 11
    tall = [x for x, rows in enumerate(columns) if rows and rows[0] < 50]
    assert all(abs(x - step / 30) < 4 for x in tall)
    assert tall


def test_a_gap_narrower_than_a_pixel_is_not_bridged(sheet: Page) -> None:
    make(sheet, slots=9_000)
    values: list[float | None] = [20.0] * 4_512 + [80.0] * 4_488
    write(sheet, START, values)
    assert max(len(rows) for rows in show(sheet, START, START + 8_999)) > 50
    values[4_511] = None
    write(sheet, START, values)
    assert max(len(rows) for rows in show(sheet, START, START + 8_999)) < 5


def test_a_correction_of_an_older_step_is_drawn(sheet: Page) -> None:
    make(sheet, slots=9_000)
    write(sheet, START, [10.0] * 9_000)
    assert min(show(sheet, START, START + 8_999)[100]) > 80
    write(sheet, START + 3_000, [90.0])
    assert min(min(rows) for rows in show(sheet, START, START + 8_999)[98:103]) < 12
    assert min(show(sheet, START + 2_990, START + 3_010)[150]) < 12
    write(sheet, START + 3_000, [10.0])
    assert min(min(rows) for rows in show(sheet, START, START + 8_999)[98:103]) > 80


@pytest.mark.parametrize("slots", [300, 901, 9_000])
def test_the_ring_wraps_without_a_seam(sheet: Page, slots: int) -> None:
    make(sheet, slots=slots)
    write(sheet, START, [20.0] * slots)
    added = slots // 2 + 7
    for step in range(START + slots, START + slots + added, 50):
        count = min(50, START + slots + added - step)
        write(sheet, step, [80.0] * count)
        show(sheet, step + count - slots, step + count - 1)
    columns = show(sheet, START + added, START + added + slots - 1)
    edge = round((slots - added) / slots * 300)
    assert all(middle(rows) == pytest.approx(79.5, abs=1) for rows in columns[3 : edge - 4])
    assert all(middle(rows) == pytest.approx(19.5, abs=1) for rows in columns[edge + 4 : -4])


def test_a_fraction_of_a_step_moves_the_line_by_a_fraction_of_a_step(sheet: Page) -> None:
    make(sheet)
    write(sheet, START, [20.0] * 50 + [80.0] * 50)

    def edge(first: float) -> int:
        columns = show(sheet, first, first + 30, headStep=START + 99, oldestStep=START)
        return next(x for x, rows in enumerate(columns) if rows and rows[0] < 50)

    assert edge(START + 40) - edge(START + 40.5) == pytest.approx(5, abs=1)


def test_nothing_is_drawn_outside_the_rectangle(sheet: Page) -> None:
    make(sheet)
    write(sheet, START, [float(n % 100) for n in range(300)])
    columns = show(sheet, START + 50, START + 250, x=100, y=20, width=100, height=40)
    assert not any(columns[:100]) and not any(columns[200:])
    lit = [row for rows in columns for row in rows]
    assert min(lit) >= 20 and max(lit) < 60


def test_each_line_has_its_own_colour_and_range(sheet: Page) -> None:
    make(sheet, lines=3)
    for line, value in enumerate([10.0, 500.0, 90.0]):
        write(sheet, START, [value] * 300, line)
    ranges = [0, 100, 0, 1000, 0, 100]
    red = show(sheet, START, START + 299, ranges=ranges, channel=0)
    green = show(sheet, START, START + 299, ranges=ranges, channel=1)
    assert middle(red[150]) == pytest.approx(89.5, abs=1)
    assert middle(green[150]) == pytest.approx(49.5, abs=1)
    only = show(sheet, START, START + 299, lines=[1], ranges=[0, 1000], channel=0)
    assert not any(only)


def test_many_lines_of_many_points_fill_more_than_one_column_of_the_texture(sheet: Page) -> None:
    make(sheet, lines=40, slots=9_000)
    sheet.evaluate(
        """(start) => {
          for (let i = 0; i < 40; i += 1) gl.write(i, start, new Float32Array(9000).fill(2.5 * i));
        }""",
        START,
    )
    rows = show(sheet, START, START + 8_999)[150]
    assert len(rows) >= 40
    assert min(rows) < 5 and max(rows) > 96


def test_lines_are_back_after_the_context_was_lost(sheet: Page) -> None:
    make(sheet)
    write(sheet, START, [25.0] * 300)
    before = show(sheet, START, START + 299)
    sheet.evaluate(
        """async () => {
          window.told = [];
          const lost = new Promise((done) => (gl.onLost = () => done(told.push("lost"))));
          loser.loseContext();
          await lost;
        }"""
    )
    assert sheet.evaluate("gl.lost")
    write(sheet, START + 200, [75.0] * 100)
    sheet.evaluate("(s) => { gl.begin(); }", START)
    sheet.evaluate(
        """async () => {
          const back = new Promise((done) => (gl.onRestored = () => done(told.push("back"))));
          loser.restoreContext();
          await back;
        }"""
    )
    assert sheet.evaluate("told") == ["lost", "back"]
    after = show(sheet, START, START + 299)
    assert after[:195] == before[:195]
    assert middle(after[250]) == pytest.approx(24.5, abs=1)


def test_a_software_gpu_is_refused_unless_allowed(sheet: Page) -> None:
    refused = sheet.evaluate(
        """async () => {
          const { GlLines } = await import("/assets/live/gl_lines.mjs");
          return GlLines.create(document.createElement("canvas"), { lines: 1, slots: 10 });
        }"""
    )
    assert refused is None


def test_a_forgotten_ring_takes_steps_of_any_time(sheet: Page) -> None:
    make(sheet)
    write(sheet, START, [50.0] * 300)
    write(sheet, START - 5_000, [50.0] * 300)
    assert not any(show(sheet, START - 5_000, START - 4_701))
    sheet.evaluate("gl.reset()")
    write(sheet, START - 5_000, [50.0] * 300)
    assert all(show(sheet, START - 5_000, START - 4_701)[2:-2])
