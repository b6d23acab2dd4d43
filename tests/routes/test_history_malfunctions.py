"""The CSV file of malfunctions: what a spreadsheet gets, and what it must not run."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from components.page_settings import PageSettings
from data.errors import HistoryTooLarge
from data.history import Questions
from routes import history_malfunctions
from tests.history.malfunction_store import SHEET, SHIFTS, fault, history

pytestmark = pytest.mark.anyio
ADDRESS = "/history/malfunctions.csv"
FAULTS = (
    fault(1, "2026-03-10 23:00", 1.5, "surging"),
    fault(2, "2026-10-25 02:30+01:00", None, "cooling_loss", product=SHEET, scrap=(9.0, 0.0, 1.0)),
)


async def answer_to(questions: Questions, query: str) -> httpx.Response:
    web = Starlette(routes=history_malfunctions.routes(questions, PageSettings("EUR", SHIFTS)))
    transport = httpx.ASGITransport(web)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.get(f"{ADDRESS}?{query}")


async def rows(questions: Questions, query: str) -> list[dict[str, str]]:
    answer = await answer_to(questions, query)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_a_file_has_a_mark_units_and_a_name(tmp_path: Path) -> None:
    answer = await answer_to(history(tmp_path, *FAULTS), "from=2026-01-01&to=2026-12-31")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="malfunctions-to-2026-12-31.csv"' in answer.headers["content-disposition"]
    header = answer.content.decode("utf-8-sig").splitlines()[0]
    assert "Duration (min)" in header
    assert "Scrap (kg),Cost (EUR)" in header
    assert answer.content.count(b"\r\n") == 3


async def test_rows_have_plant_local_times_with_their_offset(tmp_path: Path) -> None:
    lasts, ended = await rows(history(tmp_path, *FAULTS), "from=2026-01-01&to=2026-12-31")
    assert ended["Began"] == "2026-03-10T23:00:00+01:00"
    assert ended["Ended"] == "2026-03-11T00:30:00+01:00"
    assert (ended["Duration (min)"], ended["Cost (EUR)"]) == ("90.0", "50.0")
    assert (ended["Cause"], ended["Shift"], ended["Lasts still"]) == ("Surging", "Night", "no")
    assert lasts["Began"] == "2026-10-25T02:30:00+01:00"
    assert (lasts["Ended"], lasts["Duration (min)"], lasts["Cost (EUR)"]) == ("", "", "")


async def test_the_file_holds_the_selection_in_its_order(tmp_path: Path) -> None:
    questions = history(tmp_path, *FAULTS)
    year = "from=2026-01-01&to=2026-12-31"
    assert [row["Extruder"] for row in await rows(questions, f"{year}&sort=onset")] == ["1", "2"]
    assert [row["Extruder"] for row in await rows(questions, f"{year}&cause=surging")] == ["1"]
    assert await rows(questions, f"{year}&cause=bridging") == []


async def test_a_file_in_several_parts_lacks_and_repeats_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_malfunctions, "CHUNK_ROWS", 2)
    hours = [f"2026-03-10 {hour:02d}:00" for hour in range(5)]
    questions = history(tmp_path, *(fault(1, hour, 0.2) for hour in hours))
    found = await rows(questions, "from=2026-03-10&to=2026-03-10&sort=onset")
    assert [row["Began"][:16].replace("T", " ") for row in found] == hours


async def test_too_long_a_file_is_refused_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_malfunctions, "MAX_ROWS", 1)
    with pytest.raises(HistoryTooLarge, match="more than 1 rows"):
        await answer_to(history(tmp_path, *FAULTS), "period=all")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=x"])
def test_no_text_is_run_as_a_formula(text: str) -> None:
    line = history_malfunctions.lines([[text, -1.5]]).decode()
    assert next(csv.reader(io.StringIO(line, newline=""))) == [f"'{text}", "-1.5"]


def test_names_with_commas_and_quotes_stay_one_cell() -> None:
    line = history_malfunctions.lines([['Line "A", left', "Ø 110 – grün"]])
    assert next(csv.reader(io.StringIO(line.decode()))) == ['Line "A", left', "Ø 110 – grün"]
