"""Detectors on recorded sets: NAB machine temperature, SKAB valve1, the liveline lot change.

The parameters are those of the product. The one number that a set without units needs, how many
standard deviations make a shift that matters, is chosen for SKAB on its anomaly-free recording.
"""

from __future__ import annotations

import csv
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from data.commands import Action, Command
from data.detection.mean_chart import MeanChart
from data.detection.swing_chart import SwingChart
from data.malfunctions.malfunction import Stage
from data.monitor.findings import Terms
from data.monitor.monitor import Monitor
from data.stateful import Floats
from data.windows import Row
from tests.conftest import DATA_DEFAULT, DATA_VARIABLE
from tests.recordings import mapping_of, read

EVERYTHING = np.array([True])
#: NAB's own numbers: share of probation, weights of its standard profile.
PROBATION, FALSE_POSITIVE, FALSE_NEGATIVE = 0.15, 0.11, 1.0
#: Five-minute samples of a machine with a day's rhythm are charted as means of an hour.
NAB_BLOCK = 12
SKAB_BLOCK_S = 5
RESOLVED_AFTER_MS = 30 * 60_000
LOT_CHANGE = datetime(2019, 3, 6, 13, 17, 48, tzinfo=ZoneInfo("America/Detroit"))


def run() -> None:
    """All sets that are there."""
    folder = Path(os.environ.get(DATA_VARIABLE, DATA_DEFAULT))
    if not folder.is_dir():
        print(f"recorded sets skipped: no {folder}, set {DATA_VARIABLE}")
        return
    nab(folder / "nab")
    skab(folder / "skab")
    liveline(folder / "liveline")


def charted(series: np.ndarray, deviations: float = 3.0, resolve: bool = False) -> np.ndarray:
    """Whether any column of (n, K) block means is out of control after each block, (n,).

    `resolve`: every alarm is resolved at once as the new normal, as maintenance would.
    """
    mean = MeanChart((1, series.shape[1]), *_no_floor(series.shape[1]), deviations=deviations)
    swing = SwingChart((1, series.shape[1]), floor=0.0)
    out = np.zeros(len(series), bool)
    for block, row in enumerate(series.astype(np.float32)):
        mean.take(block, row[None, :], EVERYTHING)
        swing.take(block, row[None, :], EVERYTHING)
        out[block] = mean.out.any() or swing.out.any()
        if resolve and out[block]:
            mean.forget(EVERYTHING, np.zeros(series.shape[1], np.int32))
            swing.forget(EVERYTHING)
    return out


def _no_floor(channels: int) -> tuple[Floats, Floats]:
    return np.full(channels, 1e-6, np.float32), np.zeros(channels, np.float32)


