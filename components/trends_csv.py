"""What the Trends page shows, as CSV: a row per point of a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from data.history.trend import Line, Trend

_HEAD = (
    "time", "time_utc", "laid_over_at", "extruder", "signal", "unit", "min", "mean", "max",
    "readings", "bad_share", "level", "point_s",
)  # fmt: skip
#: A spreadsheet would take a text that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(shown: Trend, past: Trend | None, shift: int, zone: ZoneInfo) -> str:
    """Rows of both periods; those of the one laid over say at which time they are drawn."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(_HEAD)
    for line in shown.lines:
        writer.writerows(_rows(line, None, zone))
    for line in past.lines if past else []:
        writer.writerows(_rows(line, shift, zone))
    return file.getvalue()


def _rows(line: Line, shift: int | None, zone: ZoneInfo) -> Iterator[list[object]]:
    source = line.source
    names = [_plain(text) for text in (source.extruder_name, source.signal, source.unit)]
    columns = zip(line.times, line.low, line.mean, line.high, line.count, line.bad, strict=True)
    for ts, low, mean, high, count, bad in columns:
        if not (count or bad):
            continue
        over = "" if shift is None else _iso(ts + shift, zone)
        numbers = ["" if one is None else f"{one:.6g}" for one in (low, mean, high)]
        yield [
            _iso(ts, zone), _iso(ts, UTC), over, *names, *numbers,
            count, bad, line.level, line.width / 1000 or "",
        ]  # fmt: skip


def _iso(ts: int, zone: tzinfo) -> str:
    return datetime.fromtimestamp(ts / 1000, zone).isoformat(timespec="milliseconds")


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
