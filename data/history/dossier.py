"""Everything kept about one malfunction, but its readings: see data.history.dossier_readings."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from data.extruders import Signal, signal_from_dict
from data.history import Reader
from data.history.dossier_journal import (
    MOST_ALARMS,
    ActionLine,
    AlarmLine,
    LimitsThen,
    actions_of,
    alarms_between,
    changed_limits,
    limits_at,
)
from data.history.dossier_signals import telling_signals
from data.malfunctions.malfunction import Malfunction, malfunction_from_dict

#: Readings are shown from so long before the onset to so long after the end, as frames keep them.
AROUND_MS = 30 * 60_000


@dataclass(frozen=True)
class Dossier:
    """One malfunction with its surroundings. Times are ms since the epoch, UTC.

    `start` to `end` is the span that is shown; `as_of` when this was asked; `signals` are those
    of the extruder by slot and `telling` the names of those to show first; `limits` were in
    force at the onset; `price_known` is False where money cannot be told. `settled` is True
    when no more readings of it will come.
    """

    malfunction: Malfunction
    extruder_name: str
    product_name: str
    price_known: bool
    start: int
    end: int
    as_of: int
    settled: bool
    signals: tuple[Signal, ...]
    telling: tuple[str, ...]
    limits: LimitsThen
    alarms: tuple[AlarmLine, ...]
    more_alarms: bool
    actions: tuple[ActionLine, ...]

    @property
    def lasts(self) -> bool:
        """Whether the malfunction has not ended."""
        return self.malfunction.ended is None


@dataclass(frozen=True)
class Span:
    """A malfunction's span: what is shown (ms), and of its frame the rows, None without one."""

    malfunction: Malfunction
    start: int
    end: int
    frame_rows: int | None


def dossier(reader: Reader, malfunction: str) -> Dossier | None:
    """The dossier of a malfunction by its id; None if there is no such malfunction."""
    span = span_of(reader, malfunction)
    if span is None:
        return None
    one, now = span.malfunction, now_ms()
    signals = signals_of(reader, one.extruder)
    product, price = _product(reader, one.product)
    alarms = alarms_between(reader, one.extruder, span.start, span.end, one.id)
    limited = changed_limits(reader, one.extruder, one.product, one.onset, span.end)
    actions = sorted([*actions_of(reader, one.id), *limited], key=lambda line: line.ts)
    return Dossier(
        malfunction=one,
        extruder_name=_extruder_name(reader, one.extruder),
        product_name=product,
        price_known=price > 0 or one.scrap.money > 0,
        start=span.start,
        end=span.end,
        as_of=now,
        settled=_settled(span, now),
        signals=signals,
        telling=telling_signals(one, signals),
        limits=limits_at(reader, one.extruder, one.product, one.onset),
        alarms=tuple(alarms[:MOST_ALARMS]),
        more_alarms=len(alarms) > MOST_ALARMS,
        actions=tuple(actions),
    )


def _settled(span: Span, now: int) -> bool:
    """Not by the span's end, which a slow question may have cut off a moment before `now`."""
    ended = span.malfunction.ended
    return ended is not None and (span.frame_rows is not None or ended + AROUND_MS < now)


def span_of(reader: Reader, malfunction: str) -> Span | None:
    """What to show of a malfunction: its frame's span, or the same around it up to now."""
    found = reader.all("SELECT document FROM malfunctions WHERE id = ?", malfunction)
    if not found:
        return None
    one = malfunction_from_dict(json.loads(found[0][0]))
    frame = reader.all('SELECT start, "end", count FROM frames WHERE malfunction = ?', malfunction)
    if frame:
        return Span(one, *frame[0])
    now = now_ms()
    end = now if one.ended is None else min(one.ended + AROUND_MS, now)
    return Span(one, one.onset - AROUND_MS, max(end, one.onset + 1000), None)


def signals_of(reader: Reader, extruder: int) -> tuple[Signal, ...]:
    """Signals of an extruder by slot, also of one that is retired."""
    sql = "SELECT definition FROM signals WHERE extruder = ? ORDER BY slot"
    return tuple(signal_from_dict(json.loads(text)) for (text,) in reader.all(sql, extruder))


def now_ms() -> int:
    """The server's clock, ms since the epoch."""
    return time.time_ns() // 1_000_000


def _extruder_name(reader: Reader, extruder: int) -> str:
    found = reader.all("SELECT name FROM extruders WHERE id = ?", extruder)
    return str(found[0][0]) if found else f"Extruder {extruder}"


def _product(reader: Reader, code: int) -> tuple[str, float]:
    """Name and price per kg of a product; no name and 0 for none."""
    found = reader.all("SELECT name, price_per_kg FROM products WHERE code = ?", code)
    return found[0] if found else ("", 0.0)
