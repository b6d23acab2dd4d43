"""GET /history/report.csv is safe to open in a spreadsheet and names what it is about."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from components.page_settings import PageSettings
from data.history import open_history
from routes.history_report import routes
from routes.shift_report_csv import safe
from tests.history.shift_plant import HOUR, PLAN, ShiftPlant, ms

START = ms("2026-11-24 06:00")
PATH = "/history/report.csv?day=2026-11-24&shift=Early"


pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    plant = ShiftPlant(tmp_path)
    plant.minutes(1, START, 240, product=8)
    plant.minutes(1, START + 4 * HOUR, 120)
    plant.malfunction(1, START - HOUR, None)
    questions = open_history(plant.url, PLAN)
    app = Starlette(routes=routes(questions, PageSettings("CHF", PLAN)))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as opened:
        yield opened


async def test_lines_of_all_extruders_and_of_the_plant(client: httpx.AsyncClient) -> None:
    answer = await client.get(PATH)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "shift-report-2026-11-24-Early.csv" in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [line["Name"] for line in lines] == ["Line A", "Line B", "Line C", "Line D", "Plant"]
    first = lines[0]
    assert first["Until"] == "2026-11-24T14:00:00+01:00"
    assert (first["Production [kg]"], first["No data [h]"]) == ("1800", "2")
    assert (first["Causes"], first["Malfunctions"]) == ("Screen clogging (from before)", "0")
    assert (first["Scrap [CHF]"], lines[1]["Production [kg]"]) == ("0", "")


async def test_no_cell_is_a_formula(client: httpx.AsyncClient) -> None:
    assert "'=PP+pipe; HDPE pipe" in (await client.get(PATH)).text
    assert [safe(cell) for cell in ("=1", "+1", "-1", "@x", "\tx", "a=1")] == [
        "'=1", "'+1", "'-1", "'@x", "'\tx", "a=1",
    ]  # fmt: skip
    assert [safe(cell) for cell in (-1.5, 3, None, 2.0)] == ["-1.5", "3", "", "2"]


@pytest.mark.parametrize("query", ["day=x", "day=2026-11-24&shift=Lunch", "shift=Lunch"])
async def test_an_address_that_names_no_shift_is_told(
    client: httpx.AsyncClient, query: str
) -> None:
    answer = await client.get(f"/history/report.csv?{query}")
    assert answer.status_code == 404
    assert answer.json()["error"].startswith("no such shift")
