"""Recordings of real machines: nothing is found but what is really wrong with them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.ingest.csv_rows import CsvRows
from data.ingest.mapping import CsvMapping, load_mapping
from data.windows import Row
from tests.ingest.checks.checked import checks_of
from tests.recordings import mapping_of

SIGNAL = 'column = "{0}", name = "{0}", label = "x", unit = "{1}", group = "x", low = 0, high = 500'


def rows_of(path: Path, mapping: CsvMapping) -> Iterator[Row]:
    for batch in CsvRows(path, mapping, lambda *_: None).batches():
        yield from batch.rows


def found(path: Path, mapping: CsvMapping) -> set[tuple[str, str]]:
    checks, seen = checks_of(mapping.catalogue()), set()
    for row in rows_of(path, mapping):
        checks.row(row, row.ts)
        seen |= {(one.check, one.signal) for one in checks.findings()}
    return seen


def mapped(folder: Path, time_column: str, columns: list[str], unit: str) -> CsvMapping:
    """All columns as signals of one extruder."""
    path = folder / "mapping.toml"
    signals = ", ".join(f"{{ {SIGNAL.format(column, unit)} }}" for column in columns)
    path.write_text(
        f'[file]\ntime_column = "{time_column}"\ntime_format = "%Y-%m-%d %H:%M:%S"\n'
        'timezone = "UTC"\ngarbage_below = 1e-30\n'
        f'[[extruder]]\nid = 1\nname = "x"\nsignal = [{signals}]\n'
    )
    return load_mapping(path)


def test_three_extruders_and_their_stops(recorded: Path) -> None:
    (path,) = (recorded / "liveline").glob("*.csv")
    assert found(path, mapping_of("liveline")) == set()


def test_a_pump_healthy_and_with_a_closing_valve(recorded: Path) -> None:
    for path in sorted((recorded / "skab").rglob("*.csv")):
        assert found(path, mapping_of("skab")) == set()


def test_a_machine_over_eleven_weeks(recorded: Path, tmp_path: Path) -> None:
    path = recorded / "nab" / "machine_temperature_system_failure.csv"
    if not path.exists():
        pytest.skip(f"no {path}")
    assert found(path, mapped(tmp_path, "timestamp", ["value"], "°F")) == set()


def test_the_mirrored_channel_of_the_line_is_found(recorded: Path, tmp_path: Path) -> None:
    (path,) = (recorded / "liveline").glob("*.csv")
    with path.open() as file:
        header = next(csv.reader(file))
    columns = [name for name in header if name.startswith(("Machine4.", "Machine5."))]
    seen = found(path, mapped(tmp_path, "time_stamp", columns, "x"))
    assert seen == {
        ("mirrored", f"Machine4.{name}.C.Actual") for name in ("Temperature4", "Pressure")
    }
