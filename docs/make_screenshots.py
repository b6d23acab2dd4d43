"""Makes the pictures of the docs from a simulated plant: python -m docs.make_screenshots."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from data.ingest.simulator.commands import request_fault
from data.ingest.simulator.plant import MELT, PRESSURE
from tests.browser.conftest import CHROMIUM_ARGS, TOUR_SEEN, chromium_path
from tests.browser.plants import history_plant

IMAGES = Path(__file__).with_name("images")
#: Address and what is there once the page is, by the name of the picture.
PICTURES = {
    "plant": ("/", ".card:not(.card--loading)"),
    "extruder": ("/extruder/1", ".gauge:not(.gauge--loading)"),
    "alarms": ("/alarms/", "table[aria-label='Active alarms'] tbody tr"),
    "malfunctions": ("/malfunctions", ".malfunction-grid .ag-row"),
    "dossier": ("/malfunctions/{malfunction}", "#dossier-chart .main-svg"),
    "trends": (
        f"/trends?span=7d&signals=1:{PRESSURE},2:{PRESSURE},1:{MELT}",
        "[data-trends-state=shown]",
    ),
    "report": ("/report", ".report__table"),
    "sources": ("/sources", ".source"),
    "system": ("/system", ".panel--cost table"),
}
#: Long enough for the overload to show and the start-up to be over.
SETTLE_S = 60


def main() -> None:
    """Write docs/images/*.png."""
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        history_plant(Path(folder), raw_minutes=90, PLANT_TZ="Europe/Berlin") as stack,
        sync_playwright() as playwright,
    ):
        request_fault(stack.settings.var_dir, 1, "motor_overload", 10)
        request_fault(stack.settings.var_dir, 7, "thermocouple_break", 10)
        time.sleep(SETTLE_S)
        malfunction = _told(Path(folder) / "telemetry.sqlite")
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGS)
        for name, (path, shown) in PICTURES.items():
            url = stack.url + path.format(malfunction=malfunction)
            _picture(browser, url, shown, IMAGES / f"{name}.png")
        browser.close()


def _told(store: Path) -> str:
    """The newest malfunction of which everything is told: readings, cause found, cost."""
    sql = """
        SELECT m.id FROM malfunctions m JOIN frames f ON f.malfunction = m.id
        WHERE m.stage = 'resolved' AND f.count > 0 ORDER BY m.detected DESC LIMIT 1"""
    with closing(sqlite3.connect(store, timeout=10)) as db:
        return str(db.execute(sql).fetchone()[0])


def _picture(browser: Browser, url: str, shown: str, target: Path) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(TOUR_SEEN)
    page.goto(url)
    page.wait_for_selector(shown)
    time.sleep(3)
    page.screenshot(path=target)
    page.close()


if __name__ == "__main__":
    main()
