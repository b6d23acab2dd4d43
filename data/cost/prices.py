"""Price tables: TOML files of this folder's `prices/`, or one of the operator's own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from data.errors import SettingError
from data.meter import Tally
from data.toml_table import Table

PRESETS = ("self-hosted", "aws-aurora", "aws-dynamodb", "azure-sql-serverless")


class PriceError(SettingError):
    """A price table is wrong; the text names the setting, the file, the key and the value."""

    def __init__(self, text: str) -> None:
        super().__init__("PRICES", text, "a price table (docs/cost.md)")


@dataclass(frozen=True)
class PriceTable:
    """Prices of reads and CPU, in `currency`.

    A statement that reads is one read, and one more for every `read_bytes` that it gives (0:
    never). Writing is not priced: whatever the screens do, readings must be stored.
    """

    name: str
    currency: str
    per_million_reads: float
    read_bytes: int
    per_cpu_hour: float
    note: str
    source: str

    def of(self, tally: Tally, cpu_s: float) -> float:
        """Price of what was read and of CPU seconds."""
        more = tally.bytes / self.read_bytes if self.read_bytes else 0.0
        reads = (tally.reads + more) / 1e6 * self.per_million_reads
        return reads + cpu_s / 3600 * self.per_cpu_hour


class _PriceTable(Table):
    error = PriceError


def load_prices(named: str) -> PriceTable:
    """The price table that the setting PRICES names: one of PRESETS, or a path.

    Raises SettingError in one line.
    """
    try:
        raw = tomllib.loads(_text(named))
    except (OSError, ValueError) as error:
        expected = f"{', '.join(PRESETS)} or the path of a TOML file ({error})"
        raise SettingError("PRICES", named, expected) from error
    return _parse(_PriceTable(named, "", raw))


def _text(named: str) -> str:
    if named in PRESETS:
        return files("data.cost").joinpath(f"prices/{named}.toml").read_text("utf-8")
    return Path(named).read_text("utf-8")


def _parse(table: Table) -> PriceTable:
    reads, cpu = table.table("reads"), table.table("cpu")
    found = PriceTable(
        name=table.text("name"),
        currency=_currency(table),
        per_million_reads=_price(reads, "per_million"),
        read_bytes=reads.whole("bytes", 0, 2**30, 0),
        per_cpu_hour=_price(cpu, "per_hour"),
        note=table.any_text("note", ""),
        source=table.any_text("source", ""),
    )
    for part in (table, reads, cpu):
        part.finish()
    return found


def _currency(table: Table) -> str:
    code = table.text("currency")
    if len(code) != 3 or not code.isascii() or not code.isupper():
        table.fail("currency", code, "three capitals such as EUR")
    return code


def _price(table: Table, key: str) -> float:
    price = table.number(key, 0.0)
    if price < 0:
        table.fail(key, price, "a price from 0")
    return price
