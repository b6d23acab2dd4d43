"""Watches an Extruder page at 2 Hz for a long time: DOM nodes, heap, console errors."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page

from tests.stack import ROOT, Stack, wait_until

STEP_MS = 500


@dataclass(frozen=True)
class Weight:
    """What a page weighs after a garbage collection."""

    nodes: int
    heap_mb: float


@contextmanager
def fast_plant(folder: Path) -> Iterator[Stack]:
    """A running plant of two extruders at 2 Hz."""
    stack = Stack(folder, EXTRUDERS="2", STEP_MS=str(STEP_MS))
    feeder = None
    try:
        stack.start_redis()
        command = [sys.executable, "-m", "benchmarks.fast_feed", str(STEP_MS)]
        feeder = subprocess.Popen(command, cwd=ROOT, env=stack.env, stderr=stack.log)
        database = Path(stack.settings.database_url.removeprefix("sqlite:///"))
        wait_until(database.exists, 20, "the feeder made the store")
        stack.start_worker()
        stack.start_web()
        stack.wait_ready()
        yield stack
    finally:
        if feeder:
            feeder.kill()
            feeder.wait()
        stack.stop()


def watch(
    browser: Browser,
    url: str,
    seconds: float,
    every_s: float,
    report: Callable[[Weight], None] = lambda _weight: None,
) -> tuple[list[Weight], int]:
    """Weights at the start, every `every_s`, and at the end; the number of console errors."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    errors: list[str] = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url)
    page.wait_for_selector(".gauge:not(.gauge--loading)")
    _scroll_through(page)
    page.wait_for_timeout(10_000)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    weights = [weigh(session)]
    report(weights[0])
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page.wait_for_timeout(min(every_s, max(0.1, end - time.monotonic())) * 1000)
        weights.append(weigh(session))
        report(weights[-1])
    page.close()
    return weights, len(errors)


def _scroll_through(page: Page) -> None:
    """See every chart once, so that what is drawn on first sight is there from the start."""
    for top in range(0, 3000, 400):
        page.evaluate("top => scrollTo(0, top)", top)
        page.wait_for_timeout(200)
    page.evaluate("scrollTo(0, 600)")


def weigh(session: CDPSession) -> Weight:
    """Nodes and used heap after a forced garbage collection."""
    session.send("HeapProfiler.collectGarbage")
    found = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    return Weight(int(found["Nodes"]), found["JSHeapUsedSize"] / 2**20)
