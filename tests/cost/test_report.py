"""The figures of the System page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from data.cost.polling import Polling
from data.cost.prices import PriceTable
from data.cost.report import LINE_MIN, MONTH_MIN, SPANS, cost_report
from data.cost.spent import Fields, Process, to_fields
from data.meter import Tally

LAST = 29_000_000
DAY = SPANS["day"]
HOW = Polling(poll_s=1.0, window_s=900, step_ms=1000, signals=34)
PRICES = PriceTable("x", "USD", 1.0, 0, 3600.0, "", "")

QUIET = {
    **to_fields({"refresh": Tally(180, 180, 480, 48_000)}, "worker", Process(0.6)),
    **to_fields({"ingest": Tally(480)}, "ingest", Process(0.2)),
    **to_fields({"history": Tally(4, 4, 100, 900)}, "web", Process(0.1, 180.0)),
}


def report(*known: Fields) -> dict[str, Any]:
    minutes: list[Fields] = [{}] * (DAY - len(known)) + list(known)
    return cost_report(LAST, minutes, HOW, PRICES)


def test_figures_are_per_minute_of_those_that_are_known() -> None:
    hour = report(QUIET, QUIET, QUIET)["spans"]["hour"]
    assert hour["known"] == 3
    assert hour["jobs"]["refresh"] | {"month": 0} == {
        "statements": 180, "rows": 480, "bytes": 48_000, "cpu_s": 0, "month": 0,
    }  # fmt: skip
    assert hour["processes"]["worker"]["cpu_s"] == 0.6
    assert hour["viewers"] == 3.0


def test_money_is_that_of_a_month_if_it_goes_on_like_this() -> None:
    hour = report(QUIET)["spans"]["hour"]
    assert hour["jobs"]["refresh"]["month"] == pytest.approx(180 / 1e6 * MONTH_MIN, rel=1e-4)
    assert hour["processes"]["worker"]["month"] == pytest.approx(0.6 * MONTH_MIN, rel=1e-4)
    assert hour["jobs"]["ingest"]["month"] == 0


def test_totals_are_those_of_the_lines() -> None:
    minute = report(QUIET)["spans"]["minute"]
    assert minute["reads"]["statements"] == 180 + 480 + 4
    assert minute["cpu"]["cpu_s"] == pytest.approx(0.9)


def test_live_screens_cost_refreshes_and_the_cpu_of_workers_and_web() -> None:
    live = report(QUIET)["spans"]["hour"]["live"]
    assert (live["statements"], live["rows"]) == (180, 480)
    assert live["cpu_s"] == pytest.approx(0.7)


def test_each_span_looks_back_as_far_as_it_says() -> None:
    busy = to_fields({"refresh": Tally(rows=60_000)}, "worker", Process())
    spans = report(busy, *[QUIET] * 60)["spans"]
    assert spans["minute"]["jobs"]["refresh"]["rows"] == 480
    assert spans["hour"]["jobs"]["refresh"]["rows"] == 480
    assert spans["day"]["jobs"]["refresh"]["rows"] == pytest.approx((60_000 + 60 * 480) / 61, abs=1)


def test_a_minute_of_which_nothing_is_known_is_a_gap_and_no_zero() -> None:
    idle = to_fields({}, "web", Process(0.1))
    rows = report(QUIET, {}, idle)["rows"]
    assert rows["values"][-3:] == [580, None, 0]
    assert len(rows["values"]) == LINE_MIN
    assert rows["first"] == (LAST - LINE_MIN + 1) * 60_000


def test_nothing_known_says_so() -> None:
    minute = report()["spans"]["minute"]
    assert (minute["known"], minute["jobs"], minute["processes"]) == (0, {}, {})


def test_a_viewer_who_polls_is_priced_as_we_are() -> None:
    viewer = report()["polling"]["viewer"]
    assert (viewer["statements"], viewer["rows"]) == (60, 54_000)
    reads = 60 / 1e6 * MONTH_MIN
    assert viewer["month"] == pytest.approx(reads + viewer["cpu_s"] * MONTH_MIN, rel=1e-4)


def test_polling_is_not_reckoned_without_the_signals() -> None:
    how = replace(HOW, signals=0)
    assert cost_report(LAST, [{}] * DAY, how, PRICES)["polling"] == {"poll_s": 1.0, "viewer": None}
