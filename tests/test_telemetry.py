"""The store: every reading kept, read once by order of arrival, readable by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data.errors import CatalogueConflict, SettingError, StoreError
from data.extruders import Limits, Signal
from data.quality import Quality
from data.telemetry import Appended, ImportMark, TelemetryStore, open_store
from tests.raw_sql import sql as sql_rows
from tests.rows import SIGNALS, plant, row

pytestmark = pytest.mark.both_stores


def test_rows_come_back_as_they_were_given(store: TelemetryStore) -> None:
    given = row(1_000, 1, 1.5, None, 2.0)
    store.append([given])
    (back,) = store.rows_since(0, 10)
    assert (back.ts, back.extruder, back.seq) == (1_000, 1, 1)
    np.testing.assert_array_equal(back.values, given.values)
    np.testing.assert_array_equal(back.quality, given.quality)


def test_appending_twice_changes_nothing(store: TelemetryStore) -> None:
    rows = [row(t * 1000, 1, t, t, t) for t in range(5)]
    assert store.append(rows) == Appended(stored=5)
    assert store.append(rows) == Appended(unchanged=5)
    assert [r.seq for r in store.rows_since(0, 10)] == [1, 2, 3, 4, 5]
    assert store.last_seq() == 5


def test_a_correction_is_a_new_arrival_that_keeps_what_it_does_not_report(
    store: TelemetryStore,
) -> None:
    store.append([row(1000, 1, 1.0, 2.0), row(2000, 1, 3.0, 4.0)])
    seen = store.last_seq()
    assert store.append([row(1000, 1, None, 9.0)]) == Appended(corrected=1)
    (again,) = store.rows_since(seen, 10)
    assert again.values.tolist() == [1.0, 9.0]
    assert len(store.rows_between(1, 0, 10_000)) == 2


def test_a_failed_append_stores_no_row_of_it(store: TelemetryStore) -> None:
    bad = replace(row(2000, 1, 1.0), extruder=object())  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        store.append([row(1000, 1, 1.0), bad])
    assert store.rows_since(0, 10) == []


def test_a_second_process_reads_while_the_first_has_the_store_open(
    store: TelemetryStore, store_url: str
) -> None:
    reader = open_store(store_url, readonly=True)
    store.append([row(1000, 1, 1.0)])
    assert len(reader.rows_since(0, 10)) == 1
    with pytest.raises(StoreError):
        reader.append([row(2000, 1, 1.0)])
    reader.close()


def test_the_catalogue_survives_and_changes_version_only_when_changed(
    store: TelemetryStore,
) -> None:
    wanted = plant(2)
    store.put_catalogue(wanted, "test", "first")
    assert store.catalogue() == replace(wanted, version=1)
    store.put_catalogue(wanted, "test", "again")
    assert store.catalogue_version() == 1
    first = replace(wanted.extruders[0], limits={0: {"MeltPressure": Limits(h=250.0)}})
    store.put_catalogue(replace(wanted, extruders=(first,)), "test", "lower limit")
    assert store.catalogue_version() == 2
    assert store.catalogue().extruders[0].limits[0]["MeltPressure"].h == 250.0


def test_signals_may_be_appended_but_not_reordered(store: TelemetryStore) -> None:
    store.put_catalogue(plant(1), "test", "first")
    more = (*SIGNALS, Signal("Load", "Load", "%", "Drive", 0, 120))
    store.put_catalogue(plant(1, more), "test", "one more")
    assert len(store.catalogue().extruders[0].signals) == 4
    with pytest.raises(CatalogueConflict, match="append new signals"):
        store.put_catalogue(plant(1, more[::-1]), "test", "reordered")


def test_extruders_that_a_source_no_longer_delivers_are_retired(store: TelemetryStore) -> None:
    store.put_catalogue(plant(3), "simulator", "")
    store.put_catalogue(plant(1), "another source", "", complete=True)
    assert [e.id for e in store.catalogue().extruders] == [1, 2, 3]
    store.put_catalogue(plant(2), "simulator", "", complete=True)
    assert [e.id for e in store.catalogue().extruders] == [1, 2]
    store.put_catalogue(plant(3), "simulator", "", complete=True)
    assert [e.id for e in store.catalogue().extruders] == [1, 2, 3]


def test_limits_that_a_person_set_stay_when_the_source_starts_again(
    store: TelemetryStore,
) -> None:
    store.put_catalogue(plant(1), "simulator", "")
    store.set_limits(1, 0, {"MeltPressure": Limits(h=250.0)}, "M. Weber", "new die")
    store.put_catalogue(plant(1), "simulator", "")
    assert store.catalogue().extruders[0].limits[0]["MeltPressure"].h == 250.0


def test_readings_by_name_are_plain_sql(store: TelemetryStore, store_url: str) -> None:
    store.put_catalogue(plant(1), "test", "first")
    numbers = [310.25, 1e-42, -0.1]
    store.append([row(1_500, 1, *numbers)])
    columns = "time_utc, extruder, signal, value, unit, quality"
    found = sql_rows(store_url, f"SELECT {columns} FROM readings_by_name ORDER BY value DESC")
    assert found[0] == (
        "1970-01-01T00:00:01.500Z", "Extruder 1", "MeltPressure", 310.25, "bar", "GOOD",
    )  # fmt: skip
    assert np.array([f[3] for f in found], np.float32).tolist() == (
        np.array(numbers, np.float32).tolist()
    )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_null_in_sql(
    store: TelemetryStore, store_url: str, value: float
) -> None:
    store.put_catalogue(plant(1), "test", "first")
    store.append([row(0, 1, value, 1.0, 2.0)])
    sql = "SELECT value FROM readings_by_name WHERE signal = 'MeltPressure'"
    assert sql_rows(store_url, sql) == [(None,)]


def test_absent_signals_are_not_listed_by_name(store: TelemetryStore, store_url: str) -> None:
    store.put_catalogue(plant(1), "test", "first")
    store.append([row(0, 1, None, 1.0, 2.0)])
    assert sql_rows(store_url, "SELECT count(*) FROM readings_by_name") == [(2,)]
    names = {name for (name,) in sql_rows(store_url, "SELECT name FROM quality_codes")}
    assert names == {code.name for code in Quality}


def test_import_progress_is_saved_with_its_rows(store: TelemetryStore) -> None:
    assert store.import_mark("file") == ImportMark()
    store.append([row(0, 1, 1.0)], ("file", ImportMark(1, done=True)))
    assert store.import_mark("file") == ImportMark(1, True)


def test_a_bad_url_names_the_setting_and_value() -> None:
    with pytest.raises(SettingError, match="DATABASE_URL='mysql://x'"):
        open_store("mysql://x")


def test_a_missing_store_is_a_store_error(tmp_path) -> None:
    with pytest.raises(StoreError, match="cannot open"):
        open_store("postgresql://127.0.0.1:1/none", readonly=True)
    with pytest.raises(StoreError, match="cannot open"):
        open_store(f"sqlite:///{tmp_path / 'none.sqlite'}", readonly=True)
