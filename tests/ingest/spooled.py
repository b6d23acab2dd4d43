"""What a spool holds and what a store holds, for tests to compare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from data.ingest.spool import Spool
from data.ingest.spool_records import heads, unpack
from data.telemetry import open_store
from data.windows import Row

Bits = tuple[int, int, bytes, bytes]


def rows_of(n: int, extruders: int = 2, signals: int = 3) -> list[Row]:
    """One row of each extruder, told apart by `n`; one reading of them is bad."""
    values = np.array([n, -n, np.nan][:signals], np.float32)
    quality = np.array([0, 0, 255][:signals], np.uint8)
    return [Row(1000 * n, e, values, quality) for e in range(1, extruders + 1)]


def bits(rows: Iterable[Row]) -> list[Bits]:
    """Rows so that equal means equal bit by bit."""
    return [(r.extruder, r.ts, r.values.tobytes(), r.quality.tobytes()) for r in rows]


def by_extruder(rows: Iterable[Row]) -> dict[int, list[Bits]]:
    found: dict[int, list[Bits]] = defaultdict(list)
    for row in rows:
        found[row.extruder] += bits([row])
    return found


def on_disk(folder: Path) -> list[Row]:
    """All rows of a spool's folder, also while a process writes it."""
    rows: list[Row] = []
    for path in sorted(folder.glob("*.spool")):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # all of it has just been stored
        for at, head in heads(content):
            rows += unpack(content[at : at + head.size]) or []
    return rows


def taken_out(spool: Spool) -> list[Row]:
    """All that a spool gives out, each reported as stored."""
    rows: list[Row] = []
    while piece := spool.first(100):
        rows += piece.rows
        spool.discard(piece.number)
    return rows


def stored(url: str) -> list[Row]:
    """All rows of a store in order of arrival."""
    with closing(open_store(url, readonly=True)) as store:
        return store.rows_since(0, 10_000_000)


def assert_stored(url: str, expected: Sequence[Row]) -> None:
    """The store holds these rows, no other, and of each extruder in this order."""
    assert by_extruder(stored(url)) == by_extruder(expected)
