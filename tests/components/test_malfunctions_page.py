"""What people see of malfunctions: words, bars, bands and fields, from values."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from dash.development.base_component import Component

from components import ids_malfunctions as ids
from components.malfunction_band import band_figure, band_note, local_texts, span_of
from components.malfunction_filters import (
    DAYS,
    clicked_key,
    query_of_fields,
    toggled,
    with_days,
)
from components.malfunction_first import first_rows
from components.malfunction_table import malfunction_grid, row_texts, sort_of
from components.malfunction_words import NOTHING, amount, nothing_in, summary
from components.malfunctions_page import filters_of, malfunctions_page
from components.page_settings import PageSettings
from components.pareto import pareto_figure
from components.repair_chart import repair_figures, weeks_figure
from data.extruders import Catalogue, Extruder, Product
from data.history.band import Band, Span
from data.history.malfunctions import Row
from data.history.pareto import Bar, Sum
from data.history.repair import Reliability, Repair, Week
from data.history.selection import Scope, Selection
from tests.history.malfunction_store import BERLIN, HOUR, SHIFTS, at

SETTINGS = PageSettings("EUR", SHIFTS)
CATALOGUE = Catalogue(3, (Extruder(1, "Line A", ()), Extruder(2, "Line B", ())), (Product(1, "P"),))
START = at("2026-03-10 12:00")
ROW = Row(
    "1-5", 1, "Line A", START, START + 60_000, START + HOUR, "open", "surging", "", "Early",
    0.25, 1234.0, None,
)  # fmt: skip
SCOPE = Scope(START, START + 10 * HOUR, START + 10 * HOUR)


def page(selection: Selection, *notes: str) -> dict[str, Any]:
    tree = malfunctions_page(selection, notes, "count", CATALOGUE, SETTINGS, None)
    found = {getattr(part, "id", None): part for part in [tree, *tree._traverse()]}
    return {key: part for key, part in found.items() if key}


def text_of(tree: Component) -> str:
    return str(tree)


def test_the_fields_show_the_selection_of_the_address() -> None:
    chosen = Selection(preset="7d", extruders=(2, 9), causes=("surging",), min_money=5.0, page=3)
    parts = page(chosen)
    assert parts[ids.PERIOD].value == "7d"
    assert parts[ids.EXTRUDERS].value == [2, 9]
    labels = [one["label"] for one in parts[ids.EXTRUDERS].options]
    assert labels == ["Line A", "Line B", "Extruder 9"]  # a retired one stays choosable
    assert parts[ids.MIN_MONEY].value == "5"
    assert parts[ids.FILTERS].data == filters_of(chosen)
    assert parts[ids.GRID].paginationGoTo == 2


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection(), "No malfunction in the last 30 days."),
        (Selection(preset="all", page=3), "No malfunction has been found yet."),
        (Selection(first=datetime(2026, 3, 1).date()), "No malfunction in these days."),
        (Selection(extruders=(2,)), NOTHING),
        (Selection(brush=(1, 2)), NOTHING),
    ],
)
def test_filters_are_blamed_only_where_somebody_set_them(selection: Selection, words: str) -> None:
    assert nothing_in(selection) == words
    assert summary(Sum("", 0, 0.0, 0.0, None, 0), "EUR", words) == words


def test_days_take_the_place_of_a_period() -> None:
    parts = page(Selection(first=datetime(2026, 3, 1).date()))
    assert (parts[ids.PERIOD].value, parts[ids.FIRST].date) == (DAYS, "2026-03-01")


def test_what_cannot_be_used_of_an_address_is_told() -> None:
    assert "page='x' left out" in text_of(page(Selection(), "page='x' left out")[ids.NOTES])


def test_fields_say_what_an_address_would() -> None:
    fields = {"period": DAYS, "from": "2026-03-01", "to": None, "extruder": [1, 2], "cause": [],
              "min_money": 0}  # fmt: skip
    assert query_of_fields(fields) == {
        "from": "2026-03-01", "extruder": "1,2", "cause": "", "min_money": 0,
    }  # fmt: skip


def test_of_period_and_days_the_one_that_was_touched_wins() -> None:
    assert with_days("7d", "2026-03-01", None, days_changed=False) == {"from": None, "to": None}
    assert with_days("7d", "2026-03-01", None, days_changed=True) == {"period": DAYS}
    assert with_days(DAYS, None, None, days_changed=True) == {"period": "30d"}
    assert with_days("7d", None, None, days_changed=True) == {}


def test_a_click_on_a_bar_chooses_it_and_a_second_one_lets_it_go() -> None:
    key = clicked_key({"points": [{"customdata": "surging"}]})
    assert toggled(["bridging"], key) == ["bridging", "surging"]
    assert toggled(["bridging", "surging"], key) == ["bridging"]
    assert clicked_key({"points": [{"customdata": ""}]}) == ""
    assert clicked_key(None) == ""


def test_a_row_links_to_its_dossier_and_says_what_is_unknown() -> None:
    texts = row_texts(ROW, START, BERLIN)
    assert texts["onset"] == "[2026-03-10 12:00](/malfunctions/1-5)"
    assert (texts["money"], texts["product"]) == ("–", "–")
    assert (texts["duration"], texts["state"], texts["kg"]) == ("1 h 00 min", "Open", "1,234")


def test_a_row_that_lasts_says_so_in_words() -> None:
    texts = row_texts(replace(ROW, ended=None), START + 2 * HOUR, BERLIN)
    assert (texts["duration"], texts["state"]) == ("2 h 00 min so far", "● Open, lasts")


def test_the_order_of_the_grid_is_read() -> None:
    assert sort_of({"sortModel": [{"colId": "money", "sort": "desc"}]}) == ("money", True)
    assert sort_of({"sortModel": []}) is None


def test_one_line_sums_all_up_and_tells_unknown_prices() -> None:
    some = Sum("", 3, 1.5, 200.0, 80.0, 1)
    assert summary(some, "EUR") == (
        "3 malfunctions · 1.5 h lost · 200 kg scrap · €80 (without 1 of unknown price)"
    )
    assert "cost unknown" in summary(replace(some, money=None, unpriced=3), "EUR")
    assert summary(Sum("", 0, 0.0, 0.0, None, 0), "EUR") == NOTHING
    assert summary(Sum("", 1, 0.0, 0.0, 0.0, 0), "EUR").startswith("1 malfunction ·")
    assert amount(None, "money", "EUR") == "–"


def test_the_band_has_a_line_per_extruder_and_a_sign_for_what_lasts() -> None:
    spans = (
        Span("a", 1, START, START + HOUR, "surging"),
        Span("b", 2, START + HOUR, None, "bridging"),
    )
    shown = band_figure(Band(spans, 2), {1: "Line A", 2: "Line B"}, SCOPE, BERLIN)
    assert shown["layout"]["yaxis"]["ticktext"] == ["Line A", "Line B"]
    assert [trace["mode"] for trace in shown["data"]] == ["lines", "markers"] * 2 + ["markers"]
    assert shown["data"][-1]["marker"]["symbol"] == "triangle-right"
    assert shown["data"][1]["customdata"] == ["Surging, 1 h 00 min"]
    assert "selections" not in shown["layout"]


def test_a_brush_of_the_address_is_drawn_and_read_back() -> None:
    brush = (START + HOUR, START + 2 * HOUR)
    shown = band_figure(Band((), 0), {1: "Line A"}, replace(SCOPE, brush=brush), BERLIN)
    drawn = shown["layout"]["selections"][0]
    assert (
        span_of({"selections": [{"x0": str(drawn["x0"]), "x1": str(drawn["x1"])}]}, BERLIN) == brush
    )
    dragged = {"range": {"x": ["2026-03-10 14:00", "2026-03-10 13:00:00.0"], "y": [0, 1]}}
    assert span_of(dragged, BERLIN) == brush


@pytest.mark.parametrize(
    "selected", [None, {}, {"points": []}, {"range": {"x": ["2026-03-10", "2026-03-10"]}}]
)
def test_no_span_is_read_from_nothing(selected: dict[str, object] | None) -> None:
    assert span_of(selected, BERLIN) is None


def test_a_capped_band_says_what_it_leaves_out() -> None:
    spans = tuple(Span(str(i), 1, START + i, START + i, "surging") for i in range(2))
    assert band_note(Band(spans, 2100), BERLIN).startswith("Showing the newest 2 of 2,100")
    assert band_note(Band((), 0), BERLIN) == ""


def test_times_of_an_axis_are_the_plants_also_when_clocks_change() -> None:
    times = [at("2026-03-29 01:59"), at("2026-03-29 03:00"), at("2026-10-25 02:30+01:00")]
    assert local_texts(times, BERLIN) == [
        "2026-03-29T01:59:00", "2026-03-29T03:00:00", "2026-10-25T02:30:00",
    ]  # fmt: skip
    assert local_texts([], BERLIN) == []


def test_a_pareto_has_bars_a_line_and_stands_chosen_ones_out() -> None:
    bars = (Bar("a", 3.0, 0.75, 0.75), Bar("", 1.0, 0.25, 1.0, 4))
    shown = pareto_figure(bars, str.upper, {"a"}, "count", "EUR")
    drawn, line = shown.data
    assert shown.layout.yaxis.ticktext == ("A", "4 others")
    assert drawn.customdata == ("a", "")
    assert drawn.x == (3.0, None)  # others together would dwarf the bars
    assert shown.layout.annotations[0].text == "1 together"
    assert drawn.marker.color[0] != drawn.marker.color[1]
    assert line.x == (75.0, 100.0)
    assert drawn.text[0] == "<b>A</b><br>3 malfunctions, 75 % of all<br>down to here 75 %"
    assert shown.layout.xaxis.dtick == 1  # no half malfunctions


def test_a_pareto_of_nothing_says_so() -> None:
    shown = pareto_figure((), str, (), "money", "EUR", "No price is known")
    assert (shown.data, shown.layout.annotations[0].text) == ((), "No price is known")


def test_the_least_reliable_extruder_stands_first() -> None:
    lines = [
        Reliability(1, "Good", 1, 0, 100 * HOUR, HOUR, 99.0 * HOUR, 1.0 * HOUR),
        Reliability(2, "Never", 0, 0, 100 * HOUR, 0, None, None),
        Reliability(3, "Worst", 5, 1, 100 * HOUR, 50 * HOUR, 10.0 * HOUR, 10.0 * HOUR),
    ]
    plant = Reliability(0, "Plant", 6, 1, 300 * HOUR, 51 * HOUR, 41.5 * HOUR, 8.2 * HOUR)
    told = text_of(repair_figures(Repair(plant, tuple(lines), ())))
    assert told.index("Worst") < told.index("Good") < told.index("Never")
    assert "5 (1 lasting)" in told
    assert "50.0 %" in told


def test_a_week_that_is_not_whole_is_hatched_and_says_so() -> None:
    weeks = (
        Week(START, "2026-W11", 2, 1.0, 5.0, None, 2.0 * HOUR, True),
        Week(START, "2026-W12", 0, 0.0, 0.0, 0.0, None, False),
    )
    bars, line = weeks_figure(weeks, "money", "EUR").data
    assert bars.y == (None, 0.0)
    assert bars.marker.pattern.shape == ("", "/")
    assert bars.text == ("2 malfunctions, –", "0 malfunctions, €0 (part of the week)")
    assert line.y == (2.0, None)
    assert weeks_figure((), "count", "EUR").layout.annotations[0].text == "No malfunction"


def test_the_first_rows_have_the_columns_of_the_table() -> None:
    texts = row_texts(ROW, START + 2 * HOUR, BERLIN)
    table = first_rows([texts] * 30, ("onset", True), SETTINGS)
    assert isinstance(table, Component)
    _widths, head, body = table.children
    names = [one["headerName"] for one in malfunction_grid(Selection(), SETTINGS).columnDefs]
    assert [cell.children for cell in head.children.children] == names
    assert len(body.children) == 17
    began, extruder, *_rest = (cell.children for cell in body.children[0].children)
    assert (began.href, extruder) == (f"{ids.PATH}/1-5", "Line A")
    assert "[" not in began.children


def test_without_rows_nothing_lies_over_what_the_table_says() -> None:
    assert first_rows([], ("onset", True), SETTINGS) is None
