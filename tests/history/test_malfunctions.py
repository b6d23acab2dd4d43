"""The table of malfunctions: what a selection finds, in which order, page by page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.history import Questions
from data.history.band import band
from data.history.malfunctions import Rows, table
from data.history.pareto import added, bars, paretos, sums
from data.history.selection import Scope
from data.malfunctions.malfunction import Stage
from tests.history.malfunction_store import HOUR, PIPE, SHEET, at, fault, history, scope

pytestmark = pytest.mark.both_stores

MARCH = scope("2026-03-01", "2026-04-01")
FAULTS = (
    fault(1, "2026-03-02 05:59", 2, "surging", scrap=(200.0, 100.0, 2.0)),  # Night
    fault(1, "2026-03-02 14:00", 1, "screen_clogging", stage=Stage.RESOLVED),  # Late
    fault(2, "2026-03-05 06:00", 4, "surging", product=SHEET, scrap=(300.0, 0.0, 3.0)),  # Early
    fault(2, "2026-03-09 22:00", 1, "bridging", stage=Stage.ACKNOWLEDGED, scrap=(0.0, 0.0, 0.0)),
    fault(1, "2026-03-31 23:30", None, "cooling_loss", product=99, scrap=(10.0, 0.0, 0.1)),
    fault(2, "2026-04-01 00:00", 1, "surging"),  # the period ends before it
)
NIGHT_A, LATE_A, SHEET_B, FREE_B, LASTS_A = (one.id for one in FAULTS[:5])


@pytest.fixture
def questions(store_url: str) -> Questions:
    return history(store_url, *FAULTS)


def found(
    questions: Questions, chosen: Scope, sort: tuple[str, bool] = ("onset", True)
) -> list[str]:
    page = questions.ask(table, chosen, Rows(sort=sort))
    assert page.total == len(page.rows)
    return [row.id for row in page.rows]


def test_a_period_holds_what_began_in_it_newest_first(questions: Questions) -> None:
    assert found(questions, MARCH) == [LASTS_A, FREE_B, SHEET_B, LATE_A, NIGHT_A]


def test_a_row_tells_all_of_a_malfunction(questions: Questions) -> None:
    row = questions.ask(table, MARCH, Rows(first=3, count=1)).rows[0]
    assert (row.id, row.extruder, row.extruder_name) == (LATE_A, 1, "Line A")
    assert (row.onset, row.detected) == (at("2026-03-02 14:00"), at("2026-03-02 14:01"))
    assert row.ended == at("2026-03-02 15:00")
    assert (row.stage, row.cause, row.product) == ("resolved", "screen_clogging", "Pipe")
    assert (row.shift, row.hours, row.kg, row.money) == ("Late", 0.5, 100.0, 50.0)


def test_an_unknown_price_is_no_cost_and_a_known_one_of_nothing_is_zero(
    questions: Questions,
) -> None:
    rows = {row.id: row for row in questions.ask(table, MARCH, Rows()).rows}
    assert rows[SHEET_B].money is None
    assert rows[FREE_B].money == 0.0
    assert (rows[LASTS_A].money, rows[LASTS_A].product, rows[LASTS_A].ended) == (None, "", None)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"extruders": (2,)}, [FREE_B, SHEET_B]),
        ({"causes": ("surging", "bridging")}, [FREE_B, SHEET_B, NIGHT_A]),
        ({"products": (PIPE,)}, [FREE_B, LATE_A, NIGHT_A]),
        ({"shifts": ("Night",)}, [LASTS_A, FREE_B, NIGHT_A]),
        ({"shifts": ("Early", "Late")}, [SHEET_B, LATE_A]),
        ({"states": ("resolved",)}, [LATE_A]),
        ({"states": ("acknowledged", "resolved")}, [FREE_B, LATE_A]),
        ({"states": ("lasting",)}, [LASTS_A]),
        ({"states": ("resolved", "lasting")}, [LASTS_A, LATE_A]),
        ({"min_money": 60.0}, [NIGHT_A]),
        ({"min_money": 0.0}, [FREE_B, LATE_A, NIGHT_A]),
        ({"min_kg": 150.0}, [SHEET_B, NIGHT_A]),
        ({"extruders": (1,), "causes": ("surging",), "states": ("resolved",)}, []),
    ],
)
def test_a_filter_keeps_what_it_names(
    questions: Questions, filters: dict[str, object], expected: list[str]
) -> None:
    assert found(questions, replace(MARCH, **filters)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("brush", "expected"),
    [
        (("2026-03-02 07:00", "2026-03-02 14:00"), [NIGHT_A]),  # reaches into it
        (("2026-03-02 07:59", "2026-03-02 14:01"), [LATE_A, NIGHT_A]),
        (("2026-03-02 08:00", "2026-03-02 13:00"), []),
        (("2026-03-31 23:40", "2026-03-31 23:50"), [LASTS_A]),
    ],
)
def test_a_brush_keeps_what_lasted_in_its_span(
    questions: Questions, brush: tuple[str, str], expected: list[str]
) -> None:
    span = (at(brush[0]), at(brush[1]))
    assert found(questions, replace(MARCH, brush=span)) == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (("onset", False), [NIGHT_A, LATE_A, SHEET_B, FREE_B, LASTS_A]),
        (("money", True), [NIGHT_A, LATE_A, FREE_B, LASTS_A, SHEET_B]),  # unknown stays last
        (("money", False), [FREE_B, LATE_A, NIGHT_A, LASTS_A, SHEET_B]),
        (("kg", True), [SHEET_B, NIGHT_A, LATE_A, LASTS_A, FREE_B]),
        (("duration", True), [SHEET_B, NIGHT_A, FREE_B, LATE_A, LASTS_A]),  # half an hour so far
        (("extruder", False), [LASTS_A, LATE_A, NIGHT_A, FREE_B, SHEET_B]),
        (("product", False), [LASTS_A, FREE_B, LATE_A, NIGHT_A, SHEET_B]),
        (("state", False), [FREE_B, LASTS_A, SHEET_B, NIGHT_A, LATE_A]),
    ],
)
def test_every_column_sorts_and_equals_stand_newest_first(
    questions: Questions, sort: tuple[str, bool], expected: list[str]
) -> None:
    assert found(questions, MARCH, sort) == expected


def test_pages_join_to_the_whole_and_know_its_size(questions: Questions) -> None:
    pages = [questions.ask(table, MARCH, Rows(first, 2)) for first in (0, 2, 4, 6)]
    assert [len(page.rows) for page in pages] == [2, 2, 1, 0]
    assert {page.total for page in pages} == {5}
    joined = [row.id for page in pages for row in page.rows]
    assert joined == found(questions, MARCH)


def test_a_shift_is_told_by_the_wall_clock_on_the_night_it_is_set_back(store_url: str) -> None:
    first = fault(1, "2026-10-25 02:30+02:00", 0.1)
    second = fault(1, "2026-10-25 02:30+01:00", 0.1)
    morning = fault(1, "2026-10-25 06:00", 0.1)
    questions = history(store_url, first, second, morning)
    assert second.onset - first.onset == HOUR
    october = scope("2026-10-24", "2026-10-27", shifts=("Night",))
    assert found(questions, october) == [second.id, first.id]


def test_the_band_has_the_newest_spans_and_counts_the_others(
    questions: Questions, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = questions.ask(band, MARCH)
    assert [span.id for span in every.spans] == [NIGHT_A, LATE_A, SHEET_B, FREE_B, LASTS_A]
    assert every.spans[-1].ended is None
    monkeypatch.setattr("data.history.band.MAX_SPANS", 2)
    capped = questions.ask(band, MARCH)
    assert ([span.id for span in capped.spans], capped.total) == ([FREE_B, LASTS_A], 5)


def test_malfunctions_add_up_by_cause_and_by_extruder(questions: Questions) -> None:
    causes = {one.key: one for one in questions.ask(sums, MARCH, "cause")}
    surging = causes["surging"]
    assert (surging.count, surging.hours, surging.kg) == (2, 5.0, 500.0)
    assert (surging.money, surging.unpriced) == (100.0, 1)
    assert causes["cooling_loss"].money is None
    extruders = {one.key: one.count for one in questions.ask(sums, MARCH, "extruder")}
    assert extruders == {"1": 3, "2": 2}
    in_all = added(list(causes.values()))
    assert (in_all.count, in_all.kg, in_all.money, in_all.unpriced) == (5, 610.0, 150.0, 2)


@pytest.mark.parametrize(
    ("filters", "whole", "causes", "extruders"),
    [
        ({}, 5, 5, 5),
        ({"causes": ("surging",)}, 2, 5, 2),
        ({"extruders": (2,)}, 2, 2, 5),
        ({"causes": ("surging",), "extruders": (2,)}, 1, 2, 2),
    ],
)
def test_each_pareto_leaves_a_choice_of_its_own_kind_aside(
    questions: Questions, filters: dict[str, object], whole: int, causes: int, extruders: int
) -> None:
    answer = questions.ask(paretos, replace(MARCH, **filters))  # type: ignore[arg-type]
    assert answer.whole.count == whole
    assert sum(one.count for one in answer.causes) == causes
    assert sum(one.count for one in answer.extruders) == extruders


def test_nothing_adds_up_to_nothing(questions: Questions) -> None:
    empty = scope("2025-01-01", "2025-02-01")
    assert questions.ask(sums, empty, "cause") == ()
    assert questions.ask(paretos, empty).whole == added(())
    assert added(()).money is None
    assert questions.ask(band, empty).spans == ()
    assert questions.ask(table, empty, Rows()).total == 0


def test_bars_stand_largest_first_with_their_shares(questions: Questions) -> None:
    kg = bars(questions.ask(sums, MARCH, "cause"), "kg", 10)
    assert [(one.key, one.value) for one in kg] == [
        ("surging", 500.0), ("screen_clogging", 100.0), ("cooling_loss", 10.0),
    ]  # fmt: skip
    assert kg[0].share == pytest.approx(500 / 610)
    assert [one.cumulative for one in kg] == pytest.approx([500 / 610, 600 / 610, 1.0])


def test_the_last_bar_stands_for_all_that_find_no_place(questions: Questions) -> None:
    counted = bars(questions.ask(sums, MARCH, "cause"), "count", 3)
    assert [(one.value, one.others) for one in counted] == [(2.0, 0), (1.0, 0), (2.0, 2)]
    assert counted[-1].cumulative == 1.0
