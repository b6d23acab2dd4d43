"""Fingerprints: what a malfunction did to every signal around its onset, small and comparable.

A fingerprint is a grid of minutes since the onset. For every signal it holds in each minute

- level: how far the mean is from its mean before the onset, in units of its own spread then;
- swing: how many times the readings within the minute scatter as much as before (log2);
- bad: the share of readings whose sensor or connection failed.

Signals that differ by a number only (zones) become two: the highest of them and the lowest, so
that the same fault of another zone, or of an extruder with more zones, is the same fault.
docs/decisions/0012 says what that is worth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.extruders import JOB_STATUS, PRODUCT
from data.quality import Quality
from data.windows import Row, fit

Floats = npt.NDArray[np.float64]
Cells = npt.NDArray[np.int8]

MINUTE_MS = 60_000
#: Minutes of the grid before and after the onset.
BEFORE, AFTER = 10, 60
MINUTES = BEFORE + AFTER
#: "Before the onset" is so many minutes, less the last: a back-dated onset errs by minutes.
BASE, GUARD = 30, 5
#: A signal with fewer minutes of base than this has no fingerprint.
LEAST_BASE = 5
#: Onsets are shifted against each other by at most so many minutes.
SHIFT = 3

#: Levels within so many spreads and swings up to a doubling are noise and count as none (D).
DEAD_LEVEL, DEAD_SWING = 2.5, 1.0
#: A signal that hardly moved before still has a spread of this share of its value (D).
LEAST_SPREAD = 1e-3
#: Levels grow as asinh, so that a quiet signal cannot drown all others; bad weighs as the
#: strongest swing.
STRONGEST = 6.0
#: A cell is a signed byte, this many to the unit; GAP is no reading.
SCALE, GAP = 20.0, -128
#: Fingerprints that show less than this, together or alone, are not compared: nothing moved yet.
LEAST_SHOWN = 20.0
#: Members that make a family of numbered signals.
FAMILY = 3

_MAGIC = b"MWF1"
_PLANES = 3
_CHUNK = 256


@dataclass(frozen=True)
class Fingerprint:
    """`cells` is (signal, 3 planes, MINUTES) int8, in the order of `names`."""

    names: tuple[str, ...]
    cells: Cells


def of_rows(
    names: Sequence[str], rows: Sequence[Row], onset: int, until: int
) -> Fingerprint | None:
    """The fingerprint of rows of one extruder, whose slots are called `names`.

    `onset` is in ms; minutes from `until` (ms) on – its end, or now – are gaps. None if no
    signal has readings before and after the onset.
    """
    slots = [slot for slot, name in enumerate(names) if name not in {JOB_STATUS, PRODUCT}]
    within = [r for r in rows if onset - BASE * MINUTE_MS <= r.ts < onset + AFTER * MINUTE_MS]
    if not within or not slots:
        return None
    fitted = [fit(row, len(names)) for row in within if row.ts < until]
    if not fitted:
        return None
    minute = np.array([(row.ts - onset) // MINUTE_MS + BASE for row in fitted])
    values = np.array([row.values for row in fitted], float)[:, slots]
    quality = np.array([row.quality for row in fitted])[:, slots]
    planes = _planes(_by_minute(minute, values, quality))
    found = _with_families([names[slot] for slot in slots], planes)
    return found if bool((found.cells != GAP).any()) else None


@dataclass(frozen=True)
class _Minutes:
    """Mean, deviation and share of bad readings by (minute, signal); NaN where there is none."""

    mean: Floats
    deviation: Floats
    bad: Floats


def _by_minute(
    minute: npt.NDArray[np.int64], values: Floats, quality: npt.NDArray[np.uint8]
) -> _Minutes:
    shape = (BASE + AFTER, values.shape[1])
    good = (quality <= Quality.UNCERTAIN_LAST_USABLE_VALUE) & np.isfinite(values)
    failed = (quality > Quality.UNCERTAIN_LAST_USABLE_VALUE) & (quality != Quality.ABSENT)
    # Sums of squares of large numbers cancel: take them about some reading of the signal.
    about = _median(np.where(good, values, np.nan))
    apart = np.where(good, values - about, 0.0)
    counts, bads, sums, squares = (np.zeros(shape) for _ in range(4))
    for into, what in ((counts, good), (bads, failed), (sums, apart), (squares, apart**2)):
        np.add.at(into, minute, what)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums / counts
        deviation = np.sqrt(np.maximum(squares / counts - mean**2, 0))
        return _Minutes(mean + about, deviation, bads / (counts + bads))


def _planes(minutes: _Minutes) -> Floats:
    """Level, swing and bad by (plane, signal, minute of the grid), noise taken away."""
    base = slice(0, BASE - GUARD)
    before = minutes.mean[base]
    centre, usual = _median(before), _median(minutes.deviation[base])
    least = np.maximum(LEAST_SPREAD * np.abs(centre), 1e-6)
    spread = np.maximum(_spread(before), least)
    level = (minutes.mean - centre) / spread
    level = np.sign(level) * np.maximum(np.abs(level) - DEAD_LEVEL, 0)
    swing = np.log2(np.maximum(minutes.deviation, 1e-9) / np.maximum(usual, least))
    swing = np.clip(swing - DEAD_SWING, 0, STRONGEST)
    stacked = np.stack([np.arcsinh(level), swing, STRONGEST * minutes.bad])
    stacked[:, :, np.isfinite(before).sum(axis=0) < LEAST_BASE] = np.nan
    return stacked[:, BASE - BEFORE :].transpose(0, 2, 1)


def _with_families(names: Sequence[str], planes: Floats) -> Fingerprint:
    """Signals alone as they are, families as their highest (+) and lowest (−) member."""
    families: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        families.setdefault(re.sub(r"_\d+", "_#", name), []).append(row)
    called: list[str] = []
    kept: list[Floats] = []
    for family, rows in families.items():
        if len(rows) < FAMILY:
            called += [names[row] for row in rows]
            kept += [planes[:, row] for row in rows]
            continue
        # fmax and fmin pass over gaps.
        members = planes[:, rows]
        highest, lowest = np.fmax.reduce(members, axis=1), np.fmin.reduce(members, axis=1)
        lowest[1:] = highest[1:]  # swing and bad have no sign: the strongest counts
        called += [f"{family}+", f"{family}-"]
        kept += [highest, lowest]
    grid = np.round(np.stack(kept) * SCALE).clip(-127, 127)
    return Fingerprint(tuple(called), np.where(np.isnan(grid), GAP, grid).astype(np.int8))


def pack(fingerprint: Fingerprint) -> bytes:
    """As bytes that name their version: magic, length of the names (uint16), names, cells."""
    names = "\n".join(fingerprint.names).encode()
    return _MAGIC + len(names).to_bytes(2, "little") + names + fingerprint.cells.tobytes()


def unpack(blob: bytes) -> Fingerprint | None:
    """Inverse of `pack`; None for bytes of another version."""
    head, cells = _split(blob)
    if not head:
        return None
    names = head.decode().split("\n")
    grid = np.frombuffer(cells, np.int8).reshape(len(names), _PLANES, MINUTES)
    return Fingerprint(tuple(names), grid)


def distances(one: Fingerprint, others: Sequence[bytes]) -> Floats:
    """How far `one` is from each of the packed others: (n,), 0 the same, 1 nothing in common.

    |a − b|² / (|a|² + |b|²) over the cells that both have, at the best shift of the onset. NaN
    where there is nothing to compare: no common signal, too little shown, another version.
    """
    found = np.full(len(others), np.nan)
    alike: dict[bytes, list[int]] = {}
    bodies = [_split(blob) for blob in others]
    for index, (head, _) in enumerate(bodies):
        alike.setdefault(head, []).append(index)
    for head, indices in alike.items():
        names = head.decode().split("\n")
        shared = [(one.names.index(n), row) for row, n in enumerate(names) if n in one.names]
        if not head or not shared:
            continue
        mine, theirs = (list(side) for side in zip(*shared, strict=True))
        queries = np.stack(list(_shifted(one.cells[mine])))
        for part in (indices[at : at + _CHUNK] for at in range(0, len(indices), _CHUNK)):
            raw = np.frombuffer(b"".join(bodies[index][1] for index in part), np.int8)
            grid = raw.reshape(len(part), len(names), _PLANES, MINUTES)[:, theirs]
            found[part] = _nearest(queries, grid)
    return found


def shows(one: Fingerprint) -> bool:
    """Whether enough has moved to compare it with others."""
    numbers, _ = _numbers(one.cells[None])
    return bool((numbers**2).sum() >= LEAST_SHOWN)


def _nearest(queries: Cells, grid: Cells) -> Floats:
    """Distance (n,) of the nearest of the queries (shift, …) to each of the grid (n, …)."""
    a, in_a = _numbers(queries)
    b, in_b = _numbers(grid)
    shown = in_b @ (a**2).T + b**2 @ in_a.T
    enough = np.where(shown >= LEAST_SHOWN, shown, np.nan)
    # fmin: shifts that show too little are passed over, all NaN stays NaN.
    nearest: Floats = np.fmin.reduce((shown - 2 * b @ a.T) / enough, axis=1).astype(float)
    return nearest


def _numbers(cells: Cells) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Cells (n, …) as numbers (n, cells), 0 for a gap, and 1 where there is no gap."""
    flat = cells.reshape(len(cells), -1)
    there = flat != GAP
    return np.where(there, flat / np.float32(SCALE), np.float32(0)), there.astype(np.float32)


