"""Recorded files, CSV or Parquet, told apart by their first bytes."""

from __future__ import annotations

import re
from pathlib import Path

from data.errors import MappingError
from data.ingest.csv_rows import CsvRows
from data.ingest.mapping import SHIPPED, CsvMapping, load_mapping
from data.ingest.recorded_rows import RecordedRows, Reject

_PARQUET = b"PAR1"


def is_parquet(path: Path) -> bool:
    """Whether a file says that it is Parquet."""
    with path.open("rb") as file:
        return file.read(len(_PARQUET)) == _PARQUET


def rows_of(path: Path, mapping: CsvMapping, reject: Reject) -> RecordedRows:
    """The rows of a file."""
    if is_parquet(path):
        from data.ingest.parquet_rows import ParquetRows  # noqa: PLC0415  heavy

        return ParquetRows(path, mapping, reject)
    return CsvRows(path, mapping, reject)


def columns_of(path: Path, delimiter: str) -> list[str]:
    """The names of a file's columns. Raises MalformedFile for broken Parquet."""
    if is_parquet(path):
        from data.ingest.parquet_rows import column_names  # noqa: PLC0415  heavy

        return column_names(path)
    with path.open("rb") as file:
        first = file.readline(1 << 20).decode("utf-8-sig", errors="replace")
    return [name.strip(' "\r\n') for name in re.split(re.escape(delimiter), first)]


def shipped_mapping_for(file: Path) -> CsvMapping:
    """The only mapping in `mappings/` whose columns the file has; MappingError otherwise."""
    mappings = [load_mapping(path) for path in sorted(SHIPPED.glob("*.toml"))]
    found = [m for m in mappings if m.fits(columns_of(file, m.format.delimiter))]
    if len(found) == 1:
        return found[0]
    names = ", ".join(m.path.name for m in found or mappings)
    why = f"several mappings fit ({names})" if found else f"no mapping in {SHIPPED} fits ({names})"
    raise MappingError(f"{file}: {why}: name one with --mapping (docs/mapping.md) or MAPPING")
