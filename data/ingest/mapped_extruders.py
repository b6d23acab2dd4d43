"""Extruders in a mapping file: what each signal is mapped to, its unit, scale and limits.

Shared by CSV files (docs/mapping.md) and sources (docs/sources.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from data.extruders import JOB_STATUS, JOB_STATUS_NAMES, PRODUCT, Extruder, Limits, Product, Signal
from data.scopes import BETWEEN
from data.toml_table import REQUIRED, Table


@dataclass(frozen=True)
class Column:
    """What a signal is mapped to, such as a CSV column: reading = value × scale + offset."""

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


class _Reading(NamedTuple):
    key: str
    zero_is_missing: bool


def read_signal(table: Table, key: str) -> tuple[Signal, Column, Limits]:
    """One signal, what it is mapped to and its limits. Raises what the table raises."""
    return _signal(table, _Reading(key, False))


def read_extruders(
    top: Table, key: str, zero_is_missing: bool = False
) -> tuple[MappedExtruder, ...]:
    """The [[extruder]] tables; `key` names what a signal is mapped to, such as "column".

    Raises MappingError naming file, key and value.
    """
    reading = _Reading(key, zero_is_missing)
    templates = {name: _template(t) for name, t in top.table("template").named_tables()}
    raws = top.raw_tables("extruder")
    if not raws:
        top.fail("extruder", REQUIRED, "at least one [[extruder]]")
    tables = [top.of("extruder", index, raw) for index, raw in enumerate(raws, 1)]
    extruders = tuple(_extruder(table, templates, reading) for table in tables)
    for what in ("id", "name"):
        _refuse_repeats(tables, what, [getattr(m.extruder, what) for m in extruders])
    return extruders


def _template(table: Table) -> list[dict[str, Any]]:
    signals = table.raw_tables("signal")
    table.finish()
    return signals


def _extruder(
    table: Table, templates: Mapping[str, list[dict[str, Any]]], reading: _Reading
) -> MappedExtruder:
    number, name = table.whole("id", 1, 2**31 - 1), table.text("name")
    raws = [*_from_template(table, templates, number, reading.key), *table.raw_tables("signal")]
    if not raws:
        table.fail("signal", REQUIRED, "at least one signal, here or in the template")
    tables = [table.of("signal", index, raw) for index, raw in enumerate(raws, 1)]
    read = [_signal(one, reading) for one in tables]
    _refuse_repeats(tables, "name", [signal.name for signal, _, _ in read])
    product = _product(table.table("product")) if table.has("product") else None
    made = _mapped(number, name, read, product)
    stands = place(table)
    table.finish()
    return replace(made, extruder=replace(made.extruder, site=stands[0], line=stands[1]))


def place(table: Table) -> tuple[str, str]:
    """Site and line of an extruder; both may be empty."""
    site, line = table.any_text("site", "").strip(), table.any_text("line", "").strip()
    if BETWEEN in site:
        table.fail("site", site, f"a name without {BETWEEN!r}, which stands before a line")
    return site, line


def _from_template(
    table: Table, templates: Mapping[str, list[dict[str, Any]]], number: int, key: str
) -> list[dict[str, Any]]:
    """The template's signals with this extruder's number and overrides."""
    if not table.has("template"):
        return []
    name = table.text("template")
    if name not in templates:
        table.fail("template", name, f"a [template.…] of this file: {sorted(templates)}")
    n = table.text("n", str(number))
    signals = [_numbered(signal, n, key) for signal in templates[name]]
    overrides = table.raw_table("override")
    known = {signal.get("name") for signal in signals}
    for name_ in overrides:
        if name_ not in known:
            table.fail("override", name_, f"the name of a signal of template {name!r}")
    changes = table.table("override")
    return [signal | changes.raw_table(signal.get("name", "")) for signal in signals]


def _numbered(signal: Mapping[str, Any], n: str, key: str) -> dict[str, Any]:
    address = signal.get(key)
    return {**signal, key: address.replace("{n}", n)} if isinstance(address, str) else {**signal}


def _signal(table: Table, reading: _Reading) -> tuple[Signal, Column, Limits]:
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
    column, limits = _column(table, reading), _limits(table)
    table.finish()
    return signal, column, limits


def _column(table: Table, reading: _Reading) -> Column:
    column = Column(
        name=table.text(reading.key).strip(),
        scale=table.number("scale", 1.0),
        offset=table.number("offset", 0.0),
        zero_is_missing=table.flag("zero_is_missing", reading.zero_is_missing),
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
