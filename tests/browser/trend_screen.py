"""A small extruder's trends in a real browser, and what tests ask of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page

from data.extruders import JOB_STATUS_NAMES, Extruder, Limits, Signal
from tests.browser.module_page import body_of, message_of, mount, settle

START = 1_700_000_000  # 23:13:20 in Berlin
SLOTS = 300
HEAD = START + SLOTS - 1
PRESSURE, MELT, JOB = 0, 3, 4

EXTRUDER = Extruder(
    1,
    "Line 1",
    (
        Signal("Pressure", "Melt pressure", "bar", "Melt", 0, 350, 0),
        Signal("Zone1", "Zone 1", "°C", "Zones", 120, 260),
        Signal("Zone2", "Zone 2, rear", "°C", "Zones", 120, 260),
        Signal("Melt", "Melt temperature", "°C", "Melt", 160, 260),
        Signal("Job", "Job status", "", "State", 0, 2, 0, states=JOB_STATUS_NAMES),
    ),
    {0: {"Pressure": Limits(set_value=210, h=215, hh=240)}},
)


def readings(first: int, count: int) -> np.ndarray:
    """Deterministic steps of EXTRUDER's signals; pressure is 200 + step % 20."""
    step = np.arange(first, first + count)
    job = np.where(step < START + 100, 1, 2)
    return np.stack(
        [200 + step % 20, 170 + step % 3, 190 + step % 4, 210 + (step % 8) / 4, job], axis=1
    ).astype(np.float32)


def quality_of(values: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(values), 255, 0).astype(np.uint8)


@pytest.fixture(name="trends")
def trends_fixture(modules: Page) -> Page:
    mount(modules, EXTRUDER, message_of(START, readings(START, SLOTS)), slots=SLOTS)
    return modules


def receive(page: Page, first: int, count: int, values: np.ndarray | None = None) -> None:
    """Let a delta arrive, and a second of the clock pass for each of its new steps."""
    rows = readings(first, count) if values is None else values
    message = message_of(first, rows, delta=True)
    page.evaluate("(now) => { window.now = now; }", message.head_ts + 1000)
    answer = page.evaluate("(text) => receive(text)", body_of(message))
    assert answer == "applied"
    settle(page)


def plot(page: Page, group: str) -> Locator:
    return page.locator(f'.trend-card[aria-label="{group}"] .trend-plot')


def key(page: Page, name: str) -> Locator:
    return page.locator(f'[data-signal="{name}"]')


def shown_value(page: Page, name: str) -> str:
    return key(page, name).locator(".trend-key__value").inner_text()


def state(page: Page) -> str:
    return page.locator(".trend-state").inner_text()


def view(page: Page) -> dict[str, Any]:
    return page.evaluate("({ t0: trends.view.t0, t1: trends.view.t1, mode: trends.view.mode })")


def zoom(page: Page, first: int, last: int) -> None:
    page.evaluate("(range) => trends.view.zoomTo(...range)", [first * 1000, last * 1000])


def hover_at(page: Page, group: str, step: int) -> None:
    """Put the mouse on a step of a chart."""
    x = page.evaluate(
        """([group, ts]) => {
          const { chart } = trends._cards.find((card) => card.chart.group.name === group);
          const { left, right } = chart.scene;
          return left + ((ts - trends.view.t0) / trends.view.span) * (right - left);
        }""",
        [group, step * 1000],
    )
    box = plot(page, group).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + x, box["y"] + 60)
    settle(page)


def lit(page: Page, group: str, variable: str, first: int, last: int) -> int:
    """Pixels of a colour of the theme between two steps of a chart."""
    return page.evaluate(
        """([group, variable, from, to]) => {
          const { chart } = trends._cards.find((card) => card.chart.group.name === group);
          const { left, right, bottom } = chart.scene;
          const canvas = chart.host.querySelector("canvas");
          const x = (ts) => left + ((ts - trends.view.t0) / trends.view.span) * (right - left);
          const a = Math.round(x(from));
          const width = Math.max(1, Math.round(x(to)) - a);
          const { data } = canvas.getContext("2d").getImageData(a, 0, width, bottom);
          const style = getComputedStyle(document.documentElement);
          const hex = style.getPropertyValue(variable).trim();
          const rgb = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
          let count = 0;
          for (let i = 0; i < data.length; i += 4) {
            if (rgb.every((c, n) => Math.abs(c - data[i + n]) < 25)) count += 1;
          }
          return count;
        }""",
        [group, variable, first * 1000, last * 1000],
    )
