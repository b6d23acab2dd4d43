"""A small history by hand: a store with malfunctions that a test can add up itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from data.history import Questions, open_history
from data.history.selection import Scope
from data.journal.rows import malfunction_row
from data.malfunctions.malfunction import Malfunction, RankedCause, Scrap
from data.shifts import ShiftPlan
from data.telemetry import open_store
from tests.raw_sql import sql_many, url_of

BERLIN = ZoneInfo("Europe/Berlin")
SHIFTS = ShiftPlan.parse("Early 06:00, Late 14:00, Night 22:00", BERLIN)
HOUR = 3_600_000
DAY = 24 * HOUR
PIPE, SHEET = 1, 2  # a product with a price, and one without


def at(text: str) -> int:
    """The ms of a plant-local time; with an offset where clocks are set back."""
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=BERLIN)).timestamp() * 1000)


def fault(
    extruder: int, onset: str, hours: float | None = 1.0, cause: str = "surging", **more: object
) -> Malfunction:
    """A malfunction that lasts so many hours (None: still); `scrap` is (kg, money, hours)."""
    began = at(onset)
    kg, money, lost = more.pop("scrap", (100.0, 50.0, 0.5))  # type: ignore[misc]
    return replace(
        Malfunction(
            f"{extruder}-{began + 60_000}",
            extruder,
            detected=began + 60_000,
            onset=began,
            onset_early=began,
            product=PIPE,
            ended=None if hours is None else began + round(hours * HOUR),
            causes=(RankedCause(cause, cause, 0.8, "", ()),),
            scrap=Scrap(kg=kg, money=money, hours=lost),
        ),
        **more,  # type: ignore[arg-type]
    )


def history(where: Path | str, *malfunctions: Malfunction, since: str = "2026-01-01") -> Questions:
    """The history of a plant of two extruders with readings since a day."""
    url = url_of(where, "history.sqlite")
    open_store(url).close()
    lines = [(1, "Line A", "test", True), (2, "Line B", "test", True)]
    sql_many(url, "INSERT INTO extruders (id, name, source, active) VALUES (?, ?, ?, ?)", lines)
    products = [(PIPE, "Pipe", 0.5), (SHEET, "Sheet", 0.0)]
    sql_many(url, "INSERT INTO products VALUES (?, ?, ?)", products)
    hours = [(one, at(since) // HOUR * HOUR, b"") for one in (1, 2)]
    sql_many(url, "INSERT INTO hour_rollups VALUES (?, ?, ?)", hours)
    rows = [malfunction_row(one) for one in malfunctions]
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        sql_many(url, f"INSERT INTO malfunctions VALUES ({marks})", rows)
    return open_history(url, SHIFTS)


def scope(start: str, end: str, now: str | None = None, **more: object) -> Scope:
    """A scope between two plant-local times."""
    return replace(
        Scope(at(start), at(end), at(now or end)),
        **more,  # type: ignore[arg-type]
    )
