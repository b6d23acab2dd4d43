"""How long until a page shows what it is for, and how much it weighs, on a warm server.

Meaningful: its live values or its table are drawn. The baseline of the same run is `/healthz`, a
plain text: what the machine and the browser need for any page at all.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.conftest import CHROMIUM_ARGS, TOUR_SEEN, chromium_path
from tests.browser.plants import history_plant
from tests.browser.test_every_page import PAGES
from tests.browser.waiting import until

TIMES = 5
#: Checked before each frame: the time of the frame in which the element is there.
_WATCH = """(() => {
  const look = () => {
    if (document.querySelector(SELECTOR)) window.meaningful = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""
_FIRST = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


def _visit(context: BrowserContext, url: str, selector: str) -> tuple[float, float, int, int]:
    """First paint and meaningful paint in s, bytes on the wire, number of answers."""
    page = context.new_page()
    page.add_init_script(_WATCH.replace("SELECTOR", repr(selector)))
    weights = _weights(context, page)
    page.goto(url)
    until(page, "window.meaningful > 0")
    page.wait_for_timeout(300)
    first, meaningful = page.evaluate(_FIRST) / 1000, page.evaluate("window.meaningful") / 1000
    page.close()
    return first, meaningful, sum(weights), len(weights)


def _weights(context: BrowserContext, page: Any) -> list[int]:
    found: list[int] = []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: found.append(event["encodedDataLength"]))
    return found


def _measure(browser: Browser, url: str, selector: str) -> tuple[list[Any], list[Any]]:
    """Visits with an empty cache, and as often again with a full one."""
    cold, warm = [], []
    for _ in range(TIMES):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.add_init_script(TOUR_SEEN)
        cold.append(_visit(context, url, selector))
        warm.append(_visit(context, url, selector))
        context.close()
    return cold, warm


def _line(name: str, cold: list[Any], warm: list[Any], base: float) -> str:
    first, meaningful, weight, answers = (statistics.median(x) for x in zip(*cold, strict=True))
    again = statistics.median(visit[1] for visit in warm)
    worst = max(visit[1] for visit in cold)
    weight_again = statistics.median(visit[2] for visit in warm)
    cells = (
        name,
        f"{first:.2f} s",
        f"{meaningful:.2f} s (worst {worst:.2f}, {meaningful / base:.1f}×)",
        f"{again:.2f} s",
        f"{weight / 1000:.0f} kB in {answers:.0f}",
        f"{weight_again / 1000:.0f} kB",
    )
    return f"| {' | '.join(cells)} |"


def run() -> None:
    """One line per page: paint and weight with an empty cache, paint and weight of a reload."""
    with (
        tempfile.TemporaryDirectory() as folder,
        history_plant(Path(folder), days=2, extruders=8) as stack,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGS)
        plain, _ = _measure(browser, f"{stack.url}/healthz", "body")
        base = statistics.median(visit[1] for visit in plain)
        print(f"baseline /healthz: {base:.2f} s")
        print("| page | first paint | meaningful | again | weight | again |\n|" + "---|" * 6)
        for path, selector in PAGES.items():
            print(_line(path, *_measure(browser, stack.url + path, selector), base), flush=True)
        browser.close()
