"""The report of one shift: production, downtime, alarms, malfunctions and scrap by extruder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from data.history import Reader
from data.history.shift_handover import Handover, handover
from data.history.shift_malfunctions import ShiftMalfunction, hours, malfunctions, scrap
from data.history.shift_minutes import Edges, Slots, counted_until, edges, minutes, slots
from data.production import Production, production, together
from data.shifts import ShiftSpan

TEN_MINUTES_MS = 600_000
#: Names of the four priorities, most urgent first: the order of `alarms`.
PRIORITIES = ("critical", "high", "medium", "low")
_NO_SLOTS: Slots = (None, None, None)

# Only what operators were told counts as an alarm, as on the Alarms page (data.alarms.health).
_ALARMS = """
    SELECT extruder, priority, (ts - ?) / 600000, count(*) FROM alarm_events
    WHERE ts >= ? AND ts < ? AND kind IN ('ACTIVE', 'RE_ALARMED') AND state = 'UNACKNOWLEDGED'
    GROUP BY 1, 2, 3"""
_PRODUCTS = "SELECT code, name FROM products"


class Kept(StrEnum):
    """How much of the shift's minutes there is: what is not kept was deleted by age, what never
    was is from before the first reading."""

    ALL = "all"
    PART = "part"
    NONE = "none"
    NEVER = "never"


@dataclass(frozen=True)
class ShiftLine:
    """One extruder in a shift, or all of them (extruder 0).

    `alarms` counts by priority, critical first. `malfunctions` lasted in the shift, oldest first;
    `malfunction_h` are hours in which at least one did (of the plant: their sum over extruders).
    Scrap is that of malfunctions that began in the shift, also what it cost after the shift;
    `scrap_money` is None if no price is known, `unpriced` says how many malfunctions have none.
    """

    extruder: int
    name: str
    production: Production
    alarms: tuple[int, int, int, int]
    malfunctions: tuple[ShiftMalfunction, ...]
    malfunction_h: float
    scrap_kg: float
    scrap_money: float | None
    unpriced: int

    @property
    def alarm_count(self) -> int:
        """Alarms of all priorities."""
        return sum(self.alarms)

    @property
    def begun(self) -> int:
        """Malfunctions that began in the shift."""
        return sum(not one.before for one in self.malfunctions)

    @property
    def scrap_lasts(self) -> bool:
        """True if the scrap still grows: a malfunction that began in the shift still lasts."""
        return any(one.ended is None and not one.before for one in self.malfunctions)

    @property
    def scrap_share(self) -> float | None:
        """Scrap as a share of what was produced, 0…; None where nothing was or is known to be."""
        kg = self.production.kg
        return self.scrap_kg / kg if kg else None


@dataclass(frozen=True)
class ShiftReport:
    """A shift. `until` (ms) is the end of what is counted: before the shift's end it still runs.

    `lines` are extruders by number. `minutes` says how much of its readings is kept, `kept_from`
    (ms) since when. `busiest_10_min` is the most alarms of the plant in ten minutes from the
    shift's start on.
    """

    shift: ShiftSpan
    until: int
    lines: tuple[ShiftLine, ...]
    total: ShiftLine
    products: dict[int, str]
    alarms_per_10_min: float
    busiest_10_min: int
    minutes: Kept
    kept_from: int | None
    handover: Handover

    @property
    def runs(self) -> bool:
        """True while the shift is not over, or its last minutes are not there yet."""
        return self.until < self.shift.end

    @property
    def hours(self) -> float:
        """Hours that are counted."""
        return (self.until - self.shift.start) / 3_600_000

    def name(self, extruder: int) -> str:
        """Name of an extruder of the report; 0 is the plant."""
        found = (line.name for line in self.lines if line.extruder == extruder)
        return next(found, f"Extruder {extruder}" if extruder else "Plant")


def report(reader: Reader, shift: ShiftSpan, now: int) -> ShiftReport:
    """The report of a shift as it is known at `now` (ms): a caller that wants it cached rounds
    `now` to the minute."""
    known = edges(reader, shift.end)
    until = counted_until(shift, known, now)
    lasted = malfunctions(reader, shift.start, shift.end)
    counts = reader.all(_ALARMS, shift.start, shift.start, shift.end)
    lines = _lines(reader, shift, until, known, lasted)
    lines = tuple(replace(line, alarms=_by_priority(counts, line.extruder)) for line in lines)
    total = total_of(lines)
    kept, kept_from = _kept(shift, known)
    span = max(until - shift.start, TEN_MINUTES_MS)
    return ShiftReport(
        shift, until, lines, total, dict(reader.all(_PRODUCTS)),
        total.alarm_count * TEN_MINUTES_MS / span, _busiest(counts), kept, kept_from,
        handover(reader, lasted, shift.start, min(shift.end, now)),
    )  # fmt: skip


def _lines(
    reader: Reader,
    shift: ShiftSpan,
    until: int,
    known: Sequence[Edges],
    lasted: Sequence[ShiftMalfunction],
) -> tuple[ShiftLine, ...]:
    """A line for each extruder that runs today or did then."""
    at, lines = slots(reader), []
    for one in known:
        theirs = tuple(m for m in lasted if m.extruder == one.extruder)
        was_there = one.newest is not None and one.newest >= shift.start
        if not (one.active or theirs or was_there):
            continue
        found = minutes(reader, one.extruder, at.get(one.extruder, _NO_SLOTS), shift.start, until)
        lines.append(
            ShiftLine(
                one.extruder, one.name, production(found), (0, 0, 0, 0), theirs,
                hours(theirs, shift.start, until), *scrap(theirs),
            )
        )  # fmt: skip
    return tuple(lines)


def total_of(lines: Sequence[ShiftLine]) -> ShiftLine:
    """Some extruders together, as a line of extruder 0."""
    everything = tuple(one for line in lines for one in line.malfunctions)
    critical, high, medium, low = (sum(line.alarms[p] for line in lines) for p in range(4))
    return ShiftLine(
        0, "Plant", together([line.production for line in lines]), (critical, high, medium, low),
        everything, sum(line.malfunction_h for line in lines), *scrap(everything),
    )  # fmt: skip


def _by_priority(
    counts: Iterable[tuple[int, int, int, int]], extruder: int
) -> tuple[int, int, int, int]:
    found = [0, 0, 0, 0]
    for one, priority, _, count in counts:
        if one == extruder:
            found[min(max(priority, 1), 4) - 1] += count
    return found[0], found[1], found[2], found[3]


def _busiest(counts: Iterable[tuple[int, int, int, int]]) -> int:
    bins: dict[int, int] = {}
    for _, _, place, count in counts:
        bins[place] = bins.get(place, 0) + count
    return max(bins.values(), default=0)


def _kept(shift: ShiftSpan, known: Sequence[Edges]) -> tuple[Kept, int | None]:
    """Whether minutes of the shift were deleted, or never were; and since when there are some."""
    oldest = min((one.oldest for one in known if one.oldest is not None), default=None)
    first_hour = min(
        (one.oldest_hour for one in known if one.oldest_hour is not None), default=None
    )
    if oldest is not None and oldest <= shift.start:
        return Kept.ALL, None
    # Hours that have no minutes any more were thinned; else the plant did not run before.
    thinned = first_hour is not None and (oldest is None or first_hour < oldest - 3_600_000)
    if oldest is None or oldest >= shift.end:
        return (Kept.NONE if thinned else Kept.NEVER), oldest
    return (Kept.PART if thinned else Kept.ALL), oldest
