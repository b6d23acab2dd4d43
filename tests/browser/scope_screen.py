"""The Scope for tests: what it shows, and the pixels of its lines."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import httpx
from playwright.sync_api import Locator, Page, expect

from data.window_codec import WindowMessage, decode
from tests.stack import Stack

PRESSURE = "MeltPressureZone_001.Pressure.ActualValue"
TEMPERATURE = "MeltTemperatureZone_001.Temperature.ActualValue"
LOAD = "MainDrive.Load.ActualValue"
OIL = "Gearbox.OilTemperature.ActualValue"


def open_scope(page: Page, plant: Stack, query: str = "") -> None:
    page.goto(f"{plant.url}/scope{query}")
    expect(page.locator(".scope-count")).to_have_text(re.compile("lines? ×"))
    expect(page.locator(".scope-note")).to_be_hidden()


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query, keep_blank_values=True)


def group(page: Page, signal: str) -> Locator:
    return page.locator(f'.scope-group[data-signal="{signal}"]')


def names(page: Page) -> list[str]:
    return page.locator(".scope-key__name").all_text_contents()


def values(page: Page, signal: str) -> dict[str, float]:
    """Values of the table by extruder."""
    rows = group(page, signal).locator(".scope-row")
    shown = rows.locator(".scope-key__name").all_text_contents()
    texts = rows.locator(".scope-key__value").all_text_contents()
    return {name: float(text.replace("−", "-")) for name, text in zip(shown, texts, strict=True)}


def hover(page: Page, x_share: float, y_share: float = 0.5) -> None:
    box = page.locator(".scope-plot").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * x_share, box["y"] + box["height"] * y_share)


def window(plant: Stack, kind: str, signal: str) -> WindowMessage:
    return decode(httpx.get(f"{plant.url}/lines/{kind}", params={"signal": signal}).content)


def settled(page: Page) -> int:
    """Pixels that lines cover once they no longer change: a new view is laid out over some frames,
    on a busy machine over many."""
    before, now, tries = -1, lit(page), 0
    while now != before:
        assert (tries := tries + 1) < 40, "the picture never stands still"
        page.wait_for_timeout(200)
        before, now = now, lit(page)
    return now


def lit(page: Page, left: float = 0.0, right: float = 1.0) -> int:
    """Pixels that lines cover between two shares of the width.

    A WebGL canvas can be read only in the frame that drew it: a touched theme draws again.
    """
    return page.evaluate(
        """async ([left, right]) => {
          const { documentElement: html } = document;
          html.dataset.theme = html.dataset.theme;
          await Promise.resolve();
          await new Promise((done) => requestAnimationFrame(done));
          const source = document.querySelector(".scope-lines");
          const copy = document.createElement("canvas");
          copy.width = source.width;
          copy.height = source.height;
          const ctx = copy.getContext("2d");
          ctx.drawImage(source, 0, 0);
          const from = Math.round(copy.width * left);
          const width = Math.round(copy.width * right) - from;
          const { data } = ctx.getImageData(from, 0, width, copy.height);
          let count = 0;
          for (let i = 3; i < data.length; i += 4) if (data[i] > 60) count += 1;
          return count;
        }""",
        [left, right],
    )
