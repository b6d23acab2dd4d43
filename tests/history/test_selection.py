"""What an address says of malfunctions, and what it says back."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs

import pytest

from data.history.selection import DAY_MS, Selection, scope_of
from data.history.selection_query import parse, query_of, query_text
from tests.history.malfunction_store import BERLIN, HOUR, SHIFTS, at

FULL = Selection(
    first=date(2026, 3, 1),
    last=date(2026, 3, 31),
    extruders=(2, 7),
    causes=("surging", "cannot_tell"),
    products=(4,),
    shifts=("Night",),
    states=("open", "lasting"),
    min_money=12.5,
    min_kg=100.0,
    brush=(1_772_600_000_000, 1_772_700_000_000),
    sort=("money", True),
    page=3,
)


def read(query: str) -> Selection:
    return parse(parse_qs(query), SHIFTS.names).selection


def test_an_address_without_a_query_means_the_last_30_days_newest_first() -> None:
    assert parse({}, SHIFTS.names).selection == Selection()
    assert query_text(Selection()) == ""


@pytest.mark.parametrize(
    "selection",
    [
        FULL,
        Selection(preset="1y", sort=("onset", False)),
        Selection(first=date(2026, 3, 1)),
        Selection(last=date(2026, 3, 1), min_money=0.0),
        Selection(min_kg=1e-7, min_money=123456789.25),
    ],
)
def test_a_selection_survives_its_address(selection: Selection) -> None:
    assert read(query_text(selection)) == selection
    assert not parse(query_of(selection), SHIFTS.names).notes


def test_an_address_is_short_and_readable() -> None:
    assert query_of(FULL) == {
        "from": "2026-03-01",
        "to": "2026-03-31",
        "extruder": "2,7",
        "cause": "surging,cannot_tell",
        "product": "4",
        "shift": "Night",
        "state": "open,lasting",
        "min_money": "12.5",
        "min_kg": "100",
        "brush": "1772600000000,1772700000000",
        "sort": "-money",
        "page": "3",
    }


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("period", "fortnight"),
        ("from", "2026-02-30"),
        ("to", "0001-01-01"),
        ("extruder", "seven"),
        ("extruder", "-1"),
        ("cause", "gremlins"),
        ("product", "1e99"),
        ("shift", "Siesta"),
        ("state", "asleep"),
        ("min_money", "nan"),
        ("min_money", "-5"),
        ("min_kg", "heavy"),
        ("brush", "5"),
        ("brush", "9,3"),
        ("brush", "1,2,3"),
        ("sort", "-colour"),
        ("page", "0"),
    ],
)
def test_a_bad_part_is_told_in_a_line_and_the_rest_holds(key: str, text: str) -> None:
    parsed = parse({"cause": "surging,screen_clogging"} | {key: text}, SHIFTS.names)
    expected = Selection() if key == "cause" else Selection(causes=("surging", "screen_clogging"))
    assert parsed.selection == expected
    assert len(parsed.notes) == 1
    assert parsed.notes[0].startswith(f"{key}={text!r} left out: expected ")


def test_good_values_of_a_list_outlive_a_bad_one() -> None:
    parsed = parse({"extruder": ["3,x", "4,3"], "unknown": "1"}, SHIFTS.names)
    assert parsed.selection == Selection(extruders=(3, 4))
    assert parsed.notes == ("extruder='x' left out: expected a number.",)


def test_days_that_run_backwards_are_turned_and_told() -> None:
    parsed = parse({"from": "2026-03-05", "to": "2026-03-01"}, SHIFTS.names)
    assert (parsed.selection.first, parsed.selection.last) == (date(2026, 3, 1), date(2026, 3, 5))
    assert "other way round" in parsed.notes[0]


def test_days_are_the_plants_and_the_last_one_is_included() -> None:
    spring = scope_of(read("from=2026-03-29&to=2026-03-29"), BERLIN, at("2026-06-01"))
    assert (spring.start, spring.end) == (at("2026-03-29"), at("2026-03-30"))
    assert spring.end - spring.start == 23 * HOUR
    autumn = scope_of(read("from=2026-10-25&to=2026-10-25"), BERLIN, at("2026-12-01"))
    assert autumn.end - autumn.start == 25 * HOUR


def test_a_period_ends_now_and_is_the_same_all_minute_long() -> None:
    now = at("2026-03-10 12:00")
    week = scope_of(read("period=7d"), BERLIN, now)
    assert week.end == week.now == now + 60_000
    assert week.start == week.end - 7 * DAY_MS
    assert scope_of(read("period=7d"), BERLIN, now + 59_999) == week
    assert scope_of(read("period=all"), BERLIN, now).start == 0
