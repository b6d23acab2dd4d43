"""What people wrote on times: notes and golden runs."""

from __future__ import annotations

from dataclasses import dataclass

from data.history import Reader
from data.history.named import named

NOTE, GOLDEN = "note", "golden"
#: More than these are not marked in one picture; the newest are.
MOST = 200


@dataclass(frozen=True)
class Annotation:
    """A text on a time: `start` to `end` (ms, equal for a moment) of `extruder` (0: the plant).

    `signal` is empty for all of them; `kind` is note or golden; `product` is a code, 0 for none;
    `who` wrote it at `ts` (ms).
    """

    id: str
    ts: int
    who: str
    kind: str
    extruder: int
    signal: str
    product: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Annotations:
    """The newest MOST of a span in order of time, and how many older ones it has besides."""

    shown: list[Annotation]
    more: int


def annotations_in(
    reader: Reader, extruders: tuple[int, ...], start: int, end: int, version: int = 0
) -> Annotations:
    """What touches start <= t < end (ms) of these extruders or of the whole plant.

    `version` is not looked at: a caller who wants no kept answer asks with another one.
    """
    del version
    marks = ", ".join("?" * (len(extruders) + 1))
    where = f' WHERE start < ? AND "end" >= ? AND removed IS NULL AND extruder IN ({marks})'
    parameters = end, start, 0, *extruders
    rows = reader.all(
        f"SELECT id, ts, {named()}, kind, extruder, signal, coalesce(product, 0), start,"
        ' "end", text'
        f" FROM annotations{where} ORDER BY start DESC, ts DESC LIMIT ?",
        *parameters,
        MOST,
    )
    total = len(rows)
    if total == MOST:
        total = reader.all(f"SELECT count(*) FROM annotations{where}", *parameters)[0][0]
    return Annotations([Annotation(*row) for row in reversed(rows)], total - len(rows))
