"""The size to come, from what comes in and what is kept."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from data.alarms.events import Priority
from data.store_guard import postgres_upkeep, sqlite_upkeep
from data.store_guard.forecast import Level, Measured, Plant, findings, forecast, levels
from data.store_guard.growth import DAY_MS, rows_per_day
from data.store_guard.stores import asking
from data.store_guard.wording import growth, size
from data.telemetry import batches, open_store
from tests.raw_sql import sql
from tests.rows import plant, row

GB = 10**9
#: A gigabyte a day of readings, kept a week, of which there are two days.
READINGS = Level(GB, kept_days=7, age_days=2)
MEASURED = Measured(3 * GB, 3 * GB, 100 * GB, 1e6, 200, 24)
NOTHING = Level(0, 0, 0)


def test_a_level_grows_until_it_has_its_age() -> None:
    assert [READINGS.growth(days) for days in (1, 5, 30)] == [GB, 5 * GB, 5 * GB]
    assert replace(READINGS, kept_days=0).growth(30) == 30 * GB
    assert replace(READINGS, age_days=9).growth(30) == 0


def test_the_forecast_of_a_store_that_deletes() -> None:
    told = forecast(MEASURED, (READINGS, NOTHING))
    assert (told.in_30_days, told.plateau, told.plateau_days) == (8 * GB, 8 * GB, 6)
    assert told.days_until_full is None
    assert list(findings(told)) == []


def test_what_is_kept_for_ever_has_no_plateau_and_fills_the_disk() -> None:
    told = forecast(MEASURED, (replace(READINGS, kept_days=0), NOTHING))
    assert (told.plateau, told.days_until_full) == (None, 100)
    assert "for ever" in growth(told)


def test_free_space_inside_the_file_is_filled_first() -> None:
    told = forecast(replace(MEASURED, used=1 * GB), (READINGS, NOTHING))
    assert told.in_30_days == 6 * GB


@pytest.mark.parametrize(
    ("free", "priority"),
    [(200, None), (100, None), (10, Priority.HIGH), (2.5, Priority.CRITICAL)],
)
def test_a_disk_that_is_full_within_two_weeks_is_a_finding(
    free: float, priority: Priority | None
) -> None:
    measured = replace(MEASURED, free=round(free * GB))
    found = list(findings(forecast(measured, (replace(READINGS, kept_days=0), NOTHING))))
    assert [one.priority for one in found] == ([] if priority is None else [priority])
    assert not found or f"in {int(free)} days" in found[0].text


def test_postgres_does_not_tell_what_is_free() -> None:
    told = forecast(replace(MEASURED, free=None), (READINGS, NOTHING))
    assert "does not tell" in growth(told)
    assert list(findings(told)) == []


def test_rollups_and_the_journal_grow_too() -> None:
    kept = levels(MEASURED, Plant(2, 68, (0, 0, 0), 5_000), (7, 90, 0))
    raw, minutes, hours, journal = (one.bytes_per_day for one in kept)
    assert raw == 2e8
    assert minutes == (68 * 16 + 2 * 24) * 1440
    assert hours == minutes / 60
    assert journal == 5_000


@pytest.mark.parametrize(("count", "text"), [(0, "0 bytes"), (314_527_744, "300 MiB")])
def test_sizes_are_told_in_units_of_people(count: int, text: str) -> None:
    assert size(count) == text


@pytest.mark.both_stores
def test_the_rate_is_that_of_the_last_day(store_url: str) -> None:
    now = 30 * DAY_MS
    with closing(open_store(store_url)) as store:
        store.put_catalogue(plant(12), "test", "test")
        for extruder in range(1, 13):
            times = range(now - DAY_MS // 24, now, 10_000)
            store.append([row(ts, extruder, 1.0) for ts in times])
    with asking(store_url) as ask:
        assert rows_per_day(ask, now) == pytest.approx(12 * 8_640)
        assert rows_per_day(ask, now + 3 * DAY_MS) is None
        assert rows_per_day(ask, now - DAY_MS // 24 + 60_000) is None  # too young to tell


@pytest.mark.both_stores
def test_the_bytes_of_a_row_are_those_that_the_store_takes(store_url: str) -> None:
    """Within a tenth, counted by the store itself."""
    now, rows, signals = 30 * DAY_MS, 30_000, 34
    numbers = [float(n) for n in range(signals)]
    with closing(open_store(store_url)) as store:
        store.put_catalogue(plant(4), "test", "test")
        made = (row(now - DAY_MS + 1000 * s, e, *numbers) for s in range(rows // 4)
                for e in (1, 2, 3, 4))  # fmt: skip
        for batch in batches(made, 400):
            store.append(batch)
    with asking(store_url) as ask:
        if store_url.startswith("postgres"):
            measured = postgres_upkeep.measured(ask, now)
            total = "SELECT pg_total_relation_size('readings_19700130')"
        else:
            measured = sqlite_upkeep.measured(ask, Path(store_url.removeprefix("sqlite:///")), now)
            total = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%readings%'"
    assert measured is not None
    assert measured.bytes_per_row == pytest.approx(sql(store_url, total)[0][0] / rows, rel=0.1)
