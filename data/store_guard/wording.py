"""What the checks found, in sentences for screens, messages and the command line. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from data.store_guard import DayCheck, Finding, Forecast, MinuteCheck

DAYS_PER_YEAR = 365
NOT_YET = "Not checked yet"
#: A rate is told from so many rows a day on in thousands.
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")


def all_findings(minute: MinuteCheck | None, day: DayCheck | None) -> tuple[Finding, ...]:
    """What both checks found, the most urgent first.

    That a table is read from end to end is not said where an index of it is missing.
    """
    found = [*(minute.findings if minute else ()), *(day.findings if day else ())]
    lost = {one.key.partition(".")[0] for one in found if one.key.startswith("index:")}
    told = (one for one in found if one.key.replace("scan:", "index:", 1) not in lost)
    return tuple(sorted(told, key=lambda one: one.priority))


def headline(minute: MinuteCheck | None, day: DayCheck | None) -> str:
    """How the store is, in one line."""
    found = all_findings(minute, day)
    if found:
        return f"{len(found)} finding{'s' if len(found) > 1 else ''}"
    if minute is None:
        return NOT_YET
    used = ""
    if day is not None:
        used = f", and used by all {day.statements} statements that are asked often"
    return f"All {minute.indexes} indexes are present{used}"


def growth(forecast: Forecast | None) -> str:
    """How the store grows, in two sentences."""
    if forecast is None:
        return "Nobody can tell yet how it grows: that needs ten minutes of readings."
    come = (
        f"{size(forecast.now)} now. {_rounded(forecast.rows_per_day):,} rows of readings come in a"
        f" day, {forecast.bytes_per_row:.0f} bytes each: {size(forecast.in_30_days)} in 30 days,"
        f" {_plateau(forecast)}."
    )
    return f"{come} {_disk(forecast)}"


def size(count: float) -> str:
    """Bytes in a unit that people read: 300 MiB."""
    unit = 0
    while count >= 1000 and unit < len(_UNITS) - 1:
        count, unit = count / 1024, unit + 1
    return f"{count:.3g} {_UNITS[unit]}"


def report(minute: MinuteCheck, day: DayCheck) -> Iterable[str]:
    """Lines of the command line."""
    yield f"{day.store}: {headline(minute, day)}."
    for one in all_findings(minute, day):
        yield f"{one.priority.name.lower():8} {one.text}"
        for line in one.mend.splitlines():
            yield f"         {line}"
    yield growth(day.forecast)
    yield from day.notes


def _plateau(forecast: Forecast) -> str:
    if forecast.plateau is None or forecast.plateau_days is None:
        return "and on for ever, since something is kept for ever (RETAIN_*)"
    return f"{size(forecast.plateau)} when the oldest is deleted, in {days(forecast.plateau_days)}"


def _disk(forecast: Forecast) -> str:
    if forecast.free is None:
        return "PostgreSQL does not tell how much is free on its disk."
    until = forecast.days_until_full
    enough = "enough for ten years" if until is None else f"full in {days(until)}"
    return f"{size(forecast.free)} are free on the disk: {enough}."


def days(count: int) -> str:
    """A number of days as people say it."""
    if count >= 2 * DAYS_PER_YEAR:
        return f"{count / DAYS_PER_YEAR:.0f} years"
    return "less than a day" if count < 1 else f"{count} day{'s' if count > 1 else ''}"


def _rounded(count: float) -> int:
    """To three places."""
    return int(float(f"{count:.3g}"))
