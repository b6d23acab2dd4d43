"""Small CSV files and mappings made by hand for the tests of import and replay."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from data.ingest.csv_rows import CsvRows
from data.ingest.mapping import CsvMapping, load_mapping
from data.ingest.recorded_rows import Tally
from data.windows import Row

SIGNAL = 'label = "{0}", unit = "bar", group = "Melt", low = 0, high = 10'
NAMES = ("a", "b")


def mapping_text(file: str = "", signals: tuple[str, ...] = ("", ""), extruder: str = "") -> str:
    """A mapping of columns a and b to one extruder; further keys as TOML text."""
    lines = [
        "[file]",
        'time_column = "t"',
        'time_format = "%Y-%m-%d %H:%M:%S"',
        *([] if "timezone" in file else ['timezone = "UTC"']),
        file,
        "[[extruder]]",
        "id = 1",
        'name = "One"',
        extruder,
        "signal = [",
        *(
            f'  {{ column = "{name}", name = "{name.upper()}", {SIGNAL.format(name)}{more} }},'
            for name, more in zip(NAMES, signals, strict=True)
        ),
        "]",
    ]
    return "\n".join(lines)


def made_mapping(folder: Path, **parts: object) -> CsvMapping:
    path = folder / "mapping.toml"
    path.write_text(mapping_text(**parts))  # type: ignore[arg-type]
    return load_mapping(path)


def made_csv(folder: Path, *lines: str, header: str = "t,a,b") -> Path:
    path = folder / "made.csv"
    path.write_text("\n".join((header, *lines)) + "\n")
    return path


def second(n: int) -> str:
    """The stamp of the nth second of a recording."""
    return f"2024-05-{1 + n // 86_400:02d} {n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d}"


def ms(stamp: str, zone: str = "UTC", fold: int = 0) -> int:
    local = datetime.fromisoformat(stamp).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return round(local.timestamp() * 1000)


def long_csv(folder: Path, rows: int) -> Path:
    return made_csv(folder, *(f"{second(n)},{n % 7},{n % 11}" for n in range(rows)))


class Read:
    """All that reading a file gave."""

    def __init__(self, path: Path, mapping: CsvMapping) -> None:
        self.rejects: list[tuple[int, str, str, str]] = []
        reader = CsvRows(path, mapping, lambda *one: self.rejects.append(one))
        self.rows: list[Row] = [row for batch in reader.batches() for row in batch.rows]
        self.tally: Tally = reader.tally
        self.unmapped = reader.unmapped
