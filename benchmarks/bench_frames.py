"""Live trend: JS per frame and frame interval against npm peers, and the Extruder page's share.

Each frame brings a new reading for every line and scrolls: 60 times the data that a plant sends.
JS is timed with GL draw calls left out, uploads kept, since a software GPU holds up what follows;
the interval is timed with all of them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.browser.conftest import CHROMIUM_ARGS, chromium_path
from tests.browser.plants import live_plant

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benchmarks" / "frames"
SIZES = [(lines, points) for points in (900, 9_000) for lines in (8, 32, 100, 200)]
NAMES = {
    "glLines": "ours, lines by GL",
    "webglPlot": "webgl-plot",
    "chartGl": "ours, chart by GL",
    "chartCanvas": "ours, chart by canvas",
    "uplot": "uPlot",
    "plotly": "Plotly scattergl",
}
BASELINE = "webglPlot"
JS_ROUNDS = 2
JS = {"frames": 50, "seconds": 1.2, "stubbed": True}
INTERVAL = {"frames": 20, "seconds": 1.0, "stubbed": False}
PAGE_SECONDS = 20
CAP_SECONDS = 240
GIVE_UP_MS = 8_000
START = "(run) => { window.result = null; measure(run).then((it) => { window.result = it; }); }"


class _Handler(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        # An isolated page gets a clock of 5 µs instead of 100.
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def _server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(ROOT)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/benchmarks/frames/index.html"
    server.shutdown()
    server.server_close()


class _Lab:
    """One page that contestants use in turn; a page that one of them hung is left for another."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url
        self._page: Page | None = None
        self._failed: set[str] = set()

    def measure(self, name: str, lines: int, points: int, **how: Any) -> float | None:
        """Median ms; None if it fails or does not end, then it is not asked for more lines."""
        if name in self._failed:
            return None
        page = self._page or self._open()
        run = {"name": name, "lines": lines, "points": points, **how}
        try:
            page.evaluate(START, run)
            handle = page.wait_for_function("window.result")
            result: dict[str, list[float]] = handle.json_value()
        except Error:
            self._failed.add(name)
            self.close()
            return None
        return median(result["js" if how["stubbed"] else "intervals"])

    def close(self) -> None:
        if self._page:
            self._page.close()
        self._page = None

    def forgive(self) -> None:
        """Ask all again: sizes start afresh."""
        self._failed.clear()

    def _open(self) -> Page:
        self._page = self._browser.new_page(viewport={"width": 1100, "height": 500})
        self._page.set_default_timeout(GIVE_UP_MS)
        self._page.goto(self._url)
        self._page.wait_for_function("window.ready")
        return self._page


def _size(lab: _Lab, lines: int, points: int) -> None:
    """Times of all contestants, one after the other in each round; prints them."""
    found: dict[str, list[float | None]] = {name: [] for name in NAMES}
    for _ in range(JS_ROUNDS):
        for name, times in found.items():
            times.append(lab.measure(name, lines, points, **JS))
    js = {name: _least(times) for name, times in found.items()}
    for name, label in NAMES.items():
        interval = lab.measure(name, lines, points, **INTERVAL)
        _print(f"{lines} × {points}", label, js[name], js[BASELINE], interval)


def _least(found: list[float | None]) -> float | None:
    return min((one for one in found if one is not None), default=None)


def _print(
    size: str, label: str, js: float | None, base: float | None, interval: float | None
) -> None:
    if js is None:
        print(f"| {size:<11} | {label:<22} |   fails |        |         |", flush=True)
        return
    ratio = f"{js / base:.2f}×" if base else ""
    every = f"{interval:.0f}" if interval else "fails"
    print(f"| {size:<11} | {label:<22} | {js:7.2f} | {ratio:>6} | {every:>7} |", flush=True)


def _frames(browser: Browser) -> None:
    started = time.monotonic()
    print("| size        | drawn by               |   JS ms |  ratio | each ms |")
    print("|-------------|------------------------|---------|--------|---------|")
    with _server() as url:
        lab = _Lab(browser, url)
        for lines, points in SIZES:
            if lines == SIZES[0][0]:
                lab.forgive()
            if time.monotonic() - started > CAP_SECONDS:
                print(f"left out for want of time: {lines} × {points}")
            else:
                _size(lab, lines, points)
        lab.close()
    print(f"fails: no answer within {GIVE_UP_MS / 1000:.0f} s")


def _install() -> bool:
    npm = shutil.which("npm")
    if npm is None:
        print("skipped: no npm, which installs the peers")
        return False
    if not (FOLDER / "node_modules").is_dir():
        command = [
            npm,
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--no-package-lock",
        ]
        subprocess.run(command, cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)
    return True


def _page_share(browser: Browser, url: str) -> float:
    """CPU time of the page's main thread as a share of time: waiting for a core is not work."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.goto(url)
    page.wait_for_selector(".trend-plot canvas")
    page.wait_for_timeout(3000)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))

    began, started = busy(), time.monotonic()
    page.wait_for_timeout(PAGE_SECONDS * 1000)
    share = (busy() - began) / (time.monotonic() - started)
    page.close()
    return share


def run() -> None:
    """Prints the table with ratios to webgl-plot, then the Extruder page's main thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=CHROMIUM_ARGS, headless=True
        )
        if _install():
            _frames(browser)
        with tempfile.TemporaryDirectory() as folder, live_plant(Path(folder)) as plant:
            share = _page_share(browser, f"{plant.url}/extruder/1")
        browser.close()
    print(f"Extruder page, 1920 × 1080, {PAGE_SECONDS} s: main thread {share:.1%}")


if __name__ == "__main__":
    sys.exit(run())
