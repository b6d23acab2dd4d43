"""When which extruder was out of order: spans for a band along time, the newest first kept."""

from __future__ import annotations

from dataclasses import dataclass

from data.history import Reader
from data.history.malfunction_sql import FROM, where
from data.history.malfunctions import total
from data.history.selection import Scope

#: 90 days of 50 extruders; more spans are a grey bar, and slow to draw.
MAX_SPANS = 12_000


@dataclass(frozen=True)
class Span:
    """A malfunction on the band: onset and end in ms, None while it lasts."""

    id: str
    extruder: int
    onset: int
    ended: int | None
    cause: str


@dataclass(frozen=True)
class Band:
    """The newest spans, oldest of them first, of `total` in the scope."""

    spans: tuple[Span, ...]
    total: int


def band(reader: Reader, scope: Scope) -> Band:
    """The band of a scope, at most MAX_SPANS."""
    condition = where(scope)
    found = reader.all(
        f"SELECT m.id, m.extruder, m.onset, m.ended, m.cause FROM {FROM} WHERE {condition.sql}"
        " ORDER BY m.onset DESC LIMIT ?",
        *condition.values,
        MAX_SPANS,
    )
    in_all = len(found) if len(found) < MAX_SPANS else total(reader, scope)
    return Band(tuple(Span(*one) for one in reversed(found)), in_all)
