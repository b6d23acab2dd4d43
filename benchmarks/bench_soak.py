"""One hour of an Extruder page at 2 Hz (BENCH_SOAK_SECONDS for another time)."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.soak import Weight, fast_plant, watch
from tests.browser.conftest import CHROMIUM_ARGS, chromium_path

SECONDS = float(os.environ.get("BENCH_SOAK_SECONDS", "3600"))
EVERY_S = 300.0


def run() -> None:
    """Nodes and heap every five minutes, and how much they grew."""
    with (
        tempfile.TemporaryDirectory() as folder,
        fast_plant(Path(folder)) as stack,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGS)
        url = f"{stack.url}/extruder/1"
        weights, errors = watch(browser, url, SECONDS, EVERY_S, _print)
        browser.close()
    first, last = weights[0], weights[-1]
    print(
        f"after {SECONDS / 60:.0f} min: nodes {last.nodes - first.nodes:+d},"
        f" heap {last.heap_mb - first.heap_mb:+.1f} MB, console errors {errors}"
    )


def _print(weight: Weight) -> None:
    print(f"{weight.nodes} nodes, heap {weight.heap_mb:.1f} MB", flush=True)
