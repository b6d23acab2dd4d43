"""How large the store will be, from what it is now and what comes in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from data.alarms.events import Priority
from data.store_guard import Finding, Forecast

#: Whoever has to find a disk needs so many days; the last of them are urgent.
WARN_DAYS, URGENT_DAYS = 14, 3
MONTH_DAYS, TEN_YEARS_DAYS = 30, 3_650
MINUTES_PER_DAY, HOURS_PER_DAY = 1_440, 24
#: A record of data/rollups.py.
ROLLUP_BYTES = 16


@dataclass(frozen=True)
class Level:
    """Something that is kept for `kept_days` (0: for ever), and goes back `age_days` now."""

    bytes_per_day: float
    kept_days: int
    age_days: float

    def growth(self, days: int) -> float:
        """Bytes that it will have more in so many days; none once it is as old as it gets."""
        left = self.left
        return self.bytes_per_day * (days if left is None else min(days, left))

    @property
    def left(self) -> float | None:
        """Days until as much is deleted as comes in; None: never."""
        return max(0.0, self.kept_days - self.age_days) if self.kept_days else None


@dataclass(frozen=True)
class Measured:
    """What a store says of its size. Bytes; None: it cannot say.

    `used` of its `allocated` bytes hold something: the rest is filled before it grows. `overhead`
    is what a row of rollups takes beside its records, index included.
    """

    used: int
    allocated: int
    free: int | None
    rows_per_day: float
    bytes_per_row: float
    overhead: int


@dataclass(frozen=True)
class Plant:
    """What comes in beside readings, and how far back each level goes now (days).

    `signals` of all `extruders`; `journal_bytes_per_day` are kept for ever: events and frames.
    """

    extruders: int
    signals: int
    ages: tuple[float, float, float]
    journal_bytes_per_day: float


def levels(measured: Measured, plant: Plant, kept_days: tuple[int, int, int]) -> tuple[Level, ...]:
    """Readings, minutes and hours, which are kept for so many days, and the journal."""
    blob = plant.signals * ROLLUP_BYTES + plant.extruders * measured.overhead
    per_day = (
        measured.rows_per_day * measured.bytes_per_row,
        blob * MINUTES_PER_DAY,
        blob * HOURS_PER_DAY,
    )
    made = (Level(*one) for one in zip(per_day, kept_days, plant.ages, strict=True))
    return (*made, Level(plant.journal_bytes_per_day, 0, 0))


def forecast(measured: Measured, kept: Sequence[Level]) -> Forecast:
    """The size to come. What is deleted stays allocated and is filled again."""
    days, size = _plateau(measured, kept)
    return Forecast(
        now=measured.allocated,
        rows_per_day=measured.rows_per_day,
        bytes_per_row=measured.bytes_per_row,
        in_30_days=_size(measured, kept, MONTH_DAYS),
        plateau=size,
        plateau_days=days,
        free=measured.free,
        days_until_full=_full(measured, kept),
    )


def findings(forecast: Forecast) -> Iterable[Finding]:
    """A disk that will be full soon."""
    days = forecast.days_until_full
    if days is not None and days < WARN_DAYS:
        when = "within a day" if days < 1 else f"in {days} day{'s' if days > 1 else ''}"
        yield Finding(
            "growth",
            Priority.CRITICAL if days <= URGENT_DAYS else Priority.HIGH,
            f"The disk of the store will be full {when}: give it a larger one, or keep less"
            " (RETAIN_RAW_DAYS, RETAIN_MINUTES_DAYS).",
        )


def _size(measured: Measured, kept: Iterable[Level], days: int) -> int:
    return max(measured.allocated, round(measured.used + sum(one.growth(days) for one in kept)))


def _plateau(measured: Measured, kept: Sequence[Level]) -> tuple[int | None, int | None]:
    """When and at which size everything that is deleted at all has its full age.

    (None, None) where readings or rollups are kept for ever.
    """
    lefts = [one.left for one in kept[:-1]]
    if any(left is None for left in lefts):
        return None, None
    days = int(max(left for left in lefts if left is not None)) + 1
    return days, _size(measured, kept, days)


def _full(measured: Measured, kept: Sequence[Level]) -> int | None:
    if measured.free is None:
        return None
    most = measured.allocated + measured.free
    if _size(measured, kept, TEN_YEARS_DAYS) <= most:
        return None
    low, high = 0, TEN_YEARS_DAYS
    while high - low > 1:  # the size never falls
        middle = (low + high) // 2
        low, high = (middle, high) if _size(measured, kept, middle) <= most else (low, middle)
    return low
