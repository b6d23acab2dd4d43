"""Which malfunctions somebody looks at, as a value (its address: selection_query.py). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from data.malfunctions.malfunction import CANNOT_TELL, Stage
from data.malfunctions.signatures import SIGNATURES

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

#: Periods that end now, by their name in an address: length in ms, None for everything kept.
PRESETS: dict[str, int | None] = {
    "24h": DAY_MS,
    "7d": 7 * DAY_MS,
    "30d": 30 * DAY_MS,
    "90d": 90 * DAY_MS,
    "1y": 365 * DAY_MS,
    "all": None,
}
DEFAULT_PRESET = "30d"
#: The state of what has not ended, beside the stages.
LASTING = "lasting"
STATES = (*(stage.value for stage in Stage), LASTING)
#: What a malfunction can be called (data/commands.py accepts these).
CAUSES = (*SIGNATURES, "other", CANNOT_TELL)
#: Columns that sort; the address puts "-" before one that runs from high to low.
SORTS = (
    "onset", "extruder", "cause", "state", "product", "duration", "hours", "kg", "money",
)  # fmt: skip
DEFAULT_SORT = ("onset", True)


@dataclass(frozen=True)
class Selection:
    """What an address says. The empty tuple stands for any.

    The period is `preset` (a key of PRESETS), unless there are days: from `first`, or everything
    kept, to `last`, or until now; both are included and of the plant's zone. One of `states`
    (of STATES) must hold. `min_kg` is scrap; `min_money` is in the plant's currency and leaves
    out what has no price. `brush` is a span start <= t < end (ms) within the period. `sort` is a
    column of SORTS and whether from high to low; `page` counts from 1.
    """

    preset: str = DEFAULT_PRESET
    first: date | None = None
    last: date | None = None
    extruders: tuple[int, ...] = ()
    causes: tuple[str, ...] = ()
    products: tuple[int, ...] = ()
    shifts: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    min_money: float | None = None
    min_kg: float | None = None
    brush: tuple[int, int] | None = None
    sort: tuple[str, bool] = DEFAULT_SORT
    page: int = 1


@dataclass(frozen=True)
class Scope:
    """A selection at one time, for SQL: malfunctions whose onset is in start <= t < end (ms).

    With `brush`, of these only such as lasted at some time of that span. `now` (ms) is when
    those end that still last.
    """

    start: int
    end: int
    now: int
    extruders: tuple[int, ...] = ()
    causes: tuple[str, ...] = ()
    products: tuple[int, ...] = ()
    shifts: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    min_money: float | None = None
    min_kg: float | None = None
    brush: tuple[int, int] | None = None


def scope_of(selection: Selection, zone: ZoneInfo, now: int) -> Scope:
    """The selection at `now` (ms), in whole minutes so that answers can be shared."""
    now = (now // 60_000 + 1) * 60_000
    start, end = _bounds(selection, zone, now)
    return Scope(
        start,
        end,
        now,
        selection.extruders,
        selection.causes,
        selection.products,
        selection.shifts,
        selection.states,
        selection.min_money,
        selection.min_kg,
        selection.brush,
    )


def _bounds(selection: Selection, zone: ZoneInfo, now: int) -> tuple[int, int]:
    first, last = selection.first, selection.last
    if first is None and last is None:
        length = PRESETS[selection.preset]
        return (0 if length is None else now - length), now
    start = midnight(first, zone) if first else 0
    return start, midnight(last + timedelta(days=1), zone) if last else now


def midnight(day: date, zone: ZoneInfo) -> int:
    """The first ms of a day of the plant."""
    return round(datetime.combine(day, time(), zone).timestamp() * 1000)
