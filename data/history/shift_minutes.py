"""What a shift's minute rollups tell of production: which signals, which minutes, until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.extruders import JOB_STATUS, PRODUCT
from data.history import Reader
from data.production import Minutes, Rollups
from data.rollups import RECORD
from data.shifts import ShiftSpan

MINUTE_MS = 60_000
#: Rollups of a minute are there this long after it at the latest; a minute younger than this and
#: not rolled up yet is not counted as one without data.
LATE_MS = 5 * MINUTE_MS
#: Throughput is called one of these, as the scrap clock's channel is (data.detection.channels).
THROUGHPUT = ("Throughput", "Throughput.ActualValue")

_SLOTS = (
    "SELECT extruder, name, slot FROM signals"
    f" WHERE name IN ('{JOB_STATUS}', '{PRODUCT}', '{THROUGHPUT[0]}', '{THROUGHPUT[1]}')"
)
_EDGES = """
    SELECT e.id, e.name, e.active,
        (SELECT min(ts) FROM minute_rollups WHERE extruder = e.id),
        (SELECT max(ts) FROM minute_rollups WHERE extruder = e.id AND ts < ?),
        (SELECT min(ts) FROM hour_rollups WHERE extruder = e.id)
    FROM extruders e ORDER BY e.id"""
_MINUTES = """
    SELECT ts, substr(signals, ?, 16), substr(signals, ?, 16), substr(signals, ?, 16)
    FROM minute_rollups WHERE extruder = ? AND ts >= ? AND ts < ?"""
_WAITING = """
    SELECT ts FROM readings WHERE seq > (SELECT min(seq) FROM rollup_progress)
    ORDER BY seq LIMIT 1"""
#: A place behind every slot: a signal that the extruder lacks reads as nothing.
_NOWHERE = 1 << 20
_NOTHING = bytes(RECORD.itemsize)

#: Slots of job state, product and throughput; None where an extruder lacks the signal.
Slots = tuple[int | None, int | None, int | None]


@dataclass(frozen=True)
class Edges:
    """An extruder, and where its rollups begin and end: ms, None where there are none.

    `newest` is the start of its last minute before the end of the shift.
    """

    extruder: int
    name: str
    active: bool
    oldest: int | None
    newest: int | None
    oldest_hour: int | None


def edges(reader: Reader, end: int) -> list[Edges]:
    """Every extruder that was ever configured, by number."""
    return [
        Edges(id_, name, bool(active), *times)
        for id_, name, active, *times in reader.all(_EDGES, end)
    ]


def counted_until(shift: ShiftSpan, known: Sequence[Edges], now: int) -> int:
    """The end of what is counted, ms: the shift's, or while it runs the last whole minute that
    the rollups have. `now` in ms."""
    if now >= shift.end + LATE_MS:
        return shift.end
    whole = min(now, shift.end) // MINUTE_MS * MINUTE_MS
    rolled_up = max((one.newest + MINUTE_MS for one in known if one.newest is not None), default=0)
    return max(shift.start, min(whole, max(rolled_up, whole - LATE_MS)))


def first_waiting(reader: Reader) -> int | None:
    """When the first reading was made (ms) that no rollup has yet; None if there is none."""
    return next((ts for (ts,) in reader.all(_WAITING)), None)


def slots(reader: Reader) -> dict[int, Slots]:
    """Which slots of each extruder tell of production."""
    found: dict[int, dict[str, int]] = {}
    for extruder, name, slot in reader.all(_SLOTS):
        found.setdefault(extruder, {})[name] = slot
    return {extruder: _slots(names) for extruder, names in found.items()}


def _slots(names: dict[str, int]) -> Slots:
    throughput = next((names[name] for name in THROUGHPUT if name in names), None)
    return names.get(JOB_STATUS), names.get(PRODUCT), throughput


def minutes(reader: Reader, extruder: int, at: Slots, start: int, end: int) -> Minutes:
    """All minutes from `start` up to `end` (ms, whole minutes) of one extruder."""
    places = [_NOWHERE if slot is None else slot * RECORD.itemsize + 1 for slot in at]
    rows = reader.all(_MINUTES, *places, extruder, start, end)
    where = (np.array([row[0] for row in rows], np.int64) - start) // MINUTE_MS
    known = np.zeros((end - start) // MINUTE_MS, bool)
    known[where] = True
    job, product, throughput = (
        None if slot is None else _laid_out([row[1 + n] for row in rows], known, where)
        for n, slot in enumerate(at)
    )
    return Minutes(known, job, product, throughput)


def _laid_out(cells: Sequence[bytes], known: np.ndarray, where: np.ndarray) -> Rollups:
    """One signal's rollups, each at its minute; a row from before the signal has none."""
    full = b"".join(c if len(c) == RECORD.itemsize else _NOTHING for c in cells)
    found = np.zeros(len(known), RECORD)
    found[where] = np.frombuffer(full, RECORD)
    return found
