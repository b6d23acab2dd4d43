"""How reliable extruders are: mean times between failures and to repair, and their weeks.

The figures are the point estimates of IEC 60050-192:2015 (and EN 15341 / ISO 14224 alike):

- mean operating time between failures (192-05-13): operating time ÷ number of failures;
- mean time to restoration (192-07-23, "MTTR"): sum of the down times ÷ number of restorations,
  a down time being from the true onset until the extruder was normal again.

Operating time is taken as the calendar time of the period, since the store has readings of the
extruder and until now, less the down times; with shifts chosen, of the time of these shifts.
Planned stops and idle time are not told apart from operation, so MTBF is an upper bound. Every
malfunction of the scope is a failure. Down times that overlap on an extruder count once in the
operating time; one that lasts counts as a failure but not yet as a restoration.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from data.history import Reader
from data.history.intervals import Clock, joined
from data.history.malfunction_sql import FROM, MONEY, where
from data.history.selection import Scope, midnight
from data.shifts import ShiftPlan

#: Malfunctions of one answer; years of a plant.
MAX_FAILURES = 200_000
#: Weeks of one answer; the newest are kept.
MAX_WEEKS = 520

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reliability:
    """An extruder's figures, or the plant's (`extruder` 0, extruder hours added up).

    `observed_ms` and `down_ms` make the operating time; MTBF is None without a failure, MTTR
    without a restoration. `lasting` of the `failures` have no end yet.
    """

    extruder: int
    name: str
    failures: int
    lasting: int
    observed_ms: int
    down_ms: int
    mtbf_ms: float | None
    mttr_ms: float | None


@dataclass(frozen=True)
class Week:
    """One ISO week of the plant's zone (`start` is the ms of its Monday, `name` as 2026-W05).

    By the onset of its malfunctions: `hours` and `kg` of scrap, `money` None where none of them
    has a price, `mttr_ms` None where none has ended. `whole` is False for a week that the period
    cuts.
    """

    start: int
    name: str
    count: int
    hours: float
    kg: float
    money: float | None
    mttr_ms: float | None
    whole: bool


@dataclass(frozen=True)
class Repair:
    """The plant, its extruders (each that failed or has readings), and the weeks, oldest first."""

    plant: Reliability
    extruders: tuple[Reliability, ...]
    weeks: tuple[Week, ...]


def repair(reader: Reader, scope: Scope) -> Repair:
    """Reliability of the extruders in a scope, and its weeks."""
    failures = _failures(reader, scope)
    known = _extruders(reader)
    failed = {int(one) for one in np.unique(failures.extruder)}
    active = {one.id for one in known.values() if one.active}
    chosen = set(scope.extruders) & set(known) if scope.extruders else active
    clock = _clock(scope, reader.shifts)
    found = [
        _reliability(known.get(one) or _Known(one, f"Extruder {one}"), failures, scope, clock)
        for one in sorted(chosen | failed)
    ]
    return Repair(_plant(found), tuple(found), _weeks(failures, scope, reader.shifts))


@dataclass(frozen=True)
class _Known:
    """An extruder; `since` is the ms of the first that the store has of it."""

    id: int
    name: str
    since: int | None = None
    active: bool = True


@dataclass(frozen=True)
class _Failures:
    """The malfunctions of a scope in order of onset; `ended` is NaN while one lasts."""

    extruder: Floats
    onset: Floats
    ended: Floats
    hours: Floats
    kg: Floats
    money: Floats

    def of(self, extruder: int) -> _Failures:
        """Those of one extruder."""
        return self.where(self.extruder == extruder)

    def where(self, mask: NDArray[np.bool_]) -> _Failures:
        """Those of a mask."""
        return _Failures(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))


def _failures(reader: Reader, scope: Scope) -> _Failures:
    condition = where(scope)
    rows = reader.all(
        f"SELECT m.extruder, m.onset, m.ended, m.hours, m.kg, {MONEY} FROM {FROM}"
        f" WHERE {condition.sql} ORDER BY m.onset",
        *condition.values,
        cap=MAX_FAILURES,
    )
    return _Failures(*np.array(rows, np.float64).reshape(-1, 6).T)


def _extruders(reader: Reader) -> dict[int, _Known]:
    # min() of two values is NULL in SQLite if one is: hence the sub-select over all three.
    rows = reader.all(
        "SELECT e.id, e.name, (SELECT min(ts) FROM ("
        " SELECT min(ts) AS ts FROM hour_rollups WHERE extruder = e.id"
        " UNION ALL SELECT min(ts) FROM minute_rollups WHERE extruder = e.id"
        " UNION ALL SELECT min(onset) FROM malfunctions WHERE extruder = e.id) AS firsts), e.active"
        " FROM extruders e"
    )
    return {row[0]: _Known(row[0], row[1], row[2], bool(row[3])) for row in rows}


def _period(scope: Scope) -> tuple[int, int]:
    """The time that a scope looks at, up to now."""
    start, end = scope.brush or (scope.start, scope.end)
    end = min(end, scope.end, scope.now)
    return min(max(start, scope.start), end), end


def _clock(scope: Scope, shifts: ShiftPlan) -> Clock:
    start, end = _period(scope)
    if not scope.shifts:
        return Clock([(start, end)])
    spans = [span for span in shifts.spans(start, end) if span.name in scope.shifts]
    cut = [(max(span.start, start), min(span.end, end)) for span in spans]
    return Clock(cut)


def _reliability(known: _Known, failures: _Failures, scope: Scope, clock: Clock) -> Reliability:
    own = failures.of(known.id)
    start, end = _period(scope)
    since = end if known.since is None else min(max(start, known.since), end)
    observed = int(clock.between(_ms([since]), _ms([end]))[0])
    down = int(clock.between(*joined(_ms(own.onset), _ms(_until(own, scope.now)))).sum())
    repairs = (own.ended - own.onset)[~np.isnan(own.ended)]
    return Reliability(
        known.id,
        known.name,
        failures=len(own.onset),
        lasting=len(own.onset) - len(repairs),
        observed_ms=observed,
        down_ms=down,
        mtbf_ms=max(observed - down, 0) / len(own.onset) if len(own.onset) else None,
        mttr_ms=_mean(repairs),
    )


def _plant(found: list[Reliability]) -> Reliability:
    """All extruders as one: their times and failures added up."""
    failures, lasting = sum(o.failures for o in found), sum(o.lasting for o in found)
    observed, down = sum(o.observed_ms for o in found), sum(o.down_ms for o in found)
    repaired = sum((o.mttr_ms or 0.0) * (o.failures - o.lasting) for o in found)
    return Reliability(
        0,
        "Plant",
        failures,
        lasting,
        observed,
        down,
        mtbf_ms=max(observed - down, 0) / failures if failures else None,
        mttr_ms=repaired / (failures - lasting) if failures > lasting else None,
    )


def _weeks(failures: _Failures, scope: Scope, shifts: ShiftPlan) -> tuple[Week, ...]:
    start, end = _period(scope)
    if len(failures.onset):
        # Everything kept begins with its first malfunction; a brush cuts through some.
        start = int(failures.onset[0]) if not scope.start else min(start, int(failures.onset[0]))
    elif not scope.start:
        return ()
    edges = _mondays(start, end, shifts)
    # Of what is older than the weeks kept, the number is -1.
    number = np.searchsorted(_ms(edges), failures.onset, side="right") - 1
    return tuple(
        _week(edges[i : i + 2], failures.where(number == i), (start, end), shifts)
        for i in range(len(edges) - 1)
    )


def _week(edges: list[int], own: _Failures, period: tuple[int, int], shifts: ShiftPlan) -> Week:
    year, week, _ = datetime.fromtimestamp(edges[0] / 1000, shifts.zone).isocalendar()
    priced = own.money[~np.isnan(own.money)]
    # A week without a malfunction cost nothing; one whose malfunctions have no price, nobody knows.
    money = float(priced.sum()) if len(priced) or not len(own.money) else None
    return Week(
        edges[0],
        f"{year}-W{week:02d}",
        count=len(own.onset),
        hours=float(np.nansum(own.hours)),
        kg=float(own.kg.sum()),
        money=money,
        mttr_ms=_mean((own.ended - own.onset)[~np.isnan(own.ended)]),
        whole=period[0] <= edges[0] and edges[1] <= period[1],
    )


def _mondays(start: int, end: int, shifts: ShiftPlan) -> list[int]:
    """Plant midnights of Mondays from the week of `start` to the one after `end`."""
    day = datetime.fromtimestamp(start / 1000, shifts.zone).date()
    last = datetime.fromtimestamp(max(end - 1, start) / 1000, shifts.zone).date()
    first, final = day - timedelta(days=day.weekday()), last - timedelta(days=last.weekday())
    weeks = min((final - first).days // 7 + 1, MAX_WEEKS)
    oldest = final - timedelta(weeks=weeks - 1)
    return [midnight(oldest + timedelta(weeks=week), shifts.zone) for week in range(weeks + 1)]


def _until(failures: _Failures, now: int) -> Floats:
    return np.where(np.isnan(failures.ended), np.maximum(now, failures.onset), failures.ended)


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None


def _ms(values: Floats | list[int]) -> NDArray[np.int64]:
    return np.asarray(values).astype(np.int64)
