"""The shift report as the text of a CSV file (RFC 4180); what nobody knows is an empty cell."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from components.page_settings import PageSettings
from data.history.shift_address import day_of
from data.history.shift_report import PRIORITIES, ShiftLine, ShiftReport

#: Without it Excel takes UTF-8 for the system's code page.
BYTE_ORDER_MARK = "\ufeff"
#: A cell that begins with one of these would be a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(shown: ShiftReport, settings: PageSettings) -> str:
    """A line per extruder and one of the plant; times are the plant's, with their offset."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_head(settings.currency))
    shift = _shift(shown, settings)
    for line in (*shown.lines, shown.total):
        writer.writerow([safe(cell) for cell in [*shift, *_cells(line, shown)]])
    return BYTE_ORDER_MARK + out.getvalue()


def safe(cell: str | float | None) -> str:
    """A cell that no spreadsheet takes for a formula; a number stays one."""
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return f"{cell:.3f}".rstrip("0").rstrip(".") if isinstance(cell, float) else str(cell)
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _head(currency: str) -> list[str]:
    return [
        "Day", "Shift", "From", "Until", "State", "Extruder", "Name", "Production [kg]",
        "Products", "In production [h]", "Start-up [h]", "Stopped [h]", "No data [h]",
        "State not told [h]", "Throughput not measured [h]", "Alarms",
        *(f"Alarms {name}" for name in PRIORITIES), "Malfunctions", "Malfunctions [h]", "Causes",
        "Scrap [kg]", f"Scrap [{currency}]", "Scrap of production [%]", "Scrap state",
    ]  # fmt: skip


def _shift(shown: ShiftReport, settings: PageSettings) -> list[str]:
    day, (start, until) = day_of(shown.shift, settings.shifts), (
        datetime.fromtimestamp(ts / 1000, settings.zone).isoformat()
        for ts in (shown.shift.start, shown.until)
    )  # fmt: skip
    state = "so far" if shown.runs else "complete"
    kept = "" if shown.minutes == "all" else f", readings kept: {shown.minutes}"
    return [day, shown.shift.name, start, until, state + kept]


def _cells(line: ShiftLine, shown: ShiftReport) -> list[str | float | None]:
    made, share = line.production, line.scrap_share
    names = [shown.products.get(one.code) or str(one.code) for one in made.products]
    causes = [one.cause + (" (from before)" if one.before else "") for one in line.malfunctions]
    return [
        line.extruder or "", line.name, made.kg, "; ".join(names), made.production_h,
        made.start_up_h, made.stopped_h, made.no_data_h, made.unknown_h, made.unmeasured_h,
        line.alarm_count, *line.alarms, line.begun, line.malfunction_h, "; ".join(causes),
        line.scrap_kg, line.scrap_money, None if share is None else share * 100,
        _scrap_state(line),
    ]  # fmt: skip


def _scrap_state(line: ShiftLine) -> str:
    told = [
        "counted so far" if line.scrap_lasts else "",
        f"price not told for {line.unpriced}" if line.unpriced else "",
    ]
    return "; ".join(filter(None, told))
