"""Fingerprints of kept frames in the journal: how similar malfunctions are found. For any store."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from data import fingerprint
from data.journal.frame_blob import unpack
from data.windows import Row

#: Runs a statement with its parameters and gives all rows; raises StoreError.
Ask = Callable[..., list[tuple[Any, ...]]]

PUT_PRINT = """
    INSERT INTO frame_prints VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (malfunction) DO UPDATE SET extruder = excluded.extruder,
        product = excluded.product, onset = excluded.onset, blob = excluded.blob"""
_ABOUT = "SELECT extruder, product, onset, ended FROM malfunctions WHERE id = ?"
# Both tables have an index of the id alone, so that no blob is read for those left out.
_WITHOUT = """
    SELECT malfunction, signals, count, rows FROM frames WHERE malfunction IN (
        SELECT malfunction FROM frames
        WHERE malfunction NOT IN (SELECT malfunction FROM frame_prints)
        ORDER BY malfunction LIMIT ?)"""


def print_row(
    ask: Ask, malfunction: str, names: Sequence[str], rows: Sequence[Row]
) -> tuple[Any, ...]:
    """All columns of frame_prints for a frame's rows.

    Where there is nothing to make a fingerprint of – an unknown malfunction, no readings before
    its onset – it is empty, so that it is not tried again. Raises StoreError.
    """
    known = ask(_ABOUT, malfunction)
    if not known or not rows:
        return malfunction, 0, 0, 0, b""
    extruder, product, onset, ended = known[0]
    made = fingerprint.of_rows(names, rows, onset, rows[-1].ts + 1 if ended is None else ended)
    return malfunction, extruder, product, onset, fingerprint.pack(made) if made else b""


def rows_without(ask: Ask, limit: int) -> list[tuple[Any, ...]]:
    """`print_row` of at most `limit` frames that have none yet. Raises StoreError."""
    return [
        print_row(ask, malfunction, json.loads(signals), unpack(blob, count, 0))
        for malfunction, signals, count, blob in ask(_WITHOUT, limit)
    ]
