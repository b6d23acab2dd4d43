"""What real files hold is repaired, marked or rejected by rule, and always counted."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.ingest import recorded_rows
from data.ingest.mapped_extruders import Column
from data.ingest.mapping import load_mapping
from data.ingest.recorded_rows import clean, to_number
from data.quality import Quality
from tests.ingest.made_files import Read, made_csv, made_mapping, ms, second

GOOD, UNCERTAIN = Quality.GOOD, Quality.UNCERTAIN_LAST_USABLE_VALUE
FAILED, SILENT = Quality.BAD_SENSOR_FAILURE, Quality.BAD_NO_COMMUNICATION


def read(folder: Path, *lines: str, header: str = "t,a,b", **parts: object) -> Read:
    return Read(made_csv(folder, *lines, header=header), made_mapping(folder, **parts))


def test_a_plain_row_is_stored_as_it_is(tmp_path: Path) -> None:
    got = read(tmp_path, f"{second(0)},1.5,-2e3")
    (row,) = got.rows
    assert (row.ts, row.extruder) == (ms(second(0)), 1)
    assert row.values.tolist() == [1.5, -2000.0]
    assert row.quality.tolist() == [GOOD, GOOD]
    assert not got.tally.repaired
    assert not got.tally.rejected


def test_zero_is_missing_only_where_it_is_declared(tmp_path: Path) -> None:
    got = read(tmp_path, f"{second(0)},0,0", signals=(", zero_is_missing = true", ""))
    assert math.isnan(got.rows[0].values[0])
    assert got.rows[0].values[1] == 0
    assert got.rows[0].quality.tolist() == [SILENT, GOOD]
    assert got.tally.repaired == {recorded_rows.ZERO: 1}


def test_a_signal_may_take_back_what_the_file_says_about_zero(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        f"{second(0)},0,0",
        file="zero_is_missing = true",
        signals=(", zero_is_missing = false", ""),
    )
    assert got.rows[0].quality.tolist() == [GOOD, SILENT]


@pytest.mark.parametrize("text", ["", " ", "NaN", "nan", "NA", "null", "None", "n/a"])
def test_a_cell_without_a_reading_is_missing(tmp_path: Path, text: str) -> None:
    got = read(tmp_path, f"{second(0)},{text},1")
    assert got.rows[0].quality.tolist() == [SILENT, GOOD]
    assert got.tally.repaired == {recorded_rows.MISSING: 1}


def test_garbage_next_to_zero_is_a_failed_sensor(tmp_path: Path) -> None:
    got = read(tmp_path, f"{second(0)},-9.77E-137,1e-29", file="garbage_below = 1e-30")
    assert got.rows[0].quality.tolist() == [FAILED, GOOD]
    assert math.isnan(got.rows[0].values[0])
    assert got.tally.repaired == {recorded_rows.GARBAGE: 1}


@pytest.mark.parametrize("text", ["inf", "-Infinity", "1e400", "3.5e38"])
def test_what_float32_cannot_hold_is_a_failed_sensor(tmp_path: Path, text: str) -> None:
    got = read(tmp_path, f"{second(0)},{text},1")
    assert got.rows[0].quality.tolist() == [FAILED, GOOD]
    assert got.tally.repaired == {recorded_rows.INFINITE: 1}


def test_a_spike_is_kept(tmp_path: Path) -> None:
    got = read(tmp_path, *(f"{second(n)},{9999 if n == 2 else 1},1" for n in range(5)))
    assert [row.values[0] for row in got.rows] == [1, 1, 9999, 1, 1]
    assert all(row.quality.tolist() == [GOOD, GOOD] for row in got.rows)


def test_scale_and_offset_are_applied_and_zero_is_judged_before(tmp_path: Path) -> None:
    got = read(
        tmp_path,
        f"{second(0)},212,0",
        signals=(", scale = 0.5, offset = -6", ", offset = 5, zero_is_missing = true"),
    )
    assert got.rows[0].values[0] == 100
    assert got.rows[0].quality.tolist() == [GOOD, SILENT]


def test_rows_of_one_stamp_are_all_kept_and_marked_uncertain(tmp_path: Path) -> None:
    got = read(tmp_path, *(f"{second(0)},{n}," for n in range(3)), f"{second(1)},3,4")
    start = ms(second(0))
    assert [row.ts for row in got.rows] == [start, start + 1, start + 2, start + 1000]
    assert [row.values[0] for row in got.rows] == [0, 1, 2, 3]
    assert [row.quality[0] for row in got.rows] == [GOOD, UNCERTAIN, UNCERTAIN, GOOD]
    assert [row.quality[1] for row in got.rows] == [SILENT, SILENT, SILENT, GOOD]
    assert got.tally.repaired[recorded_rows.DUPLICATE] == 2


def test_a_clock_set_back_loses_no_row(tmp_path: Path) -> None:
    stamps = [0, 1, 2, 3, 1, 2, 3, 4]
    got = read(tmp_path, *(f"{second(s)},{i},1" for i, s in enumerate(stamps)))
    by_time = sorted(got.rows, key=lambda row: row.ts)
    assert [row.values[0] for row in by_time] == [0, 1, 4, 2, 5, 3, 6, 7]
    assert got.tally.repaired == {recorded_rows.BACKWARD: 1, recorded_rows.DUPLICATE: 3}


def test_a_late_row_with_a_stamp_of_its_own_stays_good(tmp_path: Path) -> None:
    got = read(tmp_path, f"{second(5)},1,1", f"{second(2)},2,2")
    assert got.rows[1].ts == ms(second(2))
    assert got.rows[1].quality.tolist() == [GOOD, GOOD]
    assert got.tally.repaired == {recorded_rows.BACKWARD: 1}


def test_more_rows_than_milliseconds_at_one_stamp_are_rejected_by_line(tmp_path: Path) -> None:
    got = read(tmp_path, *(f"{second(0)},{n},1" for n in range(1002)))
    assert len(got.rows) == len({row.ts for row in got.rows}) == 1000
    assert [one[:2] for one in got.rejects] == [(1002, "t"), (1003, "t")]
    assert got.tally.rejected == {f"rows: {recorded_rows.CROWDED}": 2}


def test_local_times_are_stored_as_utc(tmp_path: Path) -> None:
    got = read(tmp_path, "2019-03-06 10:52:33,1,1", file='timezone = "America/Detroit"')
    assert got.rows[0].ts == ms("2019-03-06T15:52:33+00:00", "UTC")


def test_the_hour_that_a_clock_change_repeats_is_told_apart_by_order(tmp_path: Path) -> None:
    stamps = ["00:59:00", "01:00:00", "01:59:00", "01:00:00", "01:59:00", "02:00:00"]
    lines = [f"2024-11-03 {stamp},1,1" for stamp in stamps]
    got = read(tmp_path, *lines, file='timezone = "America/Detroit"')
    minutes = [(row.ts - got.rows[0].ts) // 60_000 for row in got.rows]
    assert minutes == [0, 1, 60, 61, 120, 121]
    assert got.tally.repaired == {recorded_rows.TWICE: 4}


def test_a_local_time_that_a_clock_change_skips_is_rejected(tmp_path: Path) -> None:
    lines = ["2024-03-10 01:59:59,1,1", "2024-03-10 02:30:00,2,2", "2024-03-10 03:00:00,3,3"]
    got = read(tmp_path, *lines, file='timezone = "America/Detroit"')
    assert [row.ts - got.rows[0].ts for row in got.rows] == [0, 1000]
    assert got.rejects == [(3, "t", "2024-03-10 02:30:00", recorded_rows.SKIPPED)]


def test_iso_stamps_may_carry_milliseconds_and_their_own_offset(tmp_path: Path) -> None:
    mapping = made_mapping(tmp_path, file='timezone = "Asia/Tokyo"')
    text = mapping.path.read_text().replace("%Y-%m-%d %H:%M:%S", "iso")
    mapping.path.write_text(text)
    csv = made_csv(tmp_path, "2024-05-01T09:00:00.250,1,1", "2024-05-01T00:00:01Z,1,1")
    got = Read(csv, load_mapping(mapping.path))
    assert [row.ts - ms("2024-05-01 00:00:00") for row in got.rows] == [250, 1000]


def test_european_files_are_read_as_they_are_written(tmp_path: Path) -> None:
    file = 'delimiter = ";"\ndecimal = ","\nencoding = "cp1252"'
    mapping = made_mapping(tmp_path, file=file)
    csv = tmp_path / "eu.csv"
    csv.write_bytes(f't;"a";b;Temperatur °C\r\n{second(0)};1,5;"2,25";x\r\n'.encode("cp1252"))
    got = Read(csv, mapping)
    assert got.rows[0].values.tolist() == [1.5, 2.25]
    assert got.unmapped == ["Temperatur °C"]


def test_quoted_cells_a_byte_order_mark_and_blank_lines_are_read(tmp_path: Path) -> None:
    csv = tmp_path / "quoted.csv"
    line = f'"a ""note"", here","{second(0)}",1,"2"'
    csv.write_bytes(f"\ufeffnote,t,a,b\r\n\r\n{line}\r\n\r\n".encode())
    assert Read(csv, made_mapping(tmp_path)).rows[0].values.tolist() == [1, 2]


def test_text_in_place_of_a_number_is_rejected_where_the_mapping_allows(tmp_path: Path) -> None:
    got = read(tmp_path, f"{second(0)},#DIV/0!,1", file='bad_cell = "reject"')
    assert got.rows[0].quality.tolist() == [FAILED, GOOD]
    assert math.isnan(got.rows[0].values[0])
    assert got.rejects == [(2, "a", "#DIV/0!", recorded_rows.NOT_A_NUMBER)]
    assert got.tally.rejected == {f"readings: {recorded_rows.NOT_A_NUMBER}": 1}
    assert not got.tally.repaired


def test_a_product_is_a_state_of_every_row(tmp_path: Path) -> None:
    product = 'product = { code = 7, name = "HDPE pipe" }'
    mapping = made_mapping(tmp_path, extruder=product)
    got = Read(made_csv(tmp_path, f"{second(0)},1,"), mapping)
    assert mapping.extruders[0].extruder.signals[0].states == {7: "HDPE pipe"}
    np.testing.assert_array_equal(got.rows[0].values, [7, 1, np.nan])
    assert got.rows[0].quality.tolist() == [GOOD, GOOD, SILENT]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_as_python_writes_it(number: float) -> None:
    assert to_number(repr(number), ".") == number
    assert to_number(repr(number).replace(".", ","), ",") == number


@given(st.lists(st.tuples(st.floats(), st.floats()), min_size=1, max_size=20))
def test_a_reading_is_good_exactly_if_it_has_a_number(cells: list[tuple[float, float]]) -> None:
    columns = [Column("a", 1.0, 0.0, True), Column("b", 2.0, 1.0, False)]
    raw = np.array(cells)
    values, quality, counts = clean(raw, columns, 1e-30)
    assert np.array_equal(np.isfinite(values), quality == GOOD)
    assert sum(counts.values()) == np.count_nonzero(quality)
    with np.errstate(over="ignore", invalid="ignore"):
        expected = (raw * [1.0, 2.0] + [0.0, 1.0]).astype(np.float32)
    assert np.array_equal(values[quality == GOOD], expected[quality == GOOD])
