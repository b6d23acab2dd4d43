"""A mapping file: which CSV column is which signal of which extruder (docs/mapping.md)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from data.errors import MappingError
from data.extruders import (
    JOB_STATUS,
    JOB_STATUS_NAMES,
    PRODUCT,
    Catalogue,
    Extruder,
    Limits,
    Product,
    Signal,
)
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
class Column:
    """A mapped CSV column: reading = cell × scale + offset."""

    name: str
    scale: float
    offset: float
    zero_is_missing: bool


@dataclass(frozen=True)
class MappedExtruder:
    """An extruder and the column of each measured signal; a product takes slot 0 of its own."""

    extruder: Extruder
    columns: tuple[Column, ...]
    product: Product | None = None


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
    extruders = _extruders(top, file_format)
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


def _extruders(top: Table, file_format: FileFormat) -> tuple[MappedExtruder, ...]:
    templates = {name: _template(t) for name, t in top.table("template").named_tables()}
    raws = top.raw_tables("extruder")
    if not raws:
        top.fail("extruder", REQUIRED, "at least one [[extruder]]")
    tables = [top.of("extruder", index, raw) for index, raw in enumerate(raws, 1)]
    extruders = tuple(_extruder(table, templates, file_format) for table in tables)
    for what in ("id", "name"):
        _refuse_repeats(tables, what, [getattr(m.extruder, what) for m in extruders])
    return extruders


def _template(table: Table) -> list[dict[str, Any]]:
    signals = table.raw_tables("signal")
    table.finish()
    return signals


def _extruder(
    table: Table, templates: Mapping[str, list[dict[str, Any]]], file_format: FileFormat
) -> MappedExtruder:
    number, name = table.whole("id", 1, 2**31 - 1), table.text("name")
    raws = [*_from_template(table, templates, number), *table.raw_tables("signal")]
    if not raws:
        table.fail("signal", REQUIRED, "at least one signal, here or in the template")
    tables = [table.of("signal", index, raw) for index, raw in enumerate(raws, 1)]
    read = [_signal(one, file_format) for one in tables]
    _refuse_repeats(tables, "name", [signal.name for signal, _, _ in read])
    product = _product(table.table("product")) if table.has("product") else None
    table.finish()
    return _mapped(number, name, read, product)


def _from_template(
    table: Table, templates: Mapping[str, list[dict[str, Any]]], number: int
) -> list[dict[str, Any]]:
    """The template's signals with this extruder's number and overrides."""
    if not table.has("template"):
        return []
    name = table.text("template")
    if name not in templates:
        table.fail("template", name, f"a [template.…] of this file: {sorted(templates)}")
    n = table.text("n", str(number))
    signals = [_numbered(signal, n) for signal in templates[name]]
    overrides = table.raw_table("override")
    known = {signal.get("name") for signal in signals}
    for key in overrides:
        if key not in known:
            table.fail("override", key, f"the name of a signal of template {name!r}")
    changes = table.table("override")
    return [signal | changes.raw_table(signal.get("name", "")) for signal in signals]


def _numbered(signal: Mapping[str, Any], n: str) -> dict[str, Any]:
    column = signal.get("column")
    return {**signal, "column": column.replace("{n}", n)} if isinstance(column, str) else {**signal}


def _signal(table: Table, file_format: FileFormat) -> tuple[Signal, Column, Limits]:
    name = table.text("name")
    signal = Signal(
        name=name,
        label=table.text("label"),
        unit=table.any_text("unit"),
        group=table.text("group"),
        low=table.number("low"),
        high=table.number("high"),
        decimals=table.whole("decimals", 0, 6, 1),
        gauge=table.whole("gauge", 0, 5, 0),
        states=JOB_STATUS_NAMES if name == JOB_STATUS else {},
    )
    if signal.high <= signal.low:
        table.fail("high", signal.high, f"a number above low = {signal.low}")
    column, limits = _column(table, file_format), _limits(table)
    table.finish()
    return signal, column, limits


def _column(table: Table, file_format: FileFormat) -> Column:
    column = Column(
        name=table.text("column").strip(),
        scale=table.number("scale", 1.0),
        offset=table.number("offset", 0.0),
        zero_is_missing=table.flag("zero_is_missing", file_format.zero_is_missing),
    )
    if column.scale == 0:
        table.fail("scale", column.scale, "a number other than 0")
    return column


def _limits(table: Table) -> Limits:
    ll, low, high, hh = (table.optional_number(key) for key in ("ll", "l", "h", "hh"))
    present = [limit for limit in (ll, low, high, hh) if limit is not None]
    if present != sorted(present):
        table.fail("hh", hh, f"limits in the order ll ≤ l ≤ h ≤ hh, not {present}")
    return Limits(table.optional_number("set"), ll, low, high, hh)


def _product(table: Table) -> Product:
    product = Product(table.whole("code", 1, 1_000_000), table.text("name"))
    table.finish()
    return product


def _mapped(
    number: int, name: str, read: list[tuple[Signal, Column, Limits]], product: Product | None
) -> MappedExtruder:
    limits = {signal.name: limit for signal, _, limit in read if limit != Limits()}
    signals = tuple(signal for signal, _, _ in read)
    if product is not None:
        # Slot 0, not the last one: further signals may only be appended.
        states = {product.code: product.name}
        signals = (Signal(PRODUCT, "Product", "", "State", 0, 1, 0, 0, states), *signals)
    by_product = {product.code if product else 0: limits} if limits else {}
    columns = tuple(column for _, column, _ in read)
    return MappedExtruder(Extruder(number, name, signals, by_product), columns, product)


def _refuse_repeats(tables: list[Table], key: str, values: list[Any]) -> None:
    for index, value in enumerate(values):
        if value in values[:index]:
            tables[index].fail(key, value, f"another {key} than those above")


def shipped_mapping_for(csv: Path) -> CsvMapping:
    """The only mapping in `mappings/` whose columns the file has; MappingError otherwise."""
    with csv.open("rb") as file:
        first = file.readline(1 << 20).decode("utf-8-sig", errors="replace")
    mappings = [load_mapping(path) for path in sorted(SHIPPED.glob("*.toml"))]
    found = [m for m in mappings if m.fits(_cells(first, m.format.delimiter))]
    if len(found) == 1:
        return found[0]
    names = ", ".join(m.path.name for m in found or mappings)
    why = f"several mappings fit ({names})" if found else f"no mapping in {SHIPPED} fits ({names})"
    raise MappingError(f"{csv}: {why}: name one with --mapping (docs/mapping.md) or MAPPING")


def _cells(header: str, delimiter: str) -> list[str]:
    return [name.strip(' "\r\n') for name in re.split(re.escape(delimiter), header)]
