"""Recorded telemetry as arrays, through the project's own import."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from data.ingest.csv_rows import CsvRows
from data.ingest.mapping import CsvMapping, load_mapping

MAPPINGS = Path(__file__).parents[1] / "mappings"


def mapping_of(name: str) -> CsvMapping:
    return load_mapping(MAPPINGS / f"{name}.toml")


def liveline(recorded: Path) -> tuple[np.ndarray, np.ndarray]:
    """Values and quality (n, 3, S) of the liveline recording's three extruders."""
    (path,) = (recorded / "liveline").glob("*.csv")
    values, quality, _ = read(path, "liveline")
    return values, quality


def read(path: Path, mapping: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values and quality (n, E, S), and stamps (n,) in ms, of a mapped recording."""
    rules = mapping_of(mapping)
    extruders = [one.id for one in rules.catalogue().extruders]
    rows = [
        row
        for batch in CsvRows(path, rules, lambda *_: None).batches()
        for row in batch.rows
        if row.extruder in extruders
    ]
    by_ts: dict[int, dict[int, int]] = {}
    for index, row in enumerate(rows):
        by_ts.setdefault(row.ts, {})[row.extruder] = index
    whole = [ts for ts, found in by_ts.items() if len(found) == len(extruders)]
    order = [[by_ts[ts][e] for e in extruders] for ts in sorted(whole)]
    values = np.array([[rows[i].values for i in line] for line in order], np.float32)
    quality = np.array([[rows[i].quality for i in line] for line in order], np.uint8)
    return values, quality, np.array(sorted(whole))
