"""A mapping file: which CSV column is which signal of which extruder (docs/mapping.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from data.errors import MappingError
from data.extruders import Catalogue
from data.ingest.mapped_extruders import Column, MappedExtruder, read_extruders
from data.ingest.stamps import ISO
from data.toml_table import REQUIRED, Table

#: Mappings that come with Meltwatch.
SHIPPED = Path(__file__).parents[2] / "mappings"

#: Only encodings in which a line feed, a comma and a quote are one byte each.
ENCODINGS = ("utf-8", "cp1252", "latin-1")


@dataclass(frozen=True)
class FileFormat:
    """How a CSV file is written, and what stands for "no reading" in it."""

    time_column: str
    time_format: str
    zone: ZoneInfo
    delimiter: str
    decimal: str
    encoding: str
    zero_is_missing: bool
    garbage_below: float
    reject_bad_cells: bool


@dataclass(frozen=True)
class CsvMapping:
    """A mapping file, checked. `source` is its bytes."""

    path: Path
    source: bytes
    format: FileFormat
    extruders: tuple[MappedExtruder, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """All mapped columns, extruder after extruder."""
        return tuple(column for mapped in self.extruders for column in mapped.columns)

    def catalogue(self) -> Catalogue:
        """The extruders, signals, limits and products that the file declares."""
        products = {m.product.code: m.product for m in self.extruders if m.product}
        extruders = tuple(mapped.extruder for mapped in self.extruders)
        return Catalogue(1, extruders, tuple(products.values()))

    def fits(self, header: Iterable[str]) -> bool:
        """True if the header has the time column and all mapped columns."""
        names = {column.name for column in self.columns} | {self.format.time_column}
        return names <= set(header)


def load_mapping(path: Path) -> CsvMapping:
    """Read and check a mapping file. Raises MappingError naming file, key and value."""
    try:
        source = path.read_bytes()
        raw = tomllib.loads(source.decode())
    except (OSError, ValueError) as error:
        raise MappingError(f"{path}: cannot be read as TOML: {error}") from error
    top = Table(str(path), "", raw)
    file_format = _file_format(top.table("file"))
    extruders = read_extruders(top, "column", file_format.zero_is_missing)
    top.finish()
    return CsvMapping(path, source, file_format, extruders)


def _file_format(table: Table) -> FileFormat:
    result = FileFormat(
        time_column=table.text("time_column"),
        time_format=_time_format(table),
        zone=_zone(table),
        delimiter=table.text("delimiter", ","),
        decimal=table.choice("decimal", ".", (".", ",")),
        encoding=table.choice("encoding", "utf-8", ENCODINGS),
        zero_is_missing=table.flag("zero_is_missing", False),
        garbage_below=table.number("garbage_below", 1e-30),
        reject_bad_cells=table.choice("bad_cell", "fail", ("fail", "reject")) == "reject",
    )
    if len(result.delimiter) != 1 or not result.delimiter.isascii() or result.delimiter == '"':
        table.fail("delimiter", result.delimiter, 'one character such as ",", ";" or "\\t"')
    if result.decimal == result.delimiter:
        table.fail("decimal", result.decimal, "another character than the delimiter")
    table.finish()
    return result


def _time_format(table: Table) -> str:
    text, sample = table.text("time_format"), datetime(2019, 3, 6, 10, 52)
    if text != ISO:
        with suppress(ValueError):
            if datetime.strptime(sample.strftime(text), text).replace(tzinfo=None) == sample:
                return text
        table.fail("time_format", text, f"{ISO!r}, or date and time as in '%Y-%m-%d %H:%M:%S'")
    return text


def _zone(table: Table) -> ZoneInfo:
    expected = (
        "a time zone such as 'America/Detroit': the file's stamps are local times, and a local"
        " time that a clock change repeats or skips is no time at all without it"
    )
    if not table.has("timezone"):
        table.fail("timezone", REQUIRED, expected)
    name = table.text("timezone")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        table.fail("timezone", name, expected)
