"""A Reader that sees some extruders only, whatever is asked.

Before each statement stands a WITH that takes the place of the tables which it names: so no
question can forget it, and indexes are used as ever. Tables that are named nowhere here are empty.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from data.history import ROW_CAP, Reader
from data.scopes import Scope, covers
from data.shifts import ShiftPlan

#: Rows of these are of the extruder in this column; what is of none is not told.
BY_EXTRUDER = {
    "extruders": "id",
    **dict.fromkeys(
        (
            "readings", "signals", "limit_sets", "minute_rollups", "hour_rollups", "alarm_events",
            "malfunctions", "frames", "frame_prints", "annotations",
        ),
        "extruder",
    ),
}  # fmt: skip
#: Rows of these are of the malfunction in this column.
BY_MALFUNCTION = {"malfunction_actions": "malfunction"}
#: They tell of no extruder.
OF_ALL = frozenset({"products", "meta", "names", "rollup_progress"})
#: Nobody with a scope reads them. A test finds tables that are in none of these.
OF_NOBODY = frozenset(
    {
        "imports", "alarm_states", "commands", "monitor_snapshots", "notifications", "people",
        "access_tokens", "audit", "readings_by_name", "alembic_version", "reading_seq",
        "float32_exponent", "quality_codes", "sqlite_master", "sqlite_sequence",
    }
)  # fmt: skip
_NAMES = re.compile(
    rf"\b({'|'.join((*BY_EXTRUDER, *BY_MALFUNCTION, *sorted(OF_NOBODY)))})\b", re.IGNORECASE
)
_WITH = re.compile(r"\s*WITH\s+", re.IGNORECASE)
_RECURSIVE = re.compile(r"\bRECURSIVE\b", re.IGNORECASE)


def within(reader: Reader, scope: Scope) -> Reader:
    """The reader itself for the whole plant, else one of the scope."""
    return ScopedReader(reader, scope) if scope else reader


class ScopedReader:
    """A Reader for one question of somebody with a scope."""

    def __init__(self, reader: Reader, scope: Scope) -> None:
        self.shifts: ShiftPlan = reader.shifts
        self.schema = reader.schema
        self._reader, self._scope = reader, scope
        self._mine: tuple[int, ...] | None = None

    def all(self, sql: str, *parameters: object, cap: int = ROW_CAP) -> list[tuple[object, ...]]:
        """See Reader.all."""
        if self._mine is None:
            told = self._reader.all("SELECT id, site, line FROM extruders")
            self._mine = tuple(id_ for id_, *place in told if covers(self._scope, *place))
        return self._reader.all(narrowed(sql, self.schema, self._mine), *parameters, cap=cap)


def narrowed(sql: str, schema: str, mine: Collection[int]) -> str:
    """A statement that finds only what is of these extruders."""
    if _RECURSIVE.search(sql):
        raise ValueError("a recursive statement would see its own names in place of the tables")
    names = sorted({name.lower() for name in _NAMES.findall(sql)})
    if not names:
        return sql
    parts = ", ".join(f"{name} AS NOT MATERIALIZED ({_part(name, schema, mine)})" for name in names)
    own = _WITH.match(sql)
    return f"WITH {parts}, {sql[own.end() :]}" if own else f"WITH {parts} {sql}"


def _part(name: str, schema: str, mine: Collection[int]) -> str:
    # A number that no extruder has: no store takes an empty list.
    ids = ", ".join(map(str, sorted(mine) or [-1]))
    if name in BY_EXTRUDER:
        rows = f"SELECT {_row(name, schema)}* FROM {schema}{name}"
        # The plus keeps SQLite from choosing an index for this instead of the question's own.
        return f"{rows} WHERE +{BY_EXTRUDER[name]} IN ({ids})"
    if name in BY_MALFUNCTION:
        known = f"SELECT id FROM {schema}malfunctions WHERE +extruder IN ({ids})"
        return f"SELECT * FROM {schema}{name} WHERE {BY_MALFUNCTION[name]} IN ({known})"
    return f"SELECT * FROM {schema}{name} WHERE false"


def _row(name: str, schema: str) -> str:
    """Pages of malfunctions are chosen by SQLite's number of a row."""
    return "rowid AS rowid, " if schema and name == "malfunctions" else ""
