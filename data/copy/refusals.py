"""What must not be copied over: another plant's data, and a database that somebody writes."""

from __future__ import annotations

import time

from data.copy.source import Source
from data.copy.target import Target
from data.errors import CopyRefused

#: A worker connects once a second: it is seen within this time.
LOOK_S = 1.5
_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'meltwatch'"""
#: Columns that never change of rows that are never deleted.
_FOR_EVER = {
    "signals": "extruder, slot, name",
    "limit_sets": "version, ts, extruder, product, author",
    "imports": "key",
    "alarm_events": "id, ts, extruder, source, condition, kind, command",
    "malfunctions": "id, extruder, detected",
    "malfunction_actions": "id, malfunction, ts, command",
    "annotations": "id, ts",
    "commands": "id, ts",
    "notifications": "id, key, created",
}
_NEWEST = "SELECT seq, extruder, ts FROM readings ORDER BY seq DESC LIMIT 1000"


def refuse_running(target: Target) -> None:
    """Raises CopyRefused if a process of Meltwatch is connected to the target."""
    until = time.monotonic() + LOOK_S
    while True:
        if target.all(_OTHERS)[0][0]:
            raise CopyRefused(
                "Meltwatch is running on the target: stop its worker, ingest and web first"
            )
        if time.monotonic() > until:
            return
        time.sleep(0.01)


def refuse_other_plant(source: Source, target: Target) -> None:
    """Raises CopyRefused if the target has anything that the source has never had."""
    if target.seq > source.last_seq:
        raise CopyRefused(
            f"the target has {target.seq - source.last_seq:,} readings more than the source:"
            " it holds another plant, or Meltwatch has run on it; use an empty database"
        )
    for table, columns in _FOR_EVER.items():
        sql = f"SELECT {columns} FROM {table}"
        if set(target.all(sql)) - set(source.all(sql)):
            _refuse(table)
    _refuse_other_readings(source, target)


def _refuse_other_readings(source: Source, target: Target) -> None:
    """A seq is given once: one that both have is the same reading."""
    theirs = {seq: reading for seq, *reading in target.all(_NEWEST)}
    if not theirs:
        return
    between = f"seq BETWEEN {min(theirs)} AND {max(theirs)}"
    ours = source.all(f"SELECT seq, extruder, ts FROM readings WHERE {between}")
    if any(theirs.get(seq, reading) != reading for seq, *reading in ours):
        _refuse("readings")


def _refuse(table: str) -> None:
    raise CopyRefused(
        f"the target has {table} that the source never had: it holds another plant,"
        " or Meltwatch has run on it; use an empty database"
    )
