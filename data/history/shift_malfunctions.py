"""Malfunctions that lasted in a shift, with what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from data.history import Reader
from data.history.named import named
from data.malfunctions.malfunction import CANNOT_TELL
from data.malfunctions.signatures import SIGNATURES

#: One that began longer before the shift is not looked for: none lasts that long.
LONGEST_MS = 30 * 86_400_000
UNCLEAR = "Cause unclear"
ANOTHER = "Another cause"

_LASTED = """
    SELECT m.id, m.extruder, m.onset, m.ended, m.stage, m.cause, m.kg, m.money,
        coalesce(p.price_per_kg, 0), CAST(json_extract(m.document, '$.resolved_at') AS BIGINT)
    FROM malfunctions m LEFT JOIN products p ON p.code = m.product
    WHERE m.onset >= ? AND m.onset < ? AND (m.onset >= ? OR m.ended IS NULL OR m.ended > ?)
    ORDER BY m.onset, m.id"""
_NOTES = f"""
    SELECT ts, {named()}, text
    FROM malfunction_actions
    WHERE malfunction = ? AND ts < ? AND text <> '' ORDER BY ts DESC, id DESC LIMIT 1"""


@dataclass(frozen=True)
class ShiftMalfunction:
    """A malfunction as the report tells it. Times in ms, `ended` None while it lasts.

    `cause` is in words, `check` what to do about it first; `before` is True if it began before
    the shift: its scrap then belongs to the shift in which it began. `money` is None if nobody
    has told the product's price; `resolved` is when, None if it is not. `stage` is as of now.
    """

    id: str
    extruder: int
    cause: str
    check: str
    onset: int
    ended: int | None
    stage: str
    kg: float
    money: float | None
    resolved: int | None
    before: bool

    def lasted_beyond(self, ts: int) -> bool:
        """True if it still lasted at a time in ms."""
        return self.ended is None or self.ended > ts


@dataclass(frozen=True)
class LastNote:
    """What a person wrote last about a malfunction; empty if nobody wrote anything."""

    ts: int = 0
    who: str = ""
    text: str = ""


def malfunctions(reader: Reader, start: int, end: int) -> list[ShiftMalfunction]:
    """Those that began from `start` up to `end` (ms), and those that lasted beyond `start`."""
    rows = reader.all(_LASTED, start - LONGEST_MS, end, start, start)
    return [
        ShiftMalfunction(
            id_, extruder, *_in_words(cause), onset, ended, stage, kg,
            _money(kg, money, price), resolved, onset < start,
        )
        for id_, extruder, onset, ended, stage, cause, kg, money, price, resolved in rows
    ]  # fmt: skip


def last_note(reader: Reader, malfunction: str, before: int) -> LastNote:
    """The newest text about a malfunction that was written before a time in ms."""
    return next((LastNote(*row) for row in reader.all(_NOTES, malfunction, before)), LastNote())


def hours(lasted: Iterable[ShiftMalfunction], start: int, end: int) -> float:
    """Hours between two times (ms) in which at least one of them lasted."""
    total, covered = 0, start
    for one in sorted(lasted, key=lambda m: m.onset):
        ended = end if one.ended is None else min(one.ended, end)
        total += max(0, ended - max(one.onset, covered))
        covered = max(covered, ended)
    return total / 3_600_000


def scrap(lasted: Sequence[ShiftMalfunction]) -> tuple[float, float | None, int]:
    """kg, money (None if no price is known) and how many have no price, of those that began in
    the shift."""
    begun = [one for one in lasted if not one.before and one.kg > 0]
    priced = [one.money for one in begun if one.money is not None]
    unpriced = len(begun) - len(priced)
    money = None if unpriced and not priced else sum(priced)
    return sum(one.kg for one in begun), money, unpriced


def _in_words(cause: str) -> tuple[str, str]:
    """Name and first check of a cause; what a person wrote instead of one stays as it is."""
    signature = SIGNATURES.get(cause)
    if signature is not None:
        return signature.label, signature.check
    return {"": UNCLEAR, CANNOT_TELL: UNCLEAR, "other": ANOTHER}.get(cause, cause), ""


def _money(kg: float, money: float, price: float) -> float | None:
    """0 is a price that nobody has told, unless nothing was spoilt."""
    return money if money or price or not kg else None
