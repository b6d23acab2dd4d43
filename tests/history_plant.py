"""A store with months of history, made by a model of a plant: for tests, benchmarks and looking.

    python -m tests.history_plant /tmp/x/telemetry.sqlite --days 90 --extruders 8

Base values and spreads come from the simulator; faults, stops and the daily drift are laid over
them. Where readings are made too, the rollups are computed from those.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data.extruders import JOB_STATUS, PRODUCT, Catalogue
from data.ingest.simulator import plant
from data.ingest.simulator.plant import catalogue
from data.ingest.simulator.recipes import first_product
from data.ingest.simulator.simulator import Simulator
from data.journal import open_journal
from data.malfunctions.malfunction import Malfunction
from data.quality import Quality
from data.telemetry import open_store
from tests.history_events import Fault, actions_of, events_of, faults_of, frames_of

MINUTE_MS, DAY_MS, BACKFILL_MS = 60_000, 86_400_000, 900_000
RECORD = np.dtype(
    [("min", "<f4"), ("max", "<f4"), ("mean", "<f4"), ("count", "<u2"), ("bad", "<u2")]
)
Table = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Model:
    """What an extruder's signals do: a base, a spread, faults that bend them, stops."""

    extruder: int
    names: tuple[str, ...]
    base: npt.NDArray[np.float64]
    spread: npt.NDArray[np.float64]
    faults: tuple[Fault, ...]
    states: npt.NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        states = np.array([name in {JOB_STATUS, PRODUCT} for name in self.names])
        object.__setattr__(self, "states", states)

    def values(self, times: npt.NDArray[np.int64], noise: float = 1.0) -> Table:
        """(T, S) readings at `times` (ms); the same times give the same readings."""
        rng = np.random.default_rng([self.extruder, int(times[0]) // MINUTE_MS])
        daily = np.sin(times / DAY_MS * 2 * np.pi + self.extruder)[:, None]
        wobble = noise * rng.standard_normal((len(times), len(self.names)))
        out = self.base + np.where(self.states, 0, self.spread * (0.8 * daily + wobble))
        for fault in self.faults:
            if fault.onset < times[-1] and fault.running > times[0]:
                self._bend(out, times, fault)
        return out.astype(np.float32)

    def _bend(
        self, out: npt.NDArray[np.float64], times: npt.NDArray[np.int64], fault: Fault
    ) -> None:
        active = (times >= fault.onset) & (times < fault.ended)
        level = np.clip((times - fault.onset) / max(1, fault.ended - fault.onset), 0, 1)
        for name, factor in fault.effect.items():
            slot = self.names.index(name)
            out[active, slot] *= 1 + (factor - 1) * level[active]
        stopped = (times >= fault.ended) & (times < fault.running)
        for name in (JOB_STATUS, plant.THROUGHPUT, plant.SPEED, plant.LOAD):
            out[stopped, self.names.index(name)] = 0.0


def fill(
    path: Path,
    days: int = 14,
    extruders: int = 8,
    end: int | None = None,
    raw_minutes: int = 120,
    hours_between: float = 12.0,
) -> None:
    """Fill a new store up to `end` (ms): rollups of `days`, the readings of the last `raw_minutes`,
    and a malfunction per extruder every `hours_between`, the newest with frames.

    The default end is 15 min ago: from there on the simulator goes on.
    """
    end = (end or int(time.time() * 1000) - BACKFILL_MS) // MINUTE_MS * MINUTE_MS
    start = end // DAY_MS * DAY_MS - days * DAY_MS
    known = catalogue(extruders)
    url = f"sqlite:///{path}"
    with closing(open_store(url)) as store:
        store.put_catalogue(known, "simulator", "history", complete=True)
    models = _models(known, start, end, hours_between)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("UPDATE limit_sets SET ts = ?", (start,))
        for model in models:
            _fill_extruder(db, model, start, end, end - raw_minutes * MINUTE_MS)
        db.execute("UPDATE rollup_progress SET seq = (SELECT coalesce(max(seq), 0) FROM readings)")
    with closing(open_journal(url)) as journal:
        faults = [fault for model in models for fault in model.faults]
        for batch in events_of(faults, end):
            journal.write(batch)
            _act(path, batch.malfunctions)
        for frame in frames_of({model.extruder: model for model in models}, end):
            journal.save_frame(frame)
    _annotate(path, end)


def _models(known: Catalogue, start: int, end: int, hours_between: float) -> list[Model]:
    with tempfile.TemporaryDirectory() as folder:
        source = Simulator(len(known.extruders), 1, end, Path(folder), 0, None)
        seen = np.array([[row.values for row in rows] for rows in source.simulate(1200)])
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rigid PVC has no screen
        base, spread = np.nanmean(seen[-120:], axis=0), np.nanstd(seen[-120:], axis=0)
    models = []
    for index, extruder in enumerate(known.extruders):
        names = tuple(signal.name for signal in extruder.signals)
        ground = base[index].astype(float)
        ground[names.index(JOB_STATUS)] = 2
        product = first_product(extruder.id)
        ground[names.index(PRODUCT)] = product
        faults = tuple(faults_of(extruder.id, product, start, end, hours_between))
        models.append(Model(extruder.id, names, ground, spread[index].astype(float), faults))
    return models


def _fill_extruder(
    db: sqlite3.Connection, model: Model, start: int, end: int, raw_from: int
) -> None:
    raw_from = raw_from // MINUTE_MS * MINUTE_MS
    db.execute("BEGIN")
    for day in range(start, end, DAY_MS):
        hours = []
        for block, times in _blocks(day, min(day + DAY_MS, end), raw_from):
            rollups = _rolled(model, block, times, db)
            _put(db, "minute_rollups", model.extruder, block, rollups)
            hours.append((block, rollups))
        _put_hours(db, model.extruder, hours)
    db.execute("COMMIT")


def _blocks(start: int, end: int, raw_from: int) -> Iterator[tuple[npt.NDArray[np.int64], bool]]:
    """Starts of minutes in order, and whether their readings are made too."""
    minutes = np.arange(start, end, MINUTE_MS)
    before, after = minutes[minutes < raw_from], minutes[minutes >= raw_from]
    if len(before):
        yield before, False
    if len(after):
        yield after, True


def _rolled(
    model: Model, minutes: npt.NDArray[np.int64], raw: bool, db: sqlite3.Connection
) -> npt.NDArray[np.void]:
    out = np.zeros((len(minutes), len(model.names)), RECORD)
    if raw:
        seconds = (minutes[:, None] + np.arange(0, MINUTE_MS, 1000)).ravel()
        values = model.values(seconds)
        absent = np.where(np.isnan(values[0]), Quality.ABSENT, Quality.GOOD).astype(np.uint8)
        quality = absent.tobytes() if absent.any() else None
        rows = (
            (model.extruder, int(t), v.tobytes(), quality)
            for t, v in zip(seconds, values, strict=True)
        )
        sql = 'INSERT INTO readings (extruder, ts, "values", quality) VALUES (?, ?, ?, ?)'
        db.executemany(sql, rows)
        grouped = values.reshape(len(minutes), 60, -1)
        out["min"], out["max"] = grouped.min(axis=1), grouped.max(axis=1)
        out["mean"], out["count"] = grouped.mean(axis=1), np.where(np.isnan(out["min"]), 0, 60)
        return out
    mean = model.values(minutes, noise=0.3)
    around = np.where(model.states | (mean == 0), 0, 2 * model.spread)
    out["min"], out["max"], out["mean"] = mean - around, mean + around, mean
    out["count"] = np.where(np.isnan(mean), 0, 60)
    return out


def _put(
    db: sqlite3.Connection, table: str, extruder: int, times: npt.NDArray[np.int64],
    rollups: npt.NDArray[np.void],
) -> None:  # fmt: skip
    rows = ((extruder, int(t), r.tobytes()) for t, r in zip(times, rollups, strict=True))
    db.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)", rows)


def _put_hours(
    db: sqlite3.Connection,
    extruder: int,
    parts: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.void]]],
) -> None:
    times = np.concatenate([block for block, _ in parts])
    rollups = np.concatenate([part for _, part in parts])
    starts, first = np.unique(times // (60 * MINUTE_MS) * 60 * MINUTE_MS, return_index=True)
    out = np.zeros((len(starts), rollups.shape[1]), RECORD)
    out["min"] = np.minimum.reduceat(rollups["min"], first)
    out["max"] = np.maximum.reduceat(rollups["max"], first)
    counts = np.add.reduceat(rollups["count"].astype(np.int64), first)
    total = np.add.reduceat(rollups["mean"].astype(float) * rollups["count"], first)
    out["mean"], out["count"] = total / np.maximum(counts, 1), counts
    _put(db, "hour_rollups", extruder, starts, out)


def _act(path: Path, found: Iterable[Malfunction]) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.executemany(
            "INSERT INTO malfunction_actions (malfunction, ts, who, action, text, command)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [row for one in found for row in actions_of(one)],
        )


def _annotate(path: Path, end: int) -> None:
    """A golden run and a note on the first extruder, two to three days ago."""
    start = end - 3 * DAY_MS
    rows = [
        ("golden-1", start, "Ana", "golden", 1, "", first_product(1), start, start + 4 * 3_600_000,
         "steady, after the new screw"),
        ("note-1", start, "Ben", "note", 1, plant.PRESSURE, 0, end - DAY_MS, end - DAY_MS + 600_000,
         "new batch of pellets"),
    ]  # fmt: skip
    with closing(sqlite3.connect(path)) as db:
        db.executemany(
            'INSERT INTO annotations (id, ts, who, kind, extruder, signal, product, start, "end",'
            " text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        db.commit()


def main() -> None:
    parser = argparse.ArgumentParser(description="Fill a store with history.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--extruders", type=int, default=8)
    parser.add_argument("--raw-minutes", type=int, default=120)
    options = parser.parse_args()
    options.path.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    fill(options.path, options.days, options.extruders, None, options.raw_minutes)
    size = options.path.stat().st_size / 2**20
    print(json.dumps({"seconds": round(time.monotonic() - started, 1), "MiB": round(size)}))


if __name__ == "__main__":
    main()
