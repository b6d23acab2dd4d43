"""A real store for tests of trends: readings as the worker finds them, and their rollups."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from zoneinfo import ZoneInfo

import numpy as np

from data.extruders import Catalogue, Extruder, Signal
from data.history import Questions, open_history
from data.rollups import HOUR_MS, MINUTE_MS, pack, roll_up
from data.shifts import ShiftPlan
from data.telemetry import open_store
from data.windows import Row
from tests.raw_sql import sql, sql_many

PRESSURE, TEMPERATURE, STATUS = "Pressure", "Temperature", "JobStatus"
SIGNALS = (
    Signal(PRESSURE, "Melt pressure", "bar", "Melt", 0, 400),
    Signal(TEMPERATURE, "Melt temperature", "°C", "Melt", 0, 400),
    Signal(STATUS, "Job status", "", "Job", 0, 2, states={0: "NO_JOB", 2: "JOB_IN_PRODUCTION"}),
)
#: A whole hour, so that columns are easy to count.
T0 = 1_790_000_000_000 // HOUR_MS * HOUR_MS


def row(
    extruder: int, ts: int, values: Sequence[float], quality: Sequence[int] | None = None
) -> Row:
    """A reading at `ts` after T0 (ms)."""
    codes = quality or [0] * len(values)
    return Row(T0 + ts, extruder, np.array(values, np.float32), np.array(codes, np.uint8))


def store_with(url: str, rows: Sequence[Row], extruders: int = 2) -> Questions:
    """The history of a store with these readings and all their rollups."""
    made = tuple(Extruder(n, f"Line {n}", SIGNALS) for n in range(1, extruders + 1))
    with closing(open_store(url)) as store:
        store.put_catalogue(Catalogue(0, made), "test", "made")
        store.append(rows)
    for table, step in (("minute_rollups", MINUTE_MS), ("hour_rollups", HOUR_MS)):
        sql_many(url, f"INSERT INTO {table} VALUES (?, ?, ?)", pack(roll_up(rows, step)))
    return open_history(url, ShiftPlan.parse("Early 06:00, Late 14:00", ZoneInfo("UTC")))


def forget(url: str, table: str, until: int) -> None:
    """As retention does: rows before `until` after T0 (ms) are gone."""
    sql(url, f"DELETE FROM {table} WHERE ts < ?", T0 + until)