def nab(folder: Path) -> None:
    """Windows hit, false alarms, and the NAB score by its own definition."""
    with (folder / "machine_temperature_system_failure.csv").open() as file:
        rows = list(csv.DictReader(file))
    times = [datetime.fromisoformat(row["timestamp"]) for row in rows]
    values = np.array([float(row["value"]) for row in rows])
    hours = values[: len(values) // NAB_BLOCK * NAB_BLOCK].reshape(-1, NAB_BLOCK).mean(axis=1)
    told = json.loads((folder / "combined_windows.json").read_text())
    named = next(v for k, v in told.items() if "machine_temperature" in k)
    windows = [tuple(datetime.fromisoformat(t) for t in pair) for pair in named]
    edges = np.flatnonzero(charted(hours[:, None], resolve=True)) * NAB_BLOCK + NAB_BLOCK - 1
    edges = edges[edges >= int(PROBATION * len(rows))]
    spans = [(_index(times, a), _index(times, b)) for a, b in windows]
    hit = [any(a <= e <= b for e in edges) for a, b in spans]
    false = [e for e in edges if not any(a <= e <= b for a, b in spans)]
    days = (times[-1] - times[0]).days
    print(
        f"NAB machine temperature: {sum(hit)}/4 windows hit,"
        f" {len(false)} false alarms in {days} days,"
        f" NAB score (standard profile) {nab_score(edges, spans):.1f}"
    )


def _index(times: list[datetime], at: datetime) -> int:
    return next(i for i, t in enumerate(times) if t >= at)


def nab_score(edges: np.ndarray, spans: list[tuple[int, int]]) -> float:
    """NAB's normalised score: 0 for silence, 100 for perfection (Lavin & Ahmad 2015)."""
    score = 0.0
    for a, b in spans:
        inside = [e for e in edges if a <= e <= b]
        position = -(b - min(inside) + 1) / (b - a + 1) if inside else 0.0
        score += _sigmoid(position) / _sigmoid(-1.0) if inside else -FALSE_NEGATIVE
    for edge in edges:
        if not any(a <= edge <= b for a, b in spans):
            score += FALSE_POSITIVE * _after(int(edge), spans)
    n = len(spans)
    return 100 * (score + FALSE_NEGATIVE * n) / (n + FALSE_NEGATIVE * n)


def _after(edge: int, spans: list[tuple[int, int]]) -> float:
    before = [(a, b) for a, b in spans if b < edge]
    if not before:
        return -1.0
    a, b = before[-1]
    return _sigmoid((edge - b) / (b - a))


def _sigmoid(position: float) -> float:
    return -1.0 if position > 3 else 2 / (1 + float(np.exp(5 * position))) - 1


def skab(folder: Path) -> None:
    """F1, false- and missed-alarm rate over all seconds of valve1, by SKAB's definitions."""
    deviations = next(
        (d for d in (3, 4, 5, 6, 8, 10, 12, 15, 20) if _false_share(folder, d) <= 0.01), 30
    )
    true, told = [], []
    for path in sorted((folder / "valve1").glob("*.csv")):
        values, labels = _skab_file(path)
        true.append(labels)
        told.append(_by_second(values, deviations))
    y, p = np.concatenate(true).astype(bool), np.concatenate(told)
    tp, fp, fn = (y & p).sum(), (~y & p).sum(), (y & ~p).sum()
    print(
        f"SKAB valve1 ({len(true)} files, shift of {deviations} σ chosen on anomaly-free):"
        f" F1 {2 * tp / (2 * tp + fp + fn):.2f}, FAR {100 * fp / (~y).sum():.1f} %,"
        f" MAR {100 * fn / y.sum():.1f} %"
    )


def _false_share(folder: Path, deviations: float) -> float:
    values, _ = _skab_file(folder / "anomaly-free" / "anomaly-free.csv")
    pieces = [values[at : at + 1100] for at in range(0, len(values) - 1100, 1100)]
    return float(np.mean([_by_second(piece, deviations).mean() for piece in pieces]))


def _by_second(values: np.ndarray, deviations: float) -> np.ndarray:
    whole = len(values) // SKAB_BLOCK_S * SKAB_BLOCK_S
    means = values[:whole].reshape(-1, SKAB_BLOCK_S, values.shape[1]).mean(axis=1)
    out = np.repeat(charted(means, deviations), SKAB_BLOCK_S)
    # A block is judged when it is over: its verdict holds for the seconds that follow.
    return np.concatenate([np.zeros(SKAB_BLOCK_S, bool), out, np.repeat(out[-1:], 9)])[
        : len(values)
    ]


def _skab_file(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with path.open() as file:
        rows = list(csv.reader(file, delimiter=";"))
    header, body = rows[0], rows[1:]
    signals = [
        i for i, name in enumerate(header) if name not in {"datetime", "anomaly", "changepoint"}
    ]
    values = np.array([[float(row[i]) for i in signals] for row in body])
    at = header.index("anomaly") if "anomaly" in header else None
    labels = np.array([float(row[at]) if at is not None else 0.0 for row in body])
    return values, labels


def liveline(folder: Path) -> None:
    """What the monitor makes of the recording, and when it saw the change of lot."""
    (path,) = folder.glob("*.csv")
    values, quality, stamps = read(path, "liveline")
    catalogue = mapping_of("liveline").catalogue()
    monitor = Monitor(catalogue, Terms())
    found = {}
    for ts, row, codes in zip(stamps.tolist(), values, quality, strict=True):
        monitor.take(
            Row(ts, extruder.id, row[at], codes[at])
            for at, extruder in enumerate(catalogue.extruders)
        )
        found |= {one.id: one for one in monitor.findings().malfunctions}
        _resolve(monitor, ts)
    change = _lot_change(stamps)
    lines = [
        f"  machine {m.extruder - 100}: {_minutes(m.detected - change):+.1f} min"
        f" (onset {_minutes(m.onset - change):+.1f}), {m.cause}"
        for m in sorted(found.values(), key=lambda m: m.detected)
    ]
    hours = (stamps[-1] - stamps[0]) / 3_600_000
    print(
        f"liveline: {len(found)} malfunctions on 3 machines in {hours:.1f} h; from the lot change:"
    )
    print("\n".join(lines))


def _resolve(monitor: Monitor, now: int) -> None:
    """Maintenance looks at each malfunction after half an hour: this is how it runs now."""
    for one in list(monitor.malfunctions.values()):
        if one.stage is Stage.OPEN and now - one.detected > RESOLVED_AFTER_MS:
            action = Action.RESOLVE_MALFUNCTION
            command = Command("r", action, "bench", now, malfunction=one.id, cause="other")
            monitor.obey(command, now)


def _lot_change(stamps: np.ndarray) -> int:
    day = datetime.fromtimestamp(stamps[0] / 1000, UTC).astimezone(LOT_CHANGE.tzinfo).date()
    at = LOT_CHANGE.replace(year=day.year, month=day.month, day=day.day)
    return round(at.timestamp() * 1000)


def _minutes(ms: float) -> float:
    return ms / 60_000


if __name__ == "__main__":
    run()
