"""The address and the times of the Trends page, as its scripts read and write them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from tests.browser.module_page import (
    kept_page_fixture,  # noqa: F401
    library_fixture,  # noqa: F401
    static_url_fixture,  # noqa: F401
)

pytestmark = pytest.mark.browser
NOW = 1_790_000_000_000
DAY = 86_400_000


def selection(page: Page, search: str) -> dict[str, Any]:
    return page.evaluate(
        """async ([search, now]) => {
            const { readSelection, queryOf } = await import("/assets/live/trends_selection.mjs");
            const read = readSelection(search, now);
            return { ...read, query: queryOf(read) };
        }""",
        [search, NOW],
    )


@pytest.mark.parametrize(
    "search",
    [
        "?signals=1:A.B,2:C&from=1000000&to=2000000&compare=604800000&limits=1",
        "?signals=1:A%20%2C%26&span=7d",
        "",
    ],
)
def test_an_address_is_read_as_it_was_written(library: Page, search: str) -> None:
    assert selection(library, search)["query"] == search


def test_what_an_address_cannot_mean_is_left_out(library: Page) -> None:
    keys = ",".join(f"1:S{n}" for n in range(12))
    read = selection(library, f"?signals=x,1:,{keys}&from=9000000&to=abc&span=3y&compare=zzz")
    assert read["signals"] == [f"1:S{n}" for n in range(8)]
    assert (read["preset"], read["shift"]) == ("24h", 0)
    assert read["end"] - read["start"] == DAY and read["end"] >= NOW


def test_a_span_that_runs_backwards_is_turned_and_one_of_no_length_gets_a_second(
    library: Page,
) -> None:
    turned = selection(library, "?from=2000000&to=1000000")
    assert (turned["start"], turned["end"]) == (1_000_000, 2_000_000)
    short = selection(library, "?from=1000000&to=1000000")
    assert short["end"] - short["start"] == 1000


@pytest.mark.parametrize(
    "text", ["2026-03-29 01:59:59", "2026-03-29T03:00", "2026-10-25 03:00:00.5", "2026-07-01"]
)
def test_the_plants_clock_is_read_on_both_sides_of_a_change(library: Page, text: str) -> None:
    ms = library.evaluate(
        """async (text) => {
            const { fromLocal } = await import("/assets/live/trends_time.mjs");
            return fromLocal(text, "Europe/Berlin");
        }""",
        text,
    )
    expected = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    assert ms == expected.timestamp() * 1000
