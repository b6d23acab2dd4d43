"""sources.toml: which sources there are, and what they have in common (docs/sources.md)."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from data.errors import MappingError
from data.ingest.checks import NAMES
from data.ingest.mapped_extruders import MappedExtruder, read_extruders
from data.ingest.sources import Kind, OfWholeRows
from data.ingest.sources.kinds import KINDS, About, build
from data.masking import hide_all
from data.toml_table import REQUIRED, Table

#: A source's name is the name of its folders, too.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
#: Numbers of extruders that a source declares by itself, unless `first_extruder` says otherwise.
_PER_SOURCE = 1_000


@dataclass(frozen=True)
class Configured:
    """One [[source]]. Times as in their names."""

    name: str
    kind: str
    source: Kind
    mapped: tuple[MappedExtruder, ...]
    first_extruder: int
    align_ms: int
    silent_after_s: float
    checks: tuple[str, ...] = NAMES


def read_sources_file(path: Path, var_dir: Path) -> tuple[Configured, ...]:
    """All sources of a file, checked. Raises MappingError naming file, key and value."""
    try:
        raw = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise MappingError(f"{path}: cannot be read as TOML: {error}") from error
    top = Table(str(path), "", raw)
    raws = top.raw_tables("source")
    if not raws:
        top.fail("source", REQUIRED, "at least one [[source]]")
    tables = [top.of("source", index, one) for index, one in enumerate(raws, 1)]
    top.finish()
    sources = tuple(_source(table, n, var_dir) for n, table in enumerate(tables, 1))
    _refuse_repeats(tables, sources)
    return sources


def secret_of(table: Table, key: str) -> str:
    """The secret that KEY holds or that is in the file KEY_file names; empty without either."""
    value = table.text(key) if table.has(key) else ""
    if table.has(f"{key}_file"):
        name = table.text(f"{key}_file")
        if value:
            table.fail(f"{key}_file", name, f"nothing, since {key} is set")
        try:
            value = Path(name).read_text().strip()
        except (OSError, ValueError):
            table.fail(f"{key}_file", name, "a file that can be read")
    hide_all(value)
    return value


def _source(table: Table, number: int, var_dir: Path) -> Configured:
    name = table.text("name")
    if not _NAME.fullmatch(name):
        table.fail("name", name, "at most 40 letters, digits, '.', '_' and '-'")
    kind = table.choice("kind", REQUIRED, sorted(KINDS))
    mapped = read_extruders(table, "address") if table.has("extruder") else ()
    _refuse_shared(table, mapped)
    first = table.whole("first_extruder", 1, 2**31 - 1, number * _PER_SOURCE + 1)
    align = table.whole("align_ms", 1, 10_000, 100)
    silent = table.number("silent_after_s", 60.0)
    checks = tuple(table.choices("checks", NAMES))
    source = build(kind, table, About(name, var_dir / "sources" / name, mapped))
    table.finish()
    if isinstance(source, OfWholeRows):
        mapped = source.extruders
        if not table.has("checks"):  # files tell of the past, in any order
            checks = tuple(one for one in checks if one != "clock")
    return Configured(name, kind, source, mapped, first, align, silent, checks)


def _refuse_shared(table: Table, mapped: Iterable[MappedExtruder]) -> None:
    counts = Counter(column.name for one in mapped for column in one.columns)
    for address, count in counts.items():
        if count > 1:
            table.fail("extruder", address, "each address mapped once")


def _refuse_repeats(tables: list[Table], sources: tuple[Configured, ...]) -> None:
    names: set[str] = set()
    numbers: set[int] = set()
    for table, one in zip(tables, sources, strict=True):
        if one.name in names:
            table.fail("name", one.name, "another name than those above")
        for mapped in one.mapped:
            if mapped.extruder.id in numbers:
                told = "a number that no extruder of another source has"
                table.fail("extruder", mapped.extruder.id, told)
            numbers.add(mapped.extruder.id)
        names.add(one.name)
