"""The recorded line run: nothing of its 14,088 rows is lost, and cells are what the file says."""

from __future__ import annotations

import csv
import math
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from data.ingest import recorded_rows
from data.ingest.csv_import import CsvImport
from data.ingest.mapping import SHIPPED, CsvMapping, load_mapping
from data.quality import Quality
from data.telemetry import Appended, TelemetryStore
from data.windows import Row
from tests.ingest.bars import no_bar
from tests.ingest.made_files import Read

ROWS = 14_088
GAUGES = [f"Stage{stage}.Output.Measurement{n}.U.Actual" for stage in (1, 2) for n in range(15)]


@pytest.fixture(scope="session")
def liveline(recorded: Path) -> Path:
    (path,) = (recorded / "liveline").glob("*.csv")
    return path


@pytest.fixture(scope="session")
def cells(liveline: Path) -> list[dict[str, str]]:
    """The file by the csv module: an independent reading of it."""
    with liveline.open(newline="") as file:
        return list(csv.DictReader(file))


def gauge_mapping(folder: Path) -> CsvMapping:
    signals = "\n".join(
        f'  {{ column = "{name}", name = "Gauge_{n:02d}", label = "Gauge {n}", unit = "mm",'
        ' group = "Gauges", low = 0, high = 40, zero_is_missing = true },'
        for n, name in enumerate(GAUGES)
    )
    path = folder / "gauges.toml"
    path.write_text(
        '[file]\ntime_column = "time_stamp"\ntime_format = "iso"\ntimezone = "America/Detroit"\n'
        'garbage_below = 1e-30\n[[extruder]]\nid = 1\nname = "Gauges"\n'
        f"signal = [\n{signals}\n]\n"
    )
    return load_mapping(path)


def expected_times(cells: list[dict[str, str]]) -> list[int]:
    """Stamps in UTC; the second row of a stamp comes 1 ms later."""
    zone = ZoneInfo("America/Detroit")
    seen: Counter[str] = Counter()
    times = []
    for row in cells:
        stamp = row["time_stamp"]
        local = datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone)
        times.append(round(local.timestamp()) * 1000 + seen[stamp])
        seen[stamp] += 1
    return times


def test_the_whole_run_is_imported_and_every_cell_is_what_the_file_says(
    liveline: Path, cells: list[dict[str, str]], tmp_path: Path, store: TelemetryStore
) -> None:
    mapping, rejects = load_mapping(SHIPPED / "liveline.toml"), tmp_path / "rejects.csv"
    report = CsvImport(liveline, mapping, no_bar).run(store, rejects)
    assert report.tally.rows == len(cells) == ROWS
    assert report.appended == Appended(stored=3 * ROWS)
    assert report.tally.repaired == {recorded_rows.ZERO: 7 + 11, recorded_rows.DUPLICATE: 11}
    assert not report.tally.rejected
    assert not rejects.exists()
    for mapped in mapping.extruders:
        rows = store.rows_between(mapped.extruder.id, 0, 1 << 50)
        assert [row.ts for row in rows] == expected_times(cells)
        for slot, column in enumerate(mapped.columns):
            written = np.array([row[column.name] for row in cells], np.float32)
            if column.zero_is_missing:
                written[written == 0] = np.nan
            np.testing.assert_array_equal([row.values[slot] for row in rows], written)


def test_single_cells_of_the_run_are_where_they_belong(
    liveline: Path, store: TelemetryStore, tmp_path: Path
) -> None:
    mapping = load_mapping(SHIPPED / "liveline.toml")
    CsvImport(liveline, mapping, no_bar).run(store, tmp_path / "rejects.csv")
    first = store.rows_between(101, 0, 1 << 50)[0]
    # 2019-03-06 10:52:33 in Detroit (EST) is 15:52:33 UTC.
    assert first.ts == 1_551_887_553_000
    slot = mapping.extruders[0].extruder.slot("MeltPressureZone_001.Pressure.ActualValue")
    assert slot is not None
    assert first.values[slot] == np.float32(436.76)


def test_the_eleven_doubled_stamps_are_kept_and_marked(liveline: Path) -> None:
    got = Read(liveline, load_mapping(SHIPPED / "liveline.toml"))
    moved = [row for row in got.rows if row.ts % 1000]
    assert len(moved) == 3 * 11
    assert all(Quality.GOOD not in row.quality for row in moved)
    assert all(uncertain(row) for row in moved)


def uncertain(row: Row) -> bool:
    return bool(np.any(row.quality == Quality.UNCERTAIN_LAST_USABLE_VALUE))


def test_zeros_and_garbage_of_the_gauges_are_counted_as_the_file_has_them(
    liveline: Path, cells: list[dict[str, str]], tmp_path: Path
) -> None:
    numbers = np.array([[float(row[name]) for name in GAUGES] for row in cells])
    zeros = numbers == 0
    garbage = (numbers != 0) & (np.abs(numbers) < 1e-30)
    got = Read(liveline, gauge_mapping(tmp_path))
    assert got.tally.repaired[recorded_rows.ZERO] == zeros.sum() == 78_539
    assert zeros.mean() == pytest.approx(0.186, abs=0.0005)
    assert got.tally.repaired[recorded_rows.GARBAGE] == garbage.sum() == 105
    quality = np.array([row.quality for row in got.rows])
    assert np.array_equal(quality == Quality.BAD_NO_COMMUNICATION, zeros)
    assert np.array_equal(quality == Quality.BAD_SENSOR_FAILURE, garbage)


def test_spikes_and_negative_lengths_stay_as_they_are(
    liveline: Path, cells: list[dict[str, str]], tmp_path: Path
) -> None:
    got = Read(liveline, gauge_mapping(tmp_path))
    values = np.array([row.values for row in got.rows])
    written = np.array([[float(row[name]) for name in GAUGES] for row in cells])
    kept = np.abs(written) >= 1e-30
    assert np.array_equal(values[kept], written[kept].astype(np.float32))
    assert math.isclose(float(np.nanmin(values)), -7.68898684, rel_tol=1e-6)


def test_files_of_the_pump_rig_are_read_whole(recorded: Path) -> None:
    mapping = load_mapping(SHIPPED / "skab.toml")
    for path in sorted((recorded / "skab").rglob("*.csv")):
        got = Read(path, mapping)
        assert got.tally.rows == len(got.rows) == path.read_text().count("\n") - 1
        assert not got.tally.rejected


def test_the_clock_set_back_in_the_oven_record_loses_no_row(recorded: Path, tmp_path: Path) -> None:
    path = recorded / "nab" / "machine_temperature_system_failure.csv"
    if not path.exists():
        pytest.skip(f"no {path}")
    mapping = tmp_path / "nab.toml"
    mapping.write_text(
        '[file]\ntime_column = "timestamp"\ntime_format = "%Y-%m-%d %H:%M:%S"\n'
        'timezone = "UTC"\n[[extruder]]\nid = 1\nname = "Machine"\nsignal = [{ column = "value",'
        ' name = "T", label = "T", unit = "°F", group = "Drive", low = 0, high = 120 }]\n'
    )
    got = Read(path, load_mapping(mapping))
    assert len({row.ts for row in got.rows}) == got.tally.rows == 22_695
    assert got.tally.repaired == {recorded_rows.DUPLICATE: 12, recorded_rows.BACKWARD: 1}
