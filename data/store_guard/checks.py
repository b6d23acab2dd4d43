"""The checks of a store: one of each minute, one of each day. They read, except that a statement
which runs away is cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from data.alarms.events import Priority
from data.history import open_history
from data.rollups import HOUR_MS, MINUTE_MS
from data.settings import Settings, is_postgres
from data.store_guard import DayCheck, Finding, Forecast, MinuteCheck, Stopped
from data.store_guard import forecast as growing
from data.store_guard.forecast import Measured
from data.store_guard.growth import DAY_MS, plant
from data.store_guard.needed import POSTGRES, SQLITE, needed
from data.store_guard.plans import explained
from data.store_guard.plans import findings as of_plans
from data.store_guard.stores import Sql, asking

#: A statement that was cancelled is a finding for an hour, and shown for a day.
TROUBLE_MS, SHOWN_MS = HOUR_MS, DAY_MS
#: A day's check with findings comes again this soon, since somebody may have mended it.
AGAIN_MS = 10 * MINUTE_MS


def minute_check(url: str, runaway_s: float, now: int, last: MinuteCheck | None) -> MinuteCheck:
    """Indexes, triggers and sessions at `now` (ms); 0 s: nothing is cancelled. Raises StoreError.

    `last` is the check before this one: what it stopped is not forgotten at once.
    """
    with asking(url) as sql:
        if not is_postgres(url):
            from data.store_guard import sqlite_schema  # noqa: PLC0415  only the chosen driver

            return MinuteCheck(now, len(needed(SQLITE)), tuple(sqlite_schema.findings(sql)))
        from data.store_guard import postgres_schema, postgres_sessions  # noqa: PLC0415

        # First, for who locks a table keeps everybody from looking at its indexes.
        stopped, refused = postgres_sessions.stop_runaways(sql, runaway_s, now)
        found = [*refused, *postgres_sessions.findings(sql), *postgres_schema.findings(sql)]
    kept = merged(last.stopped if last else (), stopped, now)
    return MinuteCheck(now, len(needed(POSTGRES)), (*found, *of_stopped(kept, now)), kept)


def day_check(settings: Settings, now: int) -> DayCheck:
    """Plans, upkeep and growth at `now` (ms). Raises StoreError, HistoryBusy."""
    url = settings.database_url
    plans = explained(open_history(url, settings.shifts), url, now)
    found = of_plans(plans)
    with asking(url) as sql:
        name, upkeep, notes, measured = (_postgres if is_postgres(url) else _sqlite)(sql, url, now)
        told = _forecast(sql, measured, settings, now) if measured else None
    growth = growing.findings(told) if told else ()
    return DayCheck(now, name, len(plans), told, (*found, *upkeep, *growth), tuple(notes))


def is_due(day: DayCheck | None, before: MinuteCheck | None, minute: MinuteCheck) -> bool:
    """True if a day's check is to be made, beside the check of a minute.

    Also when indexes or triggers have changed since the minute before: plans will have, too.
    """
    if day is None:
        return True
    changed = before is not None and _keys(before) != _keys(minute)
    age = minute.checked - day.checked
    return changed or age >= (AGAIN_MS if day.findings else DAY_MS)


def merged(known: Iterable[Stopped], stopped: Iterable[Stopped], now: int) -> tuple[Stopped, ...]:
    """What was stopped within a day before `now` (ms), the newest first, each statement once."""
    found = {one.key: one for one in known if one.last > now - SHOWN_MS}
    for one in stopped:
        old = found.get(one.key)
        again = old and replace(old, text=one.text, last=one.last, times=old.times + 1)
        found[one.key] = again or one
    return tuple(sorted(found.values(), key=lambda one: -one.last))


def _keys(minute: MinuteCheck) -> set[str]:
    return {one.key for one in minute.findings}


def of_stopped(stopped: Iterable[Stopped], now: int) -> list[Finding]:
    """Findings of statements that were stopped lately."""
    return [
        Finding(one.key, Priority.HIGH, f"{one.text}. It was cancelled.")
        for one in stopped
        if one.last > now - TROUBLE_MS
    ]


_Told = tuple[str, list[Finding], list[str], Measured | None]


def _sqlite(sql: Sql, url: str, now: int) -> _Told:
    from data.sqlite_file import path_of  # noqa: PLC0415  only the chosen driver loads
    from data.store_guard import sqlite_upkeep  # noqa: PLC0415

    path = Path(path_of(url))
    found = list(sqlite_upkeep.upkeep(sql, path))
    return sqlite_upkeep.name(sql), found, [], sqlite_upkeep.measured(sql, path, now)


def _postgres(sql: Sql, _url: str, now: int) -> _Told:
    from data.store_guard import postgres_sessions, postgres_upkeep  # noqa: PLC0415

    found, notes = list(postgres_upkeep.upkeep(sql)), list(postgres_sessions.notes(sql))
    return postgres_upkeep.name(sql), found, notes, postgres_upkeep.measured(sql, now)


def _forecast(sql: Sql, measured: Measured, settings: Settings, now: int) -> Forecast:
    kept_days = (
        settings.retain_raw_days,
        settings.retain_minutes_days,
        settings.retain_hours_days,
    )
    return growing.forecast(measured, growing.levels(measured, plant(sql, now), kept_days))
