"""The shift report as a plain text that reads well in a mail, and cut short in a pager. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from data.history.shift_handover import OpenMalfunction
from data.history.shift_malfunctions import ShiftMalfunction
from data.history.shift_report import Kept, ShiftLine, ShiftReport

UNKNOWN = "–"
#: Extruders that get a line of their own, the worst first.
LINES = 20


def report_title(shown: ShiftReport, plant: str, zone: ZoneInfo) -> str:
    """One line: which shift of which plant."""
    start, end = _local(shown.shift.start, zone), _local(shown.shift.end, zone)
    return f"{plant}: report of the {shown.shift.name} shift {start:%a %Y-%m-%d %H:%M}–{end:%H:%M}"


def report_body(
    shown: ShiftReport, lines: Collection[ShiftLine], total: ShiftLine, currency: str, link: str
) -> str:
    """Totals first, then an extruder a line, the worst first, then what is handed over.

    `lines` are the extruders to tell of and `total` their sum; `link` is empty without an
    address of the page.
    """
    ordered = sorted(lines, key=_badness)
    parts = [
        *_totals(total, currency),
        *_notes(shown, total),
        "",
        *(_line(line, currency) for line in ordered[:LINES]),
        *([f"… and {len(ordered) - LINES} more extruders"] if len(ordered) > LINES else []),
        *_handover(shown, {line.extruder for line in lines}),
        *(["", link] if link else []),
    ]
    return "\n".join(parts)


def _totals(total: ShiftLine, currency: str) -> list[str]:
    made = total.production
    return [
        f"Production {_kg(made.kg)}, scrap {_scrap(total, currency)}",
        f"In production {_hours(made.production_h)}, start-up {_hours(made.start_up_h)}, "
        f"stopped {_hours(made.stopped_h)}, no data {_hours(made.no_data_h)}",
        f"Malfunctions {total.begun}, alarms {_alarms(total)}",
    ]


def _notes(shown: ShiftReport, total: ShiftLine) -> list[str]:
    found = []
    if shown.minutes in {Kept.NONE, Kept.NEVER}:
        found.append("There are no readings of this shift.")
    if total.scrap_lasts:
        found.append("Scrap is counted so far: a malfunction still lasts.")
    if total.unpriced:
        found.append(f"No price is known for {total.unpriced} malfunctions.")
    return found


def _line(line: ShiftLine, currency: str) -> str:
    made = line.production
    parts = [
        _kg(made.kg),
        f"{_hours(made.production_h)} in production",
        *_if(made.stopped_h, f"{_hours(made.stopped_h)} stopped"),
        *_if(made.start_up_h, f"{_hours(made.start_up_h)} start-up"),
        *_if(made.no_data_h, f"{_hours(made.no_data_h)} no data"),
        *_if(line.alarm_count, f"{line.alarm_count} alarms"),
        *_if(line.scrap_kg, f"scrap {_scrap(line, currency)}"),
        *(one.cause + _when(one) for one in line.malfunctions),
    ]
    return f"{line.name}: {', '.join(parts)}"


def _when(one: ShiftMalfunction) -> str:
    return " (still lasts)" if one.ended is None else ""


def _handover(shown: ShiftReport, told: Collection[int]) -> list[str]:
    left = shown.handover
    theirs = [one for one in left.malfunctions if one.malfunction.extruder in told]
    lasting = [one for one in theirs if one.malfunction.lasted_beyond(shown.until)]
    shelved = [alarm for alarm in left.shelved if alarm.extruder in told]
    notes = [note for note in left.notes if note.extruder in told or not note.extruder]
    over = len(theirs) - len(lasting)
    lines = [
        *(_open(shown, one) for one in lasting),
        *([f"Over, not resolved: {over}"] if over else []),
        *(f"Shelved: {shown.name(a.extruder)}, {a.source} {a.condition}" for a in shelved),
        *(f"Note: {shown.name(n.extruder)}, {n.text}" for n in notes),
    ]
    return ["", *(" ".join(line.split()) for line in lines)] if lines else []


def _open(shown: ShiftReport, one: OpenMalfunction) -> str:
    note = f" – {one.note.text}" if one.note.text else ""
    return f"Open: {shown.name(one.malfunction.extruder)}, {one.malfunction.cause}{note}"


def _if(value: float | None, text: str) -> Iterable[str]:
    return [text] if value is not None and value >= 0.05 else []


def _alarms(total: ShiftLine) -> str:
    names = ("critical", "high", "medium", "low")
    told = [f"{n} {name}" for n, name in zip(total.alarms, names, strict=True) if n]
    return f"{total.alarm_count} ({', '.join(told)})" if told else "0"


def _scrap(line: ShiftLine, currency: str) -> str:
    money = line.scrap_money
    if not line.scrap_kg or money is None:
        return _kg(line.scrap_kg)
    return f"{_kg(line.scrap_kg)} ({money:,.0f} {currency})"


def _kg(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:,.0f} kg"


def _hours(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.1f} h"


def _badness(line: ShiftLine) -> tuple[float, float, int]:
    lost = (line.production.stopped_h or 0.0) + line.production.no_data_h
    return -round(line.scrap_kg), -round(lost, 1), line.extruder


def _local(ts: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(ts / 1000, zone)