def _shifted(cells: Cells) -> Iterator[Cells]:
    """Cells with the onset up to SHIFT minutes earlier and later; gaps move in."""
    padded = np.pad(cells, ((0, 0), (0, 0), (SHIFT, SHIFT)), constant_values=GAP)
    for first in range(2 * SHIFT + 1):
        yield padded[:, :, first : first + MINUTES]


def _split(blob: bytes) -> tuple[bytes, bytes]:
    """Names and cells of a packed fingerprint; both empty for another version."""
    if blob[:4] != _MAGIC:
        return b"", b""
    names = 6 + int.from_bytes(blob[4:6], "little")
    whole = (blob[6:names].count(b"\n") + 1) * _PLANES * MINUTES
    return (blob[6:names], blob[names:]) if len(blob) - names == whole else (b"", b"")


def _median(values: Floats) -> Floats:
    """Median over the first axis, gaps left out; NaN where all are gaps."""
    ordered = np.sort(values, axis=0)  # gaps come last
    last = np.maximum(np.isfinite(values).sum(axis=0) - 1, 0)
    middle = np.stack([last // 2, (last + 1) // 2])
    found: Floats = np.take_along_axis(ordered, middle, axis=0).mean(axis=0)
    return found


def _spread(values: Floats) -> Floats:
    """Standard deviation over the first axis, gaps left out."""
    there = np.isfinite(values)
    counts = np.maximum(there.sum(axis=0), 1)
    mean = np.where(there, values, 0).sum(axis=0) / counts
    found: Floats = np.sqrt(np.where(there, (values - mean) ** 2, 0).sum(axis=0) / counts)
    return found
