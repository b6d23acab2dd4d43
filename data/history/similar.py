"""Earlier malfunctions whose readings around the onset look like those of this one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from data import fingerprint
from data.errors import HistoryTooLarge
from data.history import Reader
from data.history.dossier import signals_of
from data.history.malfunction_sql import FROM, MONEY
from data.journal.frame_blob import unpack
from data.malfunctions.malfunction import Malfunction, Stage, malfunction_from_dict
from data.windows import Row

#: The newest earlier fingerprints that are looked through.
MOST_SEARCHED = 2_000
#: Events that are shown.
SHOWN = 6
#: Up to this distance an event is really similar: of simulated faults, 19 in 20 nearest events
#: within it are the same fault (docs/decisions/0012).
SIMILAR = 0.3
#: One of another extruder must be so much nearer to come first.
OTHER_EXTRUDER = 0.05
#: Readings of a malfunction without a frame that are read at most: two a second.
_MOST_ROWS = 2 * 60 * (fingerprint.BASE + fingerprint.AFTER)

#: Where the readings of this malfunction came from, or why there are none to compare.
PRINT, FRAME, RAW, NOT_KEPT, TOO_LITTLE = "print", "frame", "raw", "not kept", "too little"


@dataclass(frozen=True)
class SimilarEvent:
    """An earlier malfunction. `distance` is 0 for the same and 1 for nothing in common.

    Times in ms; `ended` is None while it lasts and `repair_ms` from onset to end. `cause` was
    found by people if `found`, else it is the most probable. `money` is None without a price.
    """

    id: str
    extruder: int
    extruder_name: str
    onset: int
    ended: int | None
    repair_ms: int | None
    distance: float
    cause: str
    found: bool
    action: str
    stage: str
    kg: float
    money: float | None

    @property
    def similar(self) -> bool:
        """Whether it is near enough to speak of the same thing."""
        return self.distance <= SIMILAR


@dataclass(frozen=True)
class Similar:
    """What was found for a malfunction.

    `events` are the nearest ones, best first; `searched` is how many could be compared, `capped`
    whether there were older ones that were not looked at. `last` is the newest of `events` that is
    really similar and was resolved with a cause. `source` says where the readings came from.
    """

    source: str
    searched: int
    capped: bool
    events: list[SimilarEvent]
    last: SimilarEvent | None


def similar_events(reader: Reader, malfunction: str) -> Similar | None:
    """Earlier malfunctions that look like this one; None if there is no such malfunction."""
    found = reader.all("SELECT document FROM malfunctions WHERE id = ?", malfunction)
    if not found:
        return None
    one = malfunction_from_dict(json.loads(found[0][0]))
    source, mine = _fingerprint(reader, one)
    if mine is None or not fingerprint.shows(mine):
        return Similar(source if mine is None else TOO_LITTLE, 0, False, [], None)
    rows = reader.all(
        "SELECT malfunction, extruder, blob FROM frame_prints WHERE onset < ? AND length(blob) > 0"
        " ORDER BY onset DESC LIMIT ?",
        one.onset,
        MOST_SEARCHED + 1,
    )
    searched = rows[:MOST_SEARCHED]
    distances = fingerprint.distances(mine, [row[2] for row in searched])
    apart = {searched[i][0]: float(distances[i]) for i in np.flatnonzero(~np.isnan(distances))}
    shown = _nearest([row[:2] for row in searched], apart, one.extruder)
    events = _events(reader, shown, apart)
    return Similar(
        source,
        len(apart),
        len(rows) > MOST_SEARCHED,
        events,
        _last(events),
    )


def _nearest(
    searched: Sequence[tuple[Any, ...]], apart: dict[str, float], extruder: int
) -> list[str]:
    """Ids of the nearest SHOWN; those of the same extruder before others that are as near."""
    ranks = {
        id_: apart[id_] + (of != extruder) * OTHER_EXTRUDER for id_, of in searched if id_ in apart
    }
    # What has less in common than that is not similar in any way.
    return [id_ for id_ in sorted(ranks, key=lambda id_: ranks[id_]) if apart[id_] < 1][:SHOWN]


def _events(reader: Reader, ids: Sequence[str], apart: dict[str, float]) -> list[SimilarEvent]:
    """Events in the order of `ids`; one that the journal does not know is left out."""
    if not ids:
        return []
    marks = ", ".join("?" * len(ids))
    found = reader.all(
        f"SELECT m.document, {MONEY}, coalesce(e.name, 'Extruder ' || m.extruder) FROM {FROM}"
        f" LEFT JOIN extruders e ON e.id = m.extruder WHERE m.id IN ({marks})",
        *ids,
    )
    events = [_event(malfunction_from_dict(json.loads(d)), m, n, apart) for d, m, n in found]
    return sorted(events, key=lambda event: ids.index(event.id))


def _event(
    one: Malfunction, money: float | None, extruder_name: str, apart: dict[str, float]
) -> SimilarEvent:
    return SimilarEvent(
        id=one.id,
        extruder=one.extruder,
        extruder_name=extruder_name,
        onset=one.onset,
        ended=one.ended,
        repair_ms=None if one.ended is None else one.ended - one.onset,
        distance=round(apart[one.id], 3),
        cause=one.cause_found or one.cause,
        found=bool(one.cause_found),
        action=one.action,
        stage=one.stage,
        kg=one.scrap.kg,
        money=money,
    )


def _last(events: Sequence[SimilarEvent]) -> SimilarEvent | None:
    """The newest of the similar ones that ended and that people resolved with a cause."""
    told = [one for one in events if one.similar and one.stage == Stage.RESOLVED and one.found]
    return max((one for one in told if one.ended), key=lambda one: one.onset, default=None)


def _fingerprint(reader: Reader, one: Malfunction) -> tuple[str, fingerprint.Fingerprint | None]:
    """Its fingerprint: kept with its frame, or made of the frame, or of readings so far."""
    for (blob,) in reader.all("SELECT blob FROM frame_prints WHERE malfunction = ?", one.id):
        kept = fingerprint.unpack(blob)
        if kept is not None:
            return PRINT, kept
    sql = "SELECT signals, count, rows FROM frames WHERE malfunction = ?"
    for names, count, blob in reader.all(sql, one.id):
        return FRAME, _made(json.loads(names), unpack(blob, count, one.extruder), one)
    rows = _readings(reader, one)
    if not rows:
        return NOT_KEPT, None
    made = _made([signal.name for signal in signals_of(reader, one.extruder)], rows, one)
    return (RAW, made) if made is not None else (TOO_LITTLE, None)


def _made(
    names: Sequence[str], rows: Sequence[Row], one: Malfunction
) -> fingerprint.Fingerprint | None:
    until = rows[-1].ts + 1 if one.ended is None else one.ended
    return fingerprint.of_rows(names, rows, one.onset, until) if rows else None


def _readings(reader: Reader, one: Malfunction) -> list[Row]:
    """Readings from half an hour before the onset, as far as a fingerprint reaches."""
    start = one.onset - fingerprint.BASE * fingerprint.MINUTE_MS
    end = one.onset + fingerprint.AFTER * fingerprint.MINUTE_MS
    sql = (
        'SELECT ts, "values", quality FROM readings WHERE extruder = ? AND ts >= ? AND ts < ?'
        " ORDER BY ts"
    )
    try:
        found = reader.all(sql, one.extruder, start, end, cap=_MOST_ROWS)
    except HistoryTooLarge:
        return []  # a source faster than two readings a second: its frame will be thinned
    return [_row(one.extruder, *row) for row in found]


def _row(extruder: int, ts: int, values: bytes, quality: bytes | None) -> Row:
    numbers = np.frombuffer(values, "<f4")
    codes = bytes(len(numbers)) if quality is None else quality
    return Row(ts, extruder, numbers, np.frombuffer(codes, np.uint8))
