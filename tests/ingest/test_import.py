"""An import can be broken off, repeated and read again; the store ends up the same."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from data.ingest.csv_import import CsvImport, Report, summary
from data.ingest.recorded_rows import BATCH_LINES
from data.telemetry import Appended, TelemetryStore, open_store
from tests.ingest.bars import BreakAt, no_bar
from tests.ingest.made_files import long_csv, made_csv, made_mapping, second

ROWS = 5 * BATCH_LINES + 17


class Stopped(Exception):
    pass


def stop() -> None:
    raise Stopped


def imported(folder: Path, path: Path, store: TelemetryStore, again: bool = False) -> Report:
    job = CsvImport(path, made_mapping(folder), no_bar)
    return job.run(store, folder / "rejects.csv", again)


def content(store: TelemetryStore) -> list[tuple[int, int, int, bytes, bytes]]:
    rows = store.rows_since(0, 1_000_000)
    return [(r.seq, r.extruder, r.ts, r.values.tobytes(), r.quality.tobytes()) for r in rows]


def test_all_rows_of_a_file_are_stored_and_reported(tmp_path: Path, store: TelemetryStore) -> None:
    report = imported(tmp_path, long_csv(tmp_path, ROWS), store)
    assert report.tally.rows == ROWS
    assert report.appended == Appended(stored=ROWS)
    assert report.rejects is None
    assert len(content(store)) == ROWS
    assert [extruder.name for extruder in store.catalogue().extruders] == ["One"]


def test_importing_twice_changes_nothing(tmp_path: Path, store: TelemetryStore) -> None:
    path = long_csv(tmp_path, ROWS)
    imported(tmp_path, path, store)
    before = (content(store), store.last_seq(), store.catalogue())
    report = imported(tmp_path, path, store)
    assert list(summary(report, True)) == [f"{path}: already imported; nothing changed"]
    assert (content(store), store.last_seq(), store.catalogue()) == before


def test_importing_again_by_force_finds_every_row_unchanged(
    tmp_path: Path, store: TelemetryStore
) -> None:
    lines = [f"{second(n // 2)},{n},{n % 3}" for n in range(ROWS)]
    path = made_csv(tmp_path, *lines, f"{second(0)},0,0")
    imported(tmp_path, path, store)
    before = (content(store), store.catalogue())
    report = imported(tmp_path, path, store, again=True)
    assert report.appended == Appended(unchanged=ROWS + 1)
    assert (content(store), store.catalogue()) == before


def test_a_corrected_file_corrects_only_what_differs(tmp_path: Path, store: TelemetryStore) -> None:
    imported(tmp_path, long_csv(tmp_path, 10), store)
    path = long_csv(tmp_path, 10)
    path.write_text(path.read_text().replace(f"{second(3)},3,3", f"{second(3)},7,3"))
    report = imported(tmp_path, path, store)
    assert report.appended == Appended(corrected=1, unchanged=9)


def test_a_broken_import_goes_on_where_it_was(tmp_path: Path, store: TelemetryStore) -> None:
    path = long_csv(tmp_path, ROWS)
    with pytest.raises(Stopped):
        CsvImport(path, made_mapping(tmp_path), BreakAt(2, stop)).run(store, tmp_path / "r.csv")
    assert store.last_seq() == 2 * BATCH_LINES
    report = imported(tmp_path, path, store)
    assert report.skipped == 2 * BATCH_LINES
    assert report.tally.rows == ROWS
    assert report.appended == Appended(stored=ROWS - 2 * BATCH_LINES)
    assert content(store) == whole_import(tmp_path, path)


def test_a_killed_import_goes_on_where_it_was(tmp_path: Path, store_url: str) -> None:
    path, mapping = long_csv(tmp_path, ROWS), made_mapping(tmp_path)
    code = (
        "import os, sys; from pathlib import Path\n"
        "from data.ingest.csv_import import CsvImport\n"
        "from data.ingest.mapping import load_mapping\n"
        "from data.telemetry import open_store\n"
        "from tests.ingest.bars import BreakAt\n"
        "url, path, mapping = sys.argv[1], Path(sys.argv[2]), load_mapping(Path(sys.argv[3]))\n"
        "bar = BreakAt(3, lambda: os.kill(os.getpid(), 9))\n"
        "CsvImport(path, mapping, bar).run(open_store(url), path.with_name('rejects.csv'))\n"
    )
    command = [sys.executable, "-c", code, store_url, str(path), str(mapping.path)]
    killed = subprocess.run(command, check=False, cwd=Path(__file__).parents[2])
    assert killed.returncode == -signal.SIGKILL
    store = open_store(store_url)
    assert store.last_seq() == 3 * BATCH_LINES
    assert imported(tmp_path, path, store).appended.stored == ROWS - 3 * BATCH_LINES
    assert content(store) == whole_import(tmp_path, path)
    store.close()


def whole_import(folder: Path, path: Path) -> list[tuple[int, int, int, bytes, bytes]]:
    """What the store holds after the same import in one go."""
    fresh = open_store(f"sqlite:///{folder / 'fresh.sqlite'}")
    imported(folder, path, fresh)
    found = content(fresh)
    fresh.close()
    return found


def test_another_mapping_of_the_same_file_is_another_import(
    tmp_path: Path, store: TelemetryStore
) -> None:
    path = long_csv(tmp_path, 10)
    imported(tmp_path, path, store)
    scaled = made_mapping(tmp_path, signals=("", ", scale = 2"))
    report = CsvImport(path, scaled, no_bar).run(store, tmp_path / "rejects.csv")
    assert report.appended == Appended(corrected=9, unchanged=1)


def test_a_file_without_rows_is_imported_and_known(tmp_path: Path, store: TelemetryStore) -> None:
    path = made_csv(tmp_path)
    assert imported(tmp_path, path, store).tally.rows == 0
    assert imported(tmp_path, path, store).already


def test_what_was_read_is_stored_or_in_the_rejects_file(
    tmp_path: Path, store: TelemetryStore
) -> None:
    mapping = made_mapping(tmp_path, file='bad_cell = "reject"\ntimezone = "America/Detroit"')
    lines = ["2024-03-10 01:59:59,1,x y", "2024-03-10 02:30:00,2,2", "2024-03-10 03:00:00,,3"]
    job = CsvImport(made_csv(tmp_path, *lines), mapping, no_bar)
    report = job.run(store, tmp_path / "new folder" / "rejects.csv")
    assert report.appended.stored == 2
    assert report.rejects is not None
    assert list(csv.reader(report.rejects.read_text().splitlines())) == [
        ["line", "column", "value", "reason"],
        ["2", "b", "x y", "not a number, stored as sensor failure"],
        ["3", "t", "2024-03-10 02:30:00", "local time that a clock change skips"],
    ]
    text = "\n".join(summary(report, False))
    assert "3  rows read" in text
    assert "1  readings: empty, NaN, NA or null, stored as missing" in text
    assert "1  readings: not a number, stored as sensor failure" in text
    assert "1  rows: local time that a clock change skips" in text


def test_a_resumed_import_reports_rejects_of_the_whole_file(
    tmp_path: Path, store: TelemetryStore
) -> None:
    mapping, rejects = made_mapping(tmp_path, file='bad_cell = "reject"'), tmp_path / "rejects.csv"
    lines = (f"{second(n)},{'x' if n % 400 == 0 else n},1" for n in range(ROWS))
    path = made_csv(tmp_path, *lines)
    with pytest.raises(Stopped):
        CsvImport(path, mapping, BreakAt(1, stop)).run(store, rejects)
    first = rejects.read_text()
    assert first.count("\n") == 1 + len(range(0, ROWS, 400))
    CsvImport(path, mapping, no_bar).run(store, rejects)
    assert rejects.read_text() == first
