"""Texts and figures that all history pages share."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from components.charts import figure, format_duration, format_money, format_time, local

SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0 s"),
        (59.4 * SECOND, "59 s"),
        (60 * SECOND, "1 min"),
        (22 * MINUTE, "22 min"),
        (59.7 * MINUTE, "1 h 00 min"),
        (185 * MINUTE, "3 h 05 min"),
        (52 * HOUR, "2 d 4 h"),
    ],
)
def test_a_duration_has_the_units_that_fit_it(ms: float, text: str) -> None:
    assert format_duration(ms) == text


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (1250.4, "EUR", "€1,250"),
        (1250, "CHF", "CHF\N{NO-BREAK SPACE}1,250"),
        (0, "USD", "$0"),
        (None, "EUR", "–"),
        (12.0, "", "12"),
    ],
)
def test_money_is_written_as_on_live_screens(value: float | None, currency: str, text: str) -> None:
    assert format_money(value, currency) == text


def test_times_are_those_of_the_plant() -> None:
    noon_utc = 1_764_072_000_000
    assert format_time(noon_utc, BERLIN) == "2025-11-25 13:00"
    assert local(noon_utc, BERLIN).tzinfo is None


def test_a_figure_leaves_colours_to_the_style_sheet() -> None:
    assert figure(200).layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert figure(200, showlegend=True).layout.showlegend is True
