"""What the rollups of a store must be: computed again from all of its readings."""

from __future__ import annotations

from contextlib import closing

import numpy as np

from data.rollups import HOUR_MS, MINUTE_MS, Rollups, regroup, roll_up, unpack
from data.shards import bucket_of
from data.telemetry import TelemetryStore, open_store
from data.windows import Row
from tests.raw_sql import sql

TABLES = {MINUTE_MS: "minute_rollups", HOUR_MS: "hour_rollups"}


def all_rows(store: TelemetryStore) -> list[Row]:
    held, rows = store.rollup_seqs(), store.rows_since(0, 10_000_000)
    return [row for row in rows if row.seq <= held[bucket_of(row.extruder)]]


def stored(url: str, period_ms: int) -> Rollups:
    """The table of rollups, in order."""
    statement = f"SELECT extruder, ts, signals FROM {TABLES[period_ms]} ORDER BY extruder, ts"
    return unpack(sql(url, statement))


def assert_same(got: Rollups, expected: Rollups) -> None:
    """Exactly the same, but for the mean, which float32 rounds."""
    np.testing.assert_array_equal(got.keys, expected.keys)
    for name in ("min", "max", "count", "bad"):
        np.testing.assert_array_equal(got.records[name], expected.records[name], err_msg=name)
    span = np.nanmax(np.abs(expected.records["max"]), initial=0.0)
    lowest = np.nanmax(np.abs(expected.records["min"]), initial=0.0)
    np.testing.assert_allclose(
        got.records["mean"], expected.records["mean"], rtol=2e-5, atol=max(span, lowest) * 2e-5
    )


def assert_rollups_equal_the_readings(url: str) -> None:
    with closing(open_store(url, readonly=True)) as store:
        rows = all_rows(store)
    for period_ms in TABLES:
        assert_same(stored(url, period_ms), regroup(roll_up(rows, MINUTE_MS), period_ms))
