"""The golden run of a product: the newest that people marked, of this extruder if there is one."""

from __future__ import annotations

import pytest

from data.history.golden import Golden, golden
from tests.history.similar_store import DAY_MS, NOW, SimilarStore
from tests.similar_rows import LOAD, MINUTE_MS, PRESSURE, rows_of

pytestmark = pytest.mark.both_stores

HOUR_MS = 60 * MINUTE_MS


@pytest.fixture(name="plant")
def plant_fixture(store_url: str) -> SimilarStore:
    return SimilarStore(store_url)


def ask(plant: SimilarStore, extruder: int = 1, product: int = 1) -> Golden:
    return plant.questions.ask(golden, extruder, product, (PRESSURE, LOAD, "Nothing"))


def run_of(plant: SimilarStore, extruder: int = 1, product: int = 1) -> str:
    run = ask(plant, extruder, product).run
    return run.id if run else ""


def test_none_is_marked_and_none_is_asked_for_without_a_product(plant: SimilarStore) -> None:
    assert ask(plant) == Golden(1, "HDPE pipe", None, [])
    plant.golden("a", 1, NOW - HOUR_MS, NOW, product=0)
    assert ask(plant, product=0) == Golden(0, "", None, [])
    assert ask(plant, product=9).product_name == ""


def test_the_newest_of_the_same_extruder_is_taken_else_of_another(plant: SimilarStore) -> None:
    plant.golden("other", 2, NOW - HOUR_MS, NOW)
    found = ask(plant).run
    assert found is not None
    assert (found.id, found.extruder_name, found.same_extruder) == ("other", "Line 2", False)
    plant.golden("older", 1, NOW - 3 * DAY_MS, NOW - 2 * DAY_MS)
    assert run_of(plant) == "older"
    plant.golden("newer", 1, NOW - 2 * DAY_MS, NOW - DAY_MS)
    found = ask(plant).run
    assert found is not None
    assert (found.id, found.same_extruder, found.who, found.text) == (
        "newer", True, "Ana", "run newer",
    )  # fmt: skip
    plant.sql("UPDATE annotations SET removed = 1 WHERE id = 'newer'")
    assert run_of(plant) == "older"
    assert run_of(plant, product=2) == ""


def test_the_band_is_least_mean_and_greatest_of_the_run(plant: SimilarStore) -> None:
    rows = rows_of(NOW, {PRESSURE: lambda m: 5.0 * (m > 20)}, 1, (-60, 30))
    plant.roll_up(rows)
    plant.golden("a", 1, NOW - 60 * MINUTE_MS, NOW)
    bands = {band.signal: band for band in ask(plant).bands}
    assert list(bands) == [PRESSURE, LOAD]
    within = [float(row.values[0]) for row in rows if row.ts < NOW]
    assert bands[PRESSURE].low == pytest.approx(min(within), rel=1e-5)
    assert bands[PRESSURE].high == pytest.approx(max(within), rel=1e-5)
    assert bands[PRESSURE].mean == pytest.approx(200, abs=0.1)


def test_a_minute_that_the_run_does_not_fill_is_left_out(plant: SimilarStore) -> None:
    plant.roll_up(rows_of(NOW, {PRESSURE: lambda m: 50.0 * (m < -29.5)}, 1, (-30, 10)))
    plant.golden("a", 1, NOW - round(29.5 * MINUTE_MS), NOW)
    assert ask(plant).bands[0].high < 210


def test_a_run_whose_minutes_are_gone_is_read_from_hours_and_one_of_now_from_readings(
    plant: SimilarStore,
) -> None:
    plant.roll_up(rows_of(NOW, {}, 1, (-120, 0)))
    plant.sql("DELETE FROM minute_rollups")
    plant.golden("a", 1, NOW - 2 * HOUR_MS, NOW)
    assert len(ask(plant).bands) == 2
    plant.sql("DELETE FROM hour_rollups")
    assert ask(plant).bands == []
    plant.read(rows_of(NOW, {}, 1, (-30, 0)))
    assert len(ask(plant).bands) == 2
