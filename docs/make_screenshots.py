"""Makes the pictures of the docs from a simulated plant: python -m docs.make_screenshots."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from data.ingest.simulator.commands import request_fault
from tests.browser.conftest import CHROMIUM_ARGS, chromium_path
from tests.browser.plants import live_plant

IMAGES = Path(__file__).with_name("images")
PICTURES = {"plant": "/", "extruder": "/extruder/1"}
#: Long enough for the overload to show and the start-up to be over.
SETTLE_S = 60


def main() -> None:
    """Write docs/images/*.png."""
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        live_plant(Path(folder), PLANT_TZ="Europe/Berlin") as stack,
        sync_playwright() as playwright,
    ):
        request_fault(stack.settings.var_dir, 1, "motor_overload", 10)
        request_fault(stack.settings.var_dir, 7, "thermocouple_break", 10)
        time.sleep(SETTLE_S)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGS)
        for name, path in PICTURES.items():
            _picture(browser, stack.url + path, IMAGES / f"{name}.png")
        browser.close()


def _picture(browser: Browser, url: str, target: Path) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(url)
    page.wait_for_selector(".card:not(.card--loading), .gauge:not(.gauge--loading)")
    time.sleep(3)
    page.screenshot(path=target)
    page.close()


if __name__ == "__main__":
    main()
