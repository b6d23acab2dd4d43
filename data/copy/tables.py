"""What a store holds, table by table, and how it is cut into parts that are compared. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, TypeAlias

import msgspec

from data.rollups import HOUR_MS

DAY_MS = 24 * HOUR_MS
READINGS = "readings"
#: Every table that is copied, those first that others refer to.
TABLES = (
    "extruders", "signals", "products", "limit_sets", "imports", "meta", READINGS,
    "minute_rollups", "hour_rollups", "rollup_progress",
    "malfunctions", "malfunction_actions", "alarm_events", "alarm_states",
    "frames", "frame_prints", "annotations", "commands", "monitor_snapshots", "notifications",
    "people", "names", "access_tokens", "audit",
)  # fmt: skip
#: Tables that the schema itself fills, or that are set otherwise.
NOT_COPIED = {
    "float32_exponent": "constants that only SQLite needs",
    "quality_codes": "constants",
    "sqlite_sequence": "becomes reading_seq and the sequences of PostgreSQL",
    "reading_seq": "set to the last seq that the source gave",
    "alembic_version": "the version of the schema",
}
#: Other than in order of the key: so `commands.seq` of PostgreSQL says in which order they came.
_ORDER = {READINGS: "seq", "commands": "rowid"}
_BY_EXTRUDER = ("minute_rollups", "hour_rollups")
#: Rows of one transaction. A frame has some 100 kB.
_BATCH = {READINGS: 5_000, "minute_rollups": 5_000, "hour_rollups": 5_000, "frames": 20}

RowTuple: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """A table of both stores: the columns that SQLite has, PostgreSQL's types and primary key."""

    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def quoted(self) -> str:
        """The columns for SQL."""
        return ", ".join(f'"{column}"' for column in self.columns)

    @property
    def order(self) -> str:
        """In which order SQLite's rows are copied."""
        return _ORDER.get(self.name) or ", ".join(self.key)

    @property
    def by_extruder(self) -> bool:
        """Whether its parts are extruders."""
        return self.name in _BY_EXTRUDER

    @property
    def batch(self) -> int:
        """How many rows one transaction writes."""
        return _BATCH.get(self.name, 1_000)

    def key_of(self, row: RowTuple) -> RowTuple:
        """The primary key of a row."""
        return tuple(row[self.columns.index(column)] for column in self.key)

    def part_of(self, row: RowTuple) -> int:
        """Readings are compared by day (UTC, days since 1970), rollups by extruder."""
        if self.name == READINGS:
            return int(row[2]) // DAY_MS
        return int(row[0]) if self.by_extruder else 0

    def where(self, part: int) -> str:
        """The condition for rows of one part."""
        if self.name == READINGS:
            return f"ts >= {part * DAY_MS} AND ts < {(part + 1) * DAY_MS}"
        return f"extruder = {part}" if self.by_extruder else "true"

    def told(self, part: int) -> str:
        """A part in words."""
        if self.name == READINGS:
            return f"readings of {datetime.fromtimestamp(part * DAY_MS / 1000, UTC):%Y-%m-%d}"
        return f"{self.name} of extruder {part}" if self.by_extruder else self.name


@dataclass
class Digest:
    """How many rows, and a sum over them that no order and no form of storage changes."""

    rows: int = 0
    checksum: int = 0

    def add(self, row: RowTuple) -> None:
        """Count one row in."""
        self.rows += 1
        self.checksum = (self.checksum + digest_of(row)) % 2**64


def digest_of(row: RowTuple) -> int:
    """64 bits of a row's values, whose types are those of Python."""
    encoded = msgspec.msgpack.encode(row)
    return int.from_bytes(blake2b(encoded, digest_size=8).digest(), "big")
