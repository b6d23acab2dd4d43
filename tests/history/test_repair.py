"""Mean times between failures and to repair, and the weeks, added up by hand."""

from __future__ import annotations

import numpy as np
import pytest

from data.errors import HistoryTooLarge
from data.history.intervals import Clock, joined
from data.history.repair import repair
from tests.history.malfunction_store import DAY, HOUR, SHEET, at, fault, history, scope

pytestmark = pytest.mark.both_stores


def test_mtbf_is_the_time_less_down_times_by_failures_and_mttr_their_mean(store_url: str) -> None:
    questions = history(store_url, fault(1, "2026-03-02 00:00", 2), fault(1, "2026-03-03 00:00", 4))
    found = questions.ask(repair, scope("2026-03-01", "2026-03-11"))
    line_a, line_b = found.extruders
    assert (line_a.name, line_a.failures, line_a.lasting) == ("Line A", 2, 0)
    assert line_a.observed_ms == 10 * DAY
    assert line_a.down_ms == 6 * HOUR
    assert line_a.mtbf_ms == (240 - 6) / 2 * HOUR
    assert line_a.mttr_ms == 3 * HOUR
    assert (line_b.failures, line_b.mtbf_ms, line_b.mttr_ms) == (0, None, None)
    assert (found.plant.observed_ms, found.plant.failures) == (20 * DAY, 2)
    assert found.plant.mtbf_ms == (480 - 6) / 2 * HOUR


def test_one_that_lasts_is_a_failure_but_no_repair_yet(store_url: str) -> None:
    questions = history(store_url, fault(1, "2026-03-10 14:00", None))
    found = questions.ask(repair, scope("2026-03-10", "2026-03-11", now="2026-03-10 20:00"))
    line_a = found.extruders[0]
    assert (line_a.failures, line_a.lasting, line_a.mttr_ms) == (1, 1, None)
    assert (line_a.observed_ms, line_a.down_ms) == (20 * HOUR, 6 * HOUR)
    assert line_a.mtbf_ms == 14 * HOUR


def test_down_times_that_overlap_count_once(store_url: str) -> None:
    questions = history(
        store_url, fault(1, "2026-03-10 01:00", 5), fault(1, "2026-03-10 03:00", 1),
        fault(1, "2026-03-10 06:00", 1),
    )  # fmt: skip
    line_a = questions.ask(repair, scope("2026-03-10", "2026-03-11")).extruders[0]
    assert line_a.down_ms == 6 * HOUR


def test_time_counts_only_since_there_are_readings_and_until_now(store_url: str) -> None:
    questions = history(store_url, fault(1, "2026-03-10 12:00"), since="2026-03-09 12:00")
    everything = scope("2026-01-01", "2026-12-01", now="2026-03-11 12:00")
    assert questions.ask(repair, everything).extruders[0].observed_ms == 2 * DAY
    before = questions.ask(repair, scope("2026-01-01", "2026-02-01"))
    assert before.plant.observed_ms == 0


def test_with_a_shift_only_its_time_counts_also_when_the_clock_is_set_back(store_url: str) -> None:
    questions = history(
        store_url, fault(1, "2026-10-25 02:30+01:00", 5), fault(1, "2026-10-25 12:00", 1)
    )
    night = scope("2026-10-24 22:00", "2026-10-25 22:00", shifts=("Night",))
    line_a, _ = questions.ask(repair, night).extruders
    assert line_a.failures == 1
    assert line_a.observed_ms == 9 * HOUR  # 22:00 to 06:00, and an hour twice
    assert line_a.down_ms == 3.5 * HOUR  # 02:30 to 06:00 of 02:30 to 07:30


def test_a_week_begins_on_the_plants_monday(store_url: str) -> None:
    questions = history(
        store_url,
        fault(1, "2026-03-29 23:30", 1, scrap=(10.0, 5.0, 0.5)),
        fault(1, "2026-03-30 00:30", 3, scrap=(20.0, 10.0, 1.0)),
        fault(2, "2026-04-05 23:59", 1, scrap=(40.0, 20.0, 2.0)),
    )
    weeks = questions.ask(repair, scope("2026-03-23", "2026-04-08")).weeks
    assert [(week.name, week.count, week.kg) for week in weeks] == [
        ("2026-W13", 1, 10.0), ("2026-W14", 2, 60.0), ("2026-W15", 0, 0.0),
    ]  # fmt: skip
    assert weeks[1].start == at("2026-03-30")
    assert (weeks[1].hours, weeks[1].money, weeks[1].mttr_ms) == (3.0, 30.0, 2 * HOUR)
    assert (weeks[2].money, weeks[2].mttr_ms) == (0.0, None)
    assert [week.whole for week in weeks] == [True, True, False]


def test_a_week_of_unknown_prices_has_no_cost(store_url: str) -> None:
    questions = history(store_url, fault(1, "2026-03-10 12:00", product=SHEET, scrap=(5.0, 0.0, 1)))
    assert questions.ask(repair, scope("2026-03-09", "2026-03-16")).weeks[0].money is None


def test_everything_kept_begins_with_its_first_malfunction(store_url: str) -> None:
    questions = history(store_url, fault(1, "2026-03-10 12:00"))
    kept = scope("1970-01-01 01:00", "2026-03-18")
    assert kept.start == 0
    assert [week.name for week in questions.ask(repair, kept).weeks] == ["2026-W11", "2026-W12"]


def test_a_plant_without_malfunctions_has_no_figures(store_url: str) -> None:
    found = history(store_url).ask(repair, scope("1970-01-01 01:00", "2026-03-18"))
    assert (found.plant.mtbf_ms, found.plant.mttr_ms, found.weeks) == (None, None, ())


def test_more_failures_than_an_answer_holds_are_told(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.history.repair.MAX_FAILURES", 1)
    questions = history(store_url, fault(1, "2026-03-10 12:00"), fault(2, "2026-03-10 12:00"))
    with pytest.raises(HistoryTooLarge):
        questions.ask(repair, scope("2026-03-01", "2026-04-01"))


def test_spans_that_touch_are_joined() -> None:
    starts, ends = joined(np.array([0, 5, 10, 30]), np.array([10, 7, 20, 31]))
    assert (starts.tolist(), ends.tolist()) == ([0, 30], [20, 31])


def test_a_clock_stands_between_its_windows() -> None:
    clock = Clock([(10, 20), (40, 50)])
    counted = clock.between(np.array([0, 15, 20, 45, 60]), np.array([10, 45, 40, 99, 70]))
    assert counted.tolist() == [0, 10, 0, 5, 0]
    assert Clock([]).between(np.array([0]), np.array([9])).tolist() == [0]
