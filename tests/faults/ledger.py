"""What must be there after a fault: every reading, every confirmed command, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import closing

import numpy as np

from data.rings import AHEAD_MS
from data.shards import shard_of, shards
from data.telemetry import TelemetryStore, open_store
from data.window_cache import Keys, connect
from data.window_cache.writer import WindowWriter
from data.windows import build, unroll
from tests.faults.kept_stack import KeptStack
from tests.raw_sql import sql
from tests.rolled import assert_rollups_equal_the_readings
from tests.stack import wait_until

SECOND_MS = 1000


def lost_readings(url: str, extruders: Iterable[int], since: int) -> int:
    """Seconds from `since` (ms) to the newest reading that the store lacks, of all extruders."""
    with closing(open_store(url, readonly=True)) as store:
        return sum(_missing(store, extruder, since) for extruder in extruders)


def _missing(store: TelemetryStore, extruder: int, since: int) -> int:
    times = [row.ts for row in store.rows_between(extruder, since, 2**62)]
    expected = (times[-1] - times[0]) // SECOND_MS + 1 if times else 1
    return int(expected - len(set(times)))


def lost_commands(url: str, confirmed: Iterable[str]) -> list[str]:
    """Ids of commands that were confirmed and are not there, or not done, exactly once."""
    applied = {id_ for (id_,) in sql(url, "SELECT id FROM commands WHERE applied IS NOT NULL")}
    notes = {id_ for (id_,) in sql(url, "SELECT id FROM annotations")}
    twice = (
        "SELECT command FROM alarm_events WHERE command <> '' GROUP BY command HAVING count(*)>1"
    )
    done_twice = {id_ for (id_,) in sql(url, twice)}
    annotating = {
        id_ for (id_,) in sql(url, "SELECT id FROM commands WHERE body LIKE '%annotate%'")
    }
    return [
        id_
        for id_ in confirmed
        if id_ not in applied or id_ in done_twice or (id_ in annotating and id_ not in notes)
    ]


def wrong_values(url: str, extruder: int, shown: Mapping[int, tuple[float, ...]]) -> int:
    """How many values were shown (NaN is a gap) that the store does not hold."""
    if not shown:
        return 0
    with closing(open_store(url, readonly=True)) as store:
        rows = {r.ts: r for r in store.rows_between(extruder, min(shown), max(shown) + 1)}
    return sum(_differ(values, rows[ts].values if ts in rows else None)
               for ts, values in shown.items())  # fmt: skip


def _differ(shown: tuple[float, ...], held: np.ndarray | None) -> int:
    got = np.asarray(shown, np.float32)
    if held is None:
        return int(np.isfinite(got).sum())
    return int((np.isfinite(got) & (got != held[: len(got)])).sum())


def wait_until_commands_are_done(url: str, confirmed: Iterable[str], seconds: float) -> None:
    """Ticks apply what is pending; returns without a word when they do not in time."""
    ids = list(confirmed)
    try:
        wait_until(lambda: not lost_commands(url, ids), seconds, "commands are applied")
    except AssertionError:
        return


def assert_windows_equal_the_store(stack: KeptStack) -> None:
    """Ends ingest: then all rings are exactly the newest of the store, and rollups all of it."""
    stack.kill("ingest")
    now = int(time.time() * 1000)  # what is further ahead is left out of windows
    url = stack.settings.database_url
    with (
        closing(open_store(url, readonly=True)) as store,
        connect(stack.settings.redis_url) as client,
    ):
        keys = [Keys(shard) for shard in shards(stack.settings.shards)]
        writers = [WindowWriter(client, one) for one in keys]
        last = store.last_seq()
        wait_until(lambda: {w.watermark() for w in writers} == {last}, 30, "all is taken in")
        for extruder in store.catalogue().extruders:
            spec = stack.settings.ring_spec(len(extruder.signals))
            ring = Keys(shard_of(extruder.id, len(keys))).ring(extruder.id)
            rows = store.rows_between(extruder.id, 0, now + AHEAD_MS)
            expected = unroll(build(rows, spec))
            got = unroll(client.get(ring))  # type: ignore[arg-type]
            np.testing.assert_array_equal(got.values, expected.values)
            np.testing.assert_array_equal(got.quality, expected.quality)
    assert_rollups_equal_the_readings(url)
