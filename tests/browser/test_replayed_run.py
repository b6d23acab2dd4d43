"""The recorded run, replayed, is on the screen with the file's own values."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from playwright.sync_api import Page

from data.telemetry import open_store
from tests.browser.plants import live_plant
from tests.browser.waiting import filled, until
from tests.stack import Stack

pytestmark = pytest.mark.browser
ZONE = ZoneInfo("America/Detroit")
MACHINE_2 = 102
#: Gauge label on the page, column in the file, decimals shown.
GAUGES = ["MaterialPressure.U", "MaterialTemperature.U", "MotorAmperage.U", "MotorRPM.C"]


@pytest.fixture(scope="module")
def recorded_file(recorded: Path) -> Path:
    return recorded / "liveline" / "continuous_factory_process.rebuilt.csv"


@pytest.fixture(scope="module")
def replay(recorded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("replay")
    with live_plant(folder, REPLAY=str(recorded_file), PLANT_TZ=str(ZONE)) as stack:
        yield stack


@pytest.fixture(scope="module")
def by_time(replay: Stack, recorded_file: Path) -> dict[int, dict[str, str]]:
    """The file's rows by the ms at which the replay shows them; repeated stamps left out."""
    rows: dict[int, list[dict[str, str]]] = {}
    with recorded_file.open(newline="") as file:
        for record in csv.DictReader(file):
            local = datetime.fromisoformat(record["time_stamp"]).replace(tzinfo=ZONE)
            rows.setdefault(int(local.timestamp() * 1000), []).append(record)
    store = open_store(replay.settings.database_url, readonly=True)
    first_stored = store.rows_between(MACHINE_2, 0, 2**62)[0].ts
    store.close()
    shift = first_stored - min(rows)
    return {ts + shift: found[0] for ts, found in rows.items() if len(found) == 1}


def test_the_gauges_show_the_files_cells(
    page: Page, replay: Stack, by_time: dict[int, dict[str, str]]
) -> None:
    page.goto(f"{replay.url}/extruder/{MACHINE_2}")
    filled(page, ".gauge")
    until(page, "ts => Number(document.querySelector('#extruder-root')?.dataset.mwHead) > 0", arg=0)
    head, figures = page.evaluate(
        """() => [Number(document.querySelector('#extruder-root')?.dataset.mwHead),
        [...document.querySelectorAll('.gauge')].map(g => [
            g.querySelector('[data-mw-part="number"]').textContent,
            g.querySelector('.unit').textContent])]"""
    )
    step = min(by_time, key=lambda ts: abs(ts - head))
    assert abs(step - head) < 1000, "the head is a row of the file"
    for (shown, unit), column in zip(figures, GAUGES, strict=False):
        cell = float(by_time[step][f"Machine2.{column}.Actual"])
        decimals = len(shown.partition(".")[2])
        assert shown == f"{np.float32(cell):.{decimals}f}", column
        assert unit


def test_ten_cells_of_the_exported_window_are_the_files(
    page: Page, replay: Stack, by_time: dict[int, dict[str, str]], tmp_path: Path
) -> None:
    page.goto(f"{replay.url}/extruder/{MACHINE_2}")
    page.get_by_role("button", name=re.compile("export", re.IGNORECASE)).click(trial=True)
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("export", re.IGNORECASE)).click()
    target = tmp_path / "window.csv"
    download.value.save_as(target)
    exported = {
        round(datetime.fromisoformat(row[0]).timestamp()): row for row in _data_rows(target)
    }
    header = _header(target)
    column = next(i for i, name in enumerate(header) if "pressure" in name.lower())
    zone = next(i for i, name in enumerate(header) if "zone 1" in name.lower())
    checked = 0
    for ts, record in by_time.items():
        row = exported.get(ts // 1000)
        if row is None or checked >= 10 or (ts // 1000) % 61:
            continue
        assert float(row[column]) == pytest.approx(
            float(record["Machine2.MaterialPressure.U.Actual"]), rel=1e-5
        )
        assert float(row[zone]) == pytest.approx(
            float(record["Machine2.Zone1Temperature.C.Actual"]), rel=1e-5
        )
        checked += 2
    assert checked == 10


def _rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [row for row in csv.reader(file) if row]


def _header(path: Path) -> list[str]:
    return next(row for row in _rows(path) if len(row) > 2)


def _data_rows(path: Path) -> list[list[str]]:
    return [row for row in _rows(path) if re.match(r"\d{4}-\d\d-\d\dT", row[0])]
