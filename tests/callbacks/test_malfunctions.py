"""The parts of the Malfunctions page: each shows its answer, or why there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from callbacks.malfunctions import _Page
from components.malfunction_words import NOTHING
from components.page_settings import PageSettings
from data.extruders import Catalogue, Extruder
from data.history import Questions, open_history
from tests.history.malfunction_store import SHIFTS, at, fault, history

CATALOGUE = Catalogue(1, (Extruder(1, "Line A", ()), Extruder(2, "Line B", ())))
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
REQUEST = {"startRow": 0, "endRow": 50, "sortModel": [{"colId": "kg", "sort": "asc"}]}


def page(questions: Questions) -> _Page:
    return _Page(lambda: CATALOGUE, questions, PageSettings("EUR", SHIFTS))


@pytest.fixture
def full(tmp_path: Path) -> _Page:
    return page(
        history(
            tmp_path,
            fault(1, "2026-03-10 12:00", 1, "surging", scrap=(30.0, 15.0, 0.5)),
            fault(2, "2026-03-12 12:00", 3, "bridging", scrap=(10.0, 5.0, 0.5)),
        )
    )


@pytest.fixture
def away(tmp_path: Path) -> _Page:
    return page(open_history(f"sqlite:///{tmp_path / 'none.sqlite'}", SHIFTS))


def test_the_grid_gets_the_rows_it_asks_for_in_their_order(full: _Page) -> None:
    answer, sort, note = full.rows(REQUEST, MARCH, None)
    assert [row["kg"] for row in answer["rowData"]] == ["10", "30"]
    assert (answer["rowCount"], sort, note) == (2, "kg", None)


def test_a_brush_narrows_rows_bars_and_figures_alike(full: _Page) -> None:
    brush = [at("2026-03-10 00:00"), at("2026-03-11 00:00")]
    assert full.rows(REQUEST, MARCH, brush)[0]["rowCount"] == 1
    causes, _, summary, _ = full.paretos(MARCH, brush, "count")
    assert causes.data[0].customdata == ("surging",)
    assert summary.startswith("1 malfunction ·")
    assert "1 h 00 min" in str(full.repair(MARCH, brush, "count")[0])


def test_a_pareto_ignores_the_choice_of_its_own_kind(full: _Page) -> None:
    causes, extruders, summary, _ = full.paretos({**MARCH, "cause": "surging"}, None, "kg")
    assert causes.data[0].customdata == ("surging", "bridging")
    assert extruders.data[0].customdata == ("1",)
    assert summary.startswith("1 malfunction ·")


def test_nothing_is_told_once_and_draws_nothing(full: _Page) -> None:
    causes, extruders, summary, note = full.paretos({**MARCH, "cause": "power_dip"}, None, "kg")
    assert causes.data  # of the other causes
    assert (extruders.data, summary, note) == ((), NOTHING, None)


def test_a_store_that_is_away_is_told_once_with_its_reason_and_shortly_in_every_part(
    away: _Page,
) -> None:
    _, _, summary, note = away.paretos(MARCH, None, "count")
    assert "Cannot open the store" in str(summary)
    parts = (away.rows(REQUEST, MARCH, None)[2], note, away.repair(MARCH, None, "count")[2])
    for part in map(str, parts):
        assert "Not known: the store is away." in part
        assert "Cannot open" not in part
