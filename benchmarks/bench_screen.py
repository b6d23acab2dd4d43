"""From a reading's time stamp to the screen, measured in the page, at 1 Hz with push and without.

The baseline of the same run is the same page with its event stream blocked, so that it polls.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import CHROMIUM_ARGS, chromium_path
from tests.browser.plants import live_plant

SECONDS = 60
#: The frame after the one in which the figures changed: then they are on the screen.
_OBSERVE = """() => {
    const root = document.querySelector('#extruder-root');
    window.latencies = [];
    new MutationObserver(() => {
        const head = Number(root.dataset.mwHead);
        if (head === window.seen) return;
        window.seen = head;
        requestAnimationFrame(() => requestAnimationFrame(() =>
            window.latencies.push(Date.now() - head)));
    }).observe(root, {attributes: true, attributeFilter: ['data-mw-head']});
}"""


def _latencies(browser: Browser, url: str, push: bool) -> list[float]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    if not push:
        page.route("**/events", lambda route: route.abort())
    page.goto(url)
    page.wait_for_selector(".gauge:not(.gauge--loading)")
    page.wait_for_timeout(3000)
    page.evaluate(_OBSERVE)
    page.wait_for_timeout(SECONDS * 1000)
    found: list[float] = page.evaluate("window.latencies")
    page.close()
    return found


def run() -> None:
    """Percentiles with push, with polling, and their ratio."""
    p95 = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        live_plant(Path(folder)) as stack,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGS)
        for name, push in (("push", True), ("polling", False)):
            found = _latencies(browser, f"{stack.url}/extruder/1", push)
            p50, p95[name] = np.percentile(found, [50, 95]) / 1000
            print(f"{name}: p50 {p50:.2f} s, p95 {p95[name]:.2f} s, {len(found)} readings")
        browser.close()
    print(f"ratio of p95 {p95['polling'] / p95['push']:.1f}×")
