"""Parquet: the same rows as from CSV, by the same mapping."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from data.errors import MalformedFile
from data.ingest.csv_import import CsvImport
from data.ingest.recorded import columns_of, rows_of
from data.ingest.recorded_rows import Tally
from data.telemetry import open_store
from data.windows import Row
from tests.ingest.bars import no_bar
from tests.ingest.made_files import made_csv, made_mapping, ms, second

ROWS = [("1", "2"), ("", "3.5"), ("4", "nan"), ("1e39", "0"), ("1e-40", "7")]


def written(folder: Path, time: pa.Array, a: pa.Array, b: pa.Array) -> Path:
    path = folder / "made.parquet"
    parquet.write_table(pa.table({"other": a, "t": time, "b": b, "a": a}), path)
    return path


def floats(cells: list[str]) -> pa.Array:
    return pa.array([float(cell) if cell else None for cell in cells], pa.float64())


def read(path: Path, folder: Path, **parts: object) -> tuple[list[Row], Tally, list[tuple]]:
    rejects: list[tuple] = []
    found = rows_of(path, made_mapping(folder, **parts), lambda *one: rejects.append(one))
    return [row for batch in found.batches() for row in batch.rows], found.tally, rejects


def local(stamps: list[str]) -> list[datetime]:
    return [datetime.fromisoformat(one) for one in stamps]


def same(one: list[Row], other: list[Row]) -> None:
    assert [(r.ts, r.extruder) for r in one] == [(r.ts, r.extruder) for r in other]
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a.values, b.values)
        np.testing.assert_array_equal(a.quality, b.quality)


@pytest.mark.parametrize("zone", ["UTC", "America/Detroit"])
def test_the_same_rows_repairs_and_rejects_as_from_csv(tmp_path: Path, zone: str) -> None:
    hour = ["2024-11-03 01:30:00", "2024-11-03 01:59:00", "2024-11-03 01:00:00"]
    stamps = ["2024-03-10 02:30:00", *hour, "2024-11-03 01:00:00"]
    lines = [f"{stamp},{a},{b}" for stamp, (a, b) in zip(stamps, ROWS, strict=True)]
    parts = {"file": f'timezone = "{zone}"'}
    csv = read(made_csv(tmp_path, *lines), tmp_path, **parts)
    a, b = (floats([row[n] for row in ROWS]) for n in (0, 1))
    times = local(stamps)
    for column in (
        pa.array(times, pa.timestamp("ns")),
        pa.array(times, pa.timestamp("s")),
        pa.array(stamps),
    ):
        found = read(written(tmp_path, column, a, b), tmp_path, **parts)
        same(found[0], csv[0])
        assert found[1] == csv[1]
        assert len(found[2]) == len(csv[2])


def test_times_with_a_zone_need_no_other(tmp_path: Path) -> None:
    time = pa.array([datetime(2024, 5, 1, 12, tzinfo=UTC)], pa.timestamp("us", "Europe/Berlin"))
    whole, flag = pa.array([7], pa.int32()), pa.array([True])
    rows, _, _ = read(
        written(tmp_path, time, whole, flag), tmp_path, file='timezone = "Asia/Tokyo"'
    )
    assert [(row.ts, row.values.tolist()) for row in rows] == [(ms("2024-05-01 12:00"), [7, 1])]


def test_texts_are_numbers_or_rejected_as_in_csv(tmp_path: Path) -> None:
    time, a = pa.array([second(1), second(2)]), pa.array(["1,5", "oops"])
    path = written(tmp_path, time, a, pa.array([None, "NA"]))
    with pytest.raises(MalformedFile, match="row 2, column 'a': 'oops' is not a number"):
        read(path, tmp_path, file='decimal = ","\ndelimiter = ";"')
    keys = 'decimal = ","\ndelimiter = ";"\nbad_cell = "reject"'
    rows, tally, rejects = read(path, tmp_path, file=keys)
    assert next(row.values[0] for row in rows) == 1.5
    assert rejects == [(2, "a", "oops", "not a number, stored as sensor failure")]
    assert sum(tally.rejected.values()) == 1


def test_an_import_takes_it_once(tmp_path: Path) -> None:
    times = pa.array(local([second(n) for n in range(1200)]), pa.timestamp("ms"))
    a = pa.array(np.arange(1200.0))
    path = written(tmp_path, times, a, a)
    assert columns_of(path, ",") == ["other", "t", "b", "a"]
    job = CsvImport(path, made_mapping(tmp_path), no_bar)
    with closing(open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")) as store:
        report = job.run(store, tmp_path / "rejects.csv")
        assert (report.appended.stored, report.unmapped) == (1200, ["other"])
        assert job.run(store, tmp_path / "rejects.csv").already
        assert len(store.rows_since(0, 5000)) == 1200


@pytest.mark.parametrize(
    ("time", "told"),
    [
        (pa.array([1, 2]), "column 't' is of type int64, expected times or texts"),
        (pa.array([None, datetime(2024, 1, 1)], pa.timestamp("ms")), "row 1: None is no time"),
        (pa.array([second(1), "noon"]), "row 2: 'noon' is no time"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, time: pa.Array, told: str) -> None:
    a = pa.array([1.0, 2.0])
    with pytest.raises(MalformedFile, match=told):
        read(written(tmp_path, time, a, a), tmp_path)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "made.parquet"
    parquet.write_table(pa.table({"t": [second(1)], "a": [1.0]}), path)
    with pytest.raises(MalformedFile, match="the mapped column 'b' is not there"):
        read(path, tmp_path)


@given(st.data())
def test_broken_files_are_malformed_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("broken")
    a = pa.array([1.0, 2.0])
    path = written(folder, pa.array([second(1), second(2)]), a, a)
    raw = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(4, len(raw) - 1), min_size=1, max_size=8)):
        raw[place] = data.draw(st.integers(0, 255))
    path.write_bytes(raw[: data.draw(st.integers(4, len(raw)))])
    try:
        read(path, folder)
    except MalformedFile as error:
        assert "\n" not in str(error)
